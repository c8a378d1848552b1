//! Messages beside an answer.

use std::process::Command;

use crate::support::home::Home;
use crate::support::terminal::Terminal;
use crate::support::{answer_of, text};

/// Every command that only reads, as in a pipeline at a terminal.
#[test]
fn a_successful_pipeline_prints_nothing_but_the_answer() {
    let mut home = Home::signed_in();
    home.set("TERM", "xterm");
    // Git does not keep the mode 0600, whose absence would be a warning.
    home.edit("state/token_cache.json", "AT-bob", "AT-bob");
    for line in [
        "token",
        "token -o json",
        "token -o header",
        "token -o env",
        "token -o az",
        "exec -- echo done",
        "list",
        "list -o json",
        "status",
        "status -o json",
        "explain",
        "profile list",
        "profile show",
        "cache path",
        "cache check",
        "completions bash",
        "help settings",
        "token --help",
    ] {
        let output = Terminal::of_width(80, &home.program(line)).end();
        assert_eq!(text(&output.stderr), "", "{line}");
        let answer = answer_of(&output);
        assert!(!answer.is_empty() && !answer.contains('\u{1b}'), "{line}: {answer}");
    }
}

fn error(variables: &[(&'static str, &str)], command: &str) -> String {
    let mut home = Home::of("expired");
    home.set("TERM", "xterm");
    for (name, value) in variables {
        home.set(name, *value);
    }
    let output = Terminal::of_width(80, &home.program(command)).end();
    assert!(output.stdout.is_empty());
    text(&output.stderr)
}

#[test]
fn an_error_is_in_colour_on_a_terminal_that_has_colours() {
    let command = "token --offline";
    let colourful = error(&[], command);
    assert!(colourful.starts_with("\u{1b}[1;31merror:\u{1b}[0m "), "{colourful:?}");
    assert!(colourful.contains("\n\u{1b}[1m  try:\u{1b}[0m "), "{colourful:?}");
    for variables in [[("NO_COLOR", "1")], [("TERM", "dumb")], [("TERM", "")], [("TOKCACHE_SCREEN_READER", "1")]] {
        let plain = error(&variables, command);
        assert!(plain.starts_with("error: ") && !plain.contains('\u{1b}'), "{plain:?}");
        let stripped = ["\u{1b}[1;31m", "\u{1b}[1m", "\u{1b}[0m"]
            .iter()
            .fold(colourful.clone(), |text, code| text.replace(code, ""));
        assert_eq!(stripped, plain, "only the colours differ");
    }
    let json = error(&[], &format!("--error-format json {command}"));
    assert!(json.starts_with('{') && !json.contains('\u{1b}'), "{json:?}");
}

/// A variable that is empty counts as unset (no-color.org).
#[test]
fn an_empty_no_color_leaves_the_colours() {
    assert!(error(&[("NO_COLOR", ""), ("TOKCACHE_SCREEN_READER", "0")], "token --offline").contains("\u{1b}[1;31m"));
}

#[test]
fn a_log_has_no_colours() {
    let home = Home::of("expired");
    let mut command: Command = home.program("token --offline");
    let said = text(&command.env("TERM", "xterm").output().unwrap().stderr);
    assert!(said.starts_with("error: ") && !said.contains('\u{1b}'), "{said:?}");
}
