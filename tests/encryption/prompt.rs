//! Tests prompts on a terminal, for a passphrase and before something is deleted.

use std::fs;
use std::os::unix::process::ExitStatusExt;

use rustix::process::Signal;

use crate::harness::{ACCESS_TOKEN, REFRESH_TOKEN, Terminal};
use crate::support::home::Home;
use crate::support::{answer_of, failure_of, wrapped};

const NEW: &str = "New passphrase for the token cache: ";
const AGAIN: &str = "Repeat the passphrase: ";
const OLD: &str = "Passphrase of the token cache: ";
const PASSPHRASE: &str = "correct hörse";

const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";
const CTRL_U: &str = "\u{15}";

fn asked(home: &Home, line: &str) -> Terminal {
    Terminal::running(&home.program(line))
}

/// Types an answer to this question, and checks that it is not echoed.
#[track_caller]
fn answer(terminal: &mut Terminal, question: &str, keys: &str) {
    terminal.wait_for(question);
    assert!(!terminal.is_as_usual());
    terminal.press(keys);
}

fn sealed_home() -> Home {
    let home = Home::new();
    let mut terminal = asked(&home, "cache encrypt --encrypt passphrase");
    answer(&mut terminal, NEW, &format!("{PASSPHRASE}\n"));
    answer(&mut terminal, AGAIN, &format!("{PASSPHRASE}\n"));
    let output = terminal.end();
    answer_of(&output);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with(&format!("{NEW}\n{AGAIN}\nThe cache is encrypted: passphrase.\n")), "{said:?}");
    assert!(home.is_sealed());
    home
}

#[test]
fn a_new_passphrase_is_asked_for_twice_and_an_old_one_once_and_neither_is_shown() {
    let home = sealed_home();
    let mut terminal = asked(&home, "cache check");
    answer(&mut terminal, OLD, &format!("a slip{CTRL_U}{PASSPHRASE}\n"));
    terminal.wait_for("\n");
    let output = terminal.end();
    assert!(answer_of(&output).contains("accounts 1"));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("{OLD}\n"));
}

#[test]
fn two_passphrases_that_differ_seal_nothing() {
    let home = Home::new();
    let plain = fs::read(home.cache()).unwrap();
    let mut terminal = asked(&home, "cache encrypt --encrypt passphrase");
    answer(&mut terminal, NEW, "correct horse\n");
    answer(&mut terminal, AGAIN, "correct house\n");
    let said = failure_of(7, &terminal.end());
    let twice = "error: the two passphrases differ\n  try: tokcache cache encrypt --encrypt passphrase\n";
    assert_eq!(said, format!("{NEW}\n{AGAIN}\n{twice}"));
    assert_eq!(fs::read(home.cache()).unwrap(), plain);
}

#[test]
fn a_wrong_passphrase_is_told_and_can_be_typed_again() {
    let home = sealed_home();
    let mut terminal = asked(&home, "cache check");
    answer(&mut terminal, OLD, "battery staple\n");
    let said = failure_of(7, &terminal.end());
    assert_eq!(said, format!("{OLD}\nerror: the passphrase is wrong\n  try: tokcache cache check\n"));
}

#[test]
fn ctrl_c_ends_the_program_and_gives_the_terminal_back() {
    let (plain, sealed) = (Home::new(), sealed_home());
    for (home, line, answers) in [
        (&plain, "cache encrypt --encrypt passphrase", &[(NEW, CTRL_C)][..]),
        (&plain, "cache encrypt --encrypt passphrase", &[(NEW, "correct horse\n"), (AGAIN, "correct ho\u{3}")]),
        (&sealed, "cache rekey", &[(OLD, "correct\u{3}")]),
    ] {
        let before = fs::read(home.cache()).unwrap();
        let mut terminal = asked(home, line);
        for (question, keys) in answers {
            answer(&mut terminal, question, keys);
        }
        terminal.wait_for("\n");
        let output = terminal.end();
        assert_eq!(output.status.signal(), Some(Signal::INT.as_raw()), "{output:?}");
        assert!(!String::from_utf8(output.stderr).unwrap().contains("corr"), "{line}");
        assert_eq!(fs::read(home.cache()).unwrap(), before);
    }
}

