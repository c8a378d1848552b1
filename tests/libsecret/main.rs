//! Shares the keyring cache of azure-identity for Python with the real libraries: tokcache and msal-extensions on one
//! item of a real gnome-keyring.
#![cfg(all(feature = "keyring", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy allows them in test functions only")]

#[path = "../encryption/harness/bus.rs"]
mod bus;
mod client_secrets;
mod contract;
mod home;
mod store_passwords;
#[path = "../support/mod.rs"]
mod support;

use std::process::Stdio;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use bus::{Bus, Daemon, Prompter};
use home::{NAME, sorted};
use serde_json::Value;
use support::home::Home;
use support::provider::{NEW_ACCESS_TOKEN, NEW_REFRESH_TOKEN, Provider, generous};

/// The time limit for a failing command. tokcache gives up after 3 s; the rest is for a busy machine.
const AT_MOST: Duration = Duration::from_secs(10);

#[test]
fn what_tokcache_signs_in_python_finds_and_nothing_is_on_the_disk() {
    let (bus, provider) = (Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses), Provider::start(generous));
    let home = Home::new(&bus, &provider);
    home.sign_in();
    assert_eq!(home.answer("token"), NEW_ACCESS_TOKEN);
    assert_eq!(home.secrets_by_python(), sorted([NEW_ACCESS_TOKEN, NEW_REFRESH_TOKEN]));
    for command in ["token --force-refresh", "list", "cache check"] {
        home.answer(command);
    }
    assert!(!home.has_on_disk("canary"), "neither the document nor a rescued token");
    let attributes = bus.secret_tool(&["search", "--all", "xdg:schema", NAME]);
    assert!(attributes.contains("label = MSALCache") && attributes.matches("attribute.").count() == 1, "{attributes}");
    let rescued = bus.secret_tool(&["search", "--all", "xdg:schema", "tokcache.rescue"]);
    assert!(!rescued.contains("secret"), "{rescued}");
}

#[test]
fn what_tokcache_changes_a_running_python_sees_by_the_signal() {
    let (bus, provider) = (Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses), Provider::start(generous));
    let home = Home::new(&bus, &provider);
    home.python(&["add", "early", "1"]);
    let mut watch = home.watch_by_python();
    assert_eq!(watch.next(), ["early-0"]);
    home.sign_in();
    assert_eq!(watch.next(), sorted(["early-0", NEW_ACCESS_TOKEN, NEW_REFRESH_TOKEN]));
    home.answer("clear --no-revoke");
    assert_eq!(watch.next(), ["early-0"]);
}

#[test]
fn tokcache_and_python_lose_none_of_each_others_updates() {
    const EACH: usize = 8;
    let (bus, provider) = (Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses), Provider::start(generous));
    let home = Home::new(&bus, &provider);
    home.sign_in();
    std::thread::scope(|scope| {
        for prefix in ["one", "two"] {
            let home = &home;
            scope.spawn(move || home.python(&["add", prefix, &EACH.to_string()]));
        }
        for _ in 0..EACH {
            home.answer("token --force-refresh");
        }
    });
    let added = ["one", "two"].iter().flat_map(|prefix| (0..EACH).map(move |turn| format!("{prefix}-{turn}")));
    let all = added.chain([NEW_ACCESS_TOKEN, NEW_REFRESH_TOKEN].map(str::to_owned));
    assert_eq!(home.secrets_by_python(), sorted(all));
}

