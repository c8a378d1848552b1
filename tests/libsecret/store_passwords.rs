//! The password of a store's server, in a real gnome-keyring.

use std::io::Write as _;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use tokcache_testing::servers::{RedisOptions, RedisServer};

use crate::AT_MOST;
use crate::bus::{Bus, Daemon, Prompter};
use crate::support::home::Home;
use crate::support::terminal::Terminal;
use crate::support::text;

const PASSWORD: &str = "canary-password";

fn server() -> RedisServer {
    RedisServer::start(RedisOptions { password: Some(PASSWORD), ..RedisOptions::default() })
}

/// Creates a home that uses the server, with its password in the keyring.
fn home(bus: &Bus, server: &RedisServer) -> Home {
    let mut home = Home::empty();
    home.set("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    home.set("TOKCACHE_STORE", in_keyring(server));
    home
}

fn in_keyring(server: &RedisServer) -> String {
    format!("{}?password-from=keyring", server.url())
}

/// Runs `cache password` with this standard input.
fn save(home: &Home, input: &str) -> Output {
    let mut command = home.program("cache password");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[track_caller]
fn saved(home: &Home) {
    let output = save(home, &format!("{PASSWORD}\n"));
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn a_password_that_was_saved_in_the_keyring_opens_the_store_and_is_not_shown() {
    let (bus, server) = (Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses), server());
    let home = home(&bus, &server);
    saved(&home);
    assert_eq!(home.answer("list -o json"), "[]");
    for command in ["list", "cache path", "cache check -vv", "token --scope a --error-format json"] {
        let output = home.tokcache(command);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!said.contains(PASSWORD), "{command}: {said}");
    }
    let attributes = bus.secret_tool(&["search", "--all", "xdg:schema", "tokcache.server-password"]);
    let label = format!("label = tokcache: the password of {}", server.url());
    assert!(attributes.contains(&label) && attributes.matches("label =").count() == 1, "{attributes}");
    assert_eq!(bus.keys(), 0, "it is not among the keys of caches");
}

#[test]
fn a_password_is_typed_on_a_terminal_without_being_shown() {
    let (bus, server) = (Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses), server());
    let home = home(&bus, &server);
    let mut terminal = Terminal::running(&home.program("cache password"));
    terminal.wait_for("Password of redis://");
    terminal.press("canary-password\n");
    let output = terminal.end();
    let said = text(&output.stderr);
    assert!(output.status.success() && said.contains("Saved the password of") && !said.contains(PASSWORD), "{said}");
    assert_eq!(home.answer("list -o json"), "[]");
}

#[test]
fn a_new_password_takes_the_place_of_the_old_one_and_can_be_removed() {
    let (bus, server) = (Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses), server());
    let home = home(&bus, &server);
    assert!(save(&home, "wrong").status.success());
    assert!(home.refusal("list").contains("access denied"));
    saved(&home);
    assert_eq!(home.answer("list -o json"), "[]");
    home.answer("cache password --remove");
    let said = home.refusal("list");
    assert!(said.contains("the keyring has no password of redis://"), "{said}");
    assert!(said.contains("try: tokcache cache password --store"), "{said}");
    assert!(text(&home.tokcache("cache password --remove").stderr).contains("has no password"));
}

#[test]
fn a_password_that_another_program_has_saved_is_found() {
    let (bus, server) = (Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses), server());
    let home = home(&bus, &server);
    let mut tool = bus.command("secret-tool");
    tool.args(["store", "--label=a store", "xdg:schema", "tokcache.server-password", "server", &server.url()]);
    let mut tool = tool.stdin(Stdio::piped()).spawn().unwrap();
    tool.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    assert!(tool.wait().unwrap().success());
    assert_eq!(home.answer("list -o json"), "[]");
}

#[test]
fn both_stores_of_a_copy_have_a_password_in_the_keyring() {
    let bus = Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses);
    let (from, to) = (server(), server());
    let (first, second) = (home(&bus, &from), home(&bus, &to));
    saved(&first);
    saved(&second);
    let said = first.refusal(&format!("cache copy --to {}", in_keyring(&to)));
    assert!(said.contains("nothing to copy"), "{said}");
}