#[test]
fn ctrl_c_ends_the_program_where_it_was_started_to_ignore_sigint_too() {
    let home = sealed_home();
    let mut terminal = Terminal::running(&wrapped(&["env", "--ignore-signal=INT"], &home.program("cache decrypt")));
    answer(&mut terminal, OLD, CTRL_C);
    assert_eq!(terminal.end().status.signal(), Some(Signal::INT.as_raw()));
}

#[test]
fn no_answer_and_what_no_keyboard_prints_are_no_passphrase() {
    let home = sealed_home();
    for (keys, cause) in [
        (CTRL_D, "no passphrase was typed: unexpected end of file"),
        ("correct\u{1b}[D horse\n", "no passphrase was typed: what was typed is no text"),
        ("\n", "the passphrase is empty"),
    ] {
        let mut terminal = asked(&home, "cache decrypt");
        answer(&mut terminal, OLD, keys);
        let said = failure_of(7, &terminal.end());
        assert!(said.starts_with(&format!("{OLD}\nerror: {cause}\n  try: ")), "{said}");
    }
    assert!(home.is_sealed());
}

#[test]
fn what_scripts_run_never_asks_even_on_a_terminal() {
    let home = sealed_home();
    for line in ["token", "list", "explain", "exec -- true", "clear"] {
        let said = failure_of(7, &asked(&home, line).end());
        let nobody = "error: the cache is encrypted with a passphrase, and only `login` and `cache` ask for it\n  try: \
                      export ";
        assert!(said.starts_with(nobody), "{line}: {said}");
    }
}

/// The README recommends this over SSH.
#[test]
fn with_a_copy_in_the_kernel_a_person_is_asked_once_a_login_session() {
    let mut home = sealed_home();
    home.set("TOKCACHE_KEY_CACHE", "kernel");
    let mut session = home.command("keyctl");
    session.args(["session", "-", "sh", "-ec", "$t cache check >&2; $t token </dev/null"]);
    session.env("t", env!("CARGO_BIN_EXE_tokcache"));
    let mut terminal = Terminal::running(&session);
    answer(&mut terminal, OLD, &format!("{PASSPHRASE}\n"));
    assert_eq!(answer_of(&terminal.end()), ACCESS_TOKEN);
}

/// Removes the profile of a signed-in user, and answers each question.
fn removed(home: &Home, answers: &[(&str, &str)]) -> String {
    let mut terminal = asked(home, "profile remove");
    for (question, keys) in answers {
        terminal.wait_for(question);
        terminal.press(keys);
    }
    let output = terminal.end();
    assert!(output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_profile_is_removed_when_a_person_says_so_and_its_sign_in_only_if_that_is_said_too() {
    let home = Home::new();
    let profile = home.path("config/profiles/default.toml");
    let (remove, sign_out) = ("Remove the profile \"default\"? [y/N] ", "Sign out bob@example.com first?");

    assert!(removed(&home, &[(remove, "\n")]).ends_with("nothing was changed\n"));
    assert!(profile.exists());

    fs::copy(&profile, home.path("copy")).unwrap();
    assert!(removed(&home, &[(remove, "y\n"), (sign_out, "n\n")]).contains("bob@example.com is still signed in"));
    assert!(!profile.exists());
    assert!(fs::read_to_string(home.cache()).unwrap().contains(REFRESH_TOKEN));

    fs::rename(home.path("copy"), &profile).unwrap();
    let mut terminal = asked(&home, "profile remove");
    for question in [remove, sign_out] {
        terminal.wait_for(question);
        terminal.press("y\n");
    }
    terminal.end();
    assert!(!fs::read_to_string(home.cache()).unwrap().contains(REFRESH_TOKEN));
}