#[test]
fn explain_names_a_real_process_that_refreshes() {
    let (asked, is_asked) = channel();
    let (release, released) = channel::<()>();
    let provider = Provider::start(move |path, form| {
        if form.contains("grant_type=refresh_token") {
            let _ = asked.send(());
            let _ = released.recv();
        }
        generous(path, form)
    });
    let bus = Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses);
    let home = Home::new(&bus, &provider);
    home.sign_in();
    let mut refreshing = home.program("token --force-refresh").stdout(Stdio::null()).spawn().unwrap();
    is_asked.recv_timeout(AT_MOST).unwrap();
    let explanation: Value = serde_json::from_str(&home.answer("explain -o json")).unwrap();
    drop(release);
    assert!(refreshing.wait().unwrap().success());
    let lock = &explanation["locks"][0];
    assert_eq!((&lock["what"], &lock["pid"]), (&"refresh".into(), &refreshing.id().into()), "{explanation}");
    let explanation: Value = serde_json::from_str(&home.answer("explain -o json")).unwrap();
    assert_eq!(explanation["locks"], serde_json::json!([]));
}

#[test]
fn any_item_of_msal_extensions_can_be_named() {
    let (bus, provider) = (Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses), Provider::start(generous));
    let home = Home::new(&bus, &provider);
    home.sign_in();
    let document = bus.secret_tool(&["lookup", "xdg:schema", NAME]);
    let signal = home.path("elsewhere/signal");
    std::fs::create_dir(signal.parent().unwrap()).unwrap();
    home.python_on(&signal, "my_schema_name", "A label", &["my_attr1=foo", "my_attr2=bar", "keep"], &document);

    let url = format!("libsecret:my_schema_name?my_attr1=foo&my_attr2=bar&label=A%20label&signal={}", signal.display());
    let on_it = |command: &str| home.answer(&format!("{command} --store {url}"));
    assert_eq!(on_it("token"), NEW_ACCESS_TOKEN);
    assert_eq!(on_it("cache path"), url);
    on_it("clear --no-revoke");
    assert_eq!(on_it("list -o json"), "[]");
    assert_eq!(home.answer("token"), NEW_ACCESS_TOKEN, "the other item is another one");
}

#[test]
fn an_item_that_is_no_cache_is_damaged_and_left_alone() {
    let (bus, provider) = (Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses), Provider::start(generous));
    let home = Home::new(&bus, &provider);
    home.python_on(
        &home.signal(),
        NAME,
        "MSALCache",
        &["MsalClientID=Microsoft.Developer.IdentityService", "keep"],
        "eyJ9",
    );
    assert!(home.refusal("list").contains("damaged"));
    assert!(home.refusal("login").contains("damaged"));
    assert_eq!(bus.secret_tool(&["lookup", "xdg:schema", NAME]), "eyJ9");
}

#[test]
fn a_sealed_cache_is_not_for_neighbours() {
    let (bus, provider) = (Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses), Provider::start(generous));
    let home = Home::new(&bus, &provider);
    home.sign_in();
    let key = home.path("key");
    for command in ["login", "cache encrypt"] {
        let output = home.tokcache(&format!("{command} --encrypt key-file:{}", key.display()));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains("could not read it encrypted"), "{command}: {said}");
    }
    assert!(!key.exists(), "a key was made for nothing");
    assert_eq!(home.answer("token"), NEW_ACCESS_TOKEN);
}

#[test]
fn each_cause_is_named_and_in_time() {
    let provider = Provider::start(generous);
    let refused = |bus: &Bus, command: &str| {
        let started = Instant::now();
        let said = Home::new(bus, &provider).refusal(command);
        assert!(started.elapsed() < AT_MOST, "{command}: {:?}", started.elapsed());
        said
    };
    let locked = Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses);
    Home::new(&locked, &provider).sign_in();
    locked.lock();
    let mut no_bus = Bus::new(Daemon::None, Prompter::Dismisses);
    no_bus.address = "unix:path=/nowhere".to_owned();
    let buses = [
        (no_bus, "no D-Bus session bus can be reached"),
        (Bus::new(Daemon::None, Prompter::Dismisses), "no Secret Service answers"),
        (Bus::new(Daemon::Mute, Prompter::Dismisses), "has not answered"),
        (locked, "is locked"),
    ];
    for (bus, cause) in &buses {
        for command in ["token --scope a", "login", "list"] {
            let said = refused(bus, command);
            assert!(said.contains(cause), "{command}: {said}");
        }
    }
}
