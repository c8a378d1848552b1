//! The secret of a client, in a real gnome-keyring.

use std::io::Write as _;
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex};

use crate::bus::{Bus, Daemon, Prompter};
use crate::support::home::Home;
use crate::support::provider::{Provider, generous};
use crate::support::text;

const SECRET: &str = "canary-secret";
const TOKEN: &str = "token --flow client-credentials --scope api:read --force-refresh";

/// Runs `profile secret` with this standard input.
fn save(home: &Home) -> Output {
    let mut command = home.program("profile secret");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{SECRET}\n").as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn home(bus: &Bus, provider: &Provider) -> Home {
    let mut home = Home::empty();
    home.set("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    let authority = format!("{}/tenant", provider.address());
    let set = home.program(&format!("profile set --authority {authority} --client-id daemon")).output().unwrap();
    assert!(set.status.success(), "{}", text(&set.stderr));
    home
}

/// Runs a command that fails because there is no credential.
#[track_caller]
fn refused(home: &Home, line: &str) -> String {
    let output = home.tokcache(line);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    text(&output.stderr)
}

#[test]
fn a_client_secret_that_was_saved_in_the_keyring_is_sent_and_not_shown() {
    let forms = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&forms);
    let provider = Provider::start(move |path, form| {
        seen.lock().unwrap().push_str(form);
        generous(path, form)
    });
    let bus = Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses);
    let home = home(&bus, &provider);
    let saved = save(&home);
    let said = text(&saved.stderr);
    assert!(saved.status.success() && said.contains("Saved the client secret") && !said.contains(SECRET), "{said}");
    assert!(home.answer("profile show").contains("client_secret_keyring = true"));
    assert!(!home.has_on_disk(SECRET));

    home.answer(TOKEN);
    let form = forms.lock().unwrap().clone();
    assert!(form.contains(&format!("client_secret={SECRET}")), "{form}");

    let removed = home.tokcache("profile secret --remove");
    assert!(removed.status.success(), "{}", text(&removed.stderr));
    let said = refused(&home, TOKEN);
    assert!(said.contains("an application needs a credential"), "{said}");
}

#[test]
fn a_secret_that_the_keyring_has_lost_is_asked_for_again() {
    let (bus, provider) = (Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses), Provider::start(generous));
    let home = home(&bus, &provider);
    let said = refused(&home, &format!("{TOKEN} --client-secret-keyring"));
    assert!(said.contains("there is none of the client daemon at"), "{said}");
    assert!(said.contains("try: tokcache profile secret"), "{said}");
}