#[test]
fn a_variable_comes_before_the_keyring_which_is_then_not_asked() {
    let (bus, server) = (Bus::new(Daemon::Mute, Prompter::Dismisses), server());
    let mut home = home(&bus, &server);
    home.set("TOKCACHE_STORE_PASSWORD", PASSWORD);
    let started = Instant::now();
    assert_eq!(home.answer("list -o json"), "[]");
    home.answer(&format!("profile set work --authority https://id.example.com --store {}", in_keyring(&server)));
    assert!(started.elapsed() < Duration::from_secs(3), "the keyring was asked");
}

#[test]
fn a_store_without_the_parameter_and_a_file_do_not_ask_the_keyring() {
    let bus = Bus::new(Daemon::Mute, Prompter::Dismisses);
    let server = RedisServer::start(RedisOptions::default());
    let home = home(&bus, &server);
    let started = Instant::now();
    assert_eq!(home.answer(&format!("list -o json --store {}", server.url())), "[]");
    assert_eq!(home.answer("list -o json --store file:"), "[]");
    assert!(started.elapsed() < Duration::from_secs(3), "the keyring was asked");
}

#[test]
fn a_keyring_that_cannot_be_used_is_named_in_time_and_a_file_is_suggested() {
    let server = server();
    let locked = Bus::new(Daemon::GnomeKeyring, Prompter::Waits);
    saved(&home(&locked, &server));
    locked.lock();
    let mut no_bus = Bus::new(Daemon::None, Prompter::Dismisses);
    no_bus.address = "unix:path=/nowhere".to_owned();
    for (bus, cause) in [
        (&no_bus, "no D-Bus session bus can be reached"),
        (&Bus::new(Daemon::None, Prompter::Dismisses), "no Secret Service answers"),
        (&Bus::new(Daemon::Mute, Prompter::Dismisses), "has not answered"),
        (&locked, "is locked"),
    ] {
        let home = home(bus, &server);
        for command in ["token --scope a", "list"] {
            let started = Instant::now();
            let said = home.refusal(command);
            assert!(said.contains(cause) && said.contains("TOKCACHE_STORE_PASSWORD_FILE"), "{command}: {said}");
            assert!(started.elapsed() < AT_MOST, "{command}: {:?}", started.elapsed());
        }
    }
}

/// The prompt would stay for as long as nobody answers it.
#[test]
fn a_locked_keyring_does_not_prompt_for_a_token_although_there_is_a_screen() {
    let (bus, server) = (Bus::new(Daemon::GnomeKeyring, Prompter::Waits), server());
    let mut home = home(&bus, &server);
    saved(&home);
    bus.lock();
    home.set("DISPLAY", ":77");
    for command in ["token --scope a", "list"] {
        let started = Instant::now();
        let said = home.refusal(command);
        assert!(said.contains("only `login` and `cache` ask for its password"), "{said}");
        assert!(started.elapsed() < Duration::from_secs(3), "{command} has prompted");
    }
}

#[test]
fn a_keyring_that_does_not_give_back_the_password_is_not_trusted_with_it() {
    let (bus, server) = (Bus::new(Daemon::Forgetful, Prompter::Dismisses), server());
    let output = save(&home(&bus, &server), PASSWORD);
    assert_eq!(output.status.code(), Some(7));
    assert!(text(&output.stderr).contains("the keyring does not keep what it is given"));
}

#[test]
fn any_other_place_of_a_password_is_refused() {
    let (bus, server) = (Bus::new(Daemon::None, Prompter::Dismisses), server());
    let home = home(&bus, &server);
    let said = home.failure(3, &format!("list --store {}?password-from=canary", server.url()));
    assert!(said.contains("?password-from=keyring") && !said.contains("from=canary"), "{said}");
    for input in ["", "\n", "two\nlines\n", "a\tb"] {
        let output = save(&home, input);
        assert_eq!(output.status.code(), Some(2), "{input:?}: {}", text(&output.stderr));
    }
    let said = home.failure(2, "cache password --store sqlite:/tmp/x.db");
    assert!(said.contains("only the server of a shared store has a password"), "{said}");
}
