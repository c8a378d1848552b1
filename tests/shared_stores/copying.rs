//! `cache copy` and `cache check`.

use std::collections::BTreeMap;
use std::process::Stdio;

use serde_json::Value;
use tokcache_testing::servers::wait_until;

use crate::machine::{machine, said, sign_in};
use crate::provider::Provider;
use crate::stores;
use crate::support::home::Home;
use crate::support::terminal::Terminal;
use crate::support::text;

/// Returns the entries of a document, by section and content.
fn entries(document: &str) -> BTreeMap<String, Vec<Value>> {
    let document: BTreeMap<String, Value> = serde_json::from_str(document).unwrap();
    let of = |section: &Value| {
        let mut entries: Vec<_> = section.as_object().unwrap().values().cloned().collect();
        entries.sort_by_key(Value::to_string);
        entries
    };
    document.iter().map(|(name, section)| (name.clone(), of(section))).collect()
}

fn copy(home: &Home, from: &str, to: &str) -> String {
    let output = home.tokcache(&format!("cache copy --store {from} --to {to}"));
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn a_file_is_copied_to_every_store_and_back_and_nothing_is_lost() {
    let provider = Provider::start();
    let file = "file:first.json";
    let home = machine(file, &provider);
    sign_in(&home, &provider, "alice");
    sign_in(&home, &provider, "bob");
    let original = std::fs::read_to_string(home.path("first.json")).unwrap();

    let mut from = file.to_owned();
    let stores = stores::all();
    for store in &stores {
        let said = copy(&home, &from, &store.url);
        assert!(
            said.contains("2 users") && said.contains(&format!("profile set default --store {}", store.url)),
            "{said}"
        );
        assert_eq!(store.partitions(), ["alice-id", "bob-id"]);
        let other = machine(&store.url, &provider);
        assert_eq!(other.answer("token --scope notes.read --account bob-id"), "canary-AT-bob-1");
        from.clone_from(&store.url);
    }
    copy(&home, &from, "file:last.json");
    let last = std::fs::read_to_string(home.path("last.json")).unwrap();
    assert_eq!(entries(&last), entries(&original));

    let again = copy(&home, file, &stores[0].url);
    assert!(again.contains("new entries 0, updated 0"), "{again}");
}

#[test]
fn a_newer_token_is_not_replaced_by_a_copy() {
    let (provider, store) = (Provider::start(), stores::redis());
    let home = machine("file:old.json", &provider);
    sign_in(&home, &provider, "alice");
    copy(&home, "file:old.json", &store.url);
    let other = machine(&store.url, &provider);
    wait_for_the_next_second();
    assert_eq!(other.answer("token --scope notes.read --force-refresh"), "canary-AT-alice-2");
    copy(&home, "file:old.json", &store.url);
    assert_eq!(other.answer("token --scope notes.read"), "canary-AT-alice-2");
    assert_eq!(other.answer("token --scope notes.read --force-refresh"), "canary-AT-alice-3");
    provider.assert_no_sign_in_was_lost();
}

#[test]
fn a_copy_that_was_killed_is_continued_by_the_same_command() {
    let (provider, from, to) = (Provider::start(), stores::sqlite(), stores::postgres());
    from.put_users(&provider.authority(), (0..600).map(|number| format!("user-{number:04}")));
    let home = machine(&from.url, &provider);
    let mut killed = home.program(&format!("cache copy --to {}", to.url));
    let mut killed = killed.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until("some users are copied", || to.partitions().len() > 50);
    killed.kill().unwrap();
    killed.wait().unwrap();
    let partly = to.partitions().len();
    assert!(partly < 600, "it was killed too late");

    let said = copy(&home, &from.url, &to.url);
    assert!(said.contains("600 users") && !said.contains("already there 0"), "{said}");
    assert_eq!(to.partitions(), from.partitions());
    for partition in from.partitions() {
        let (from, to) = (from.document(&partition).unwrap(), to.document(&partition).unwrap());
        assert_eq!(entries(&from), entries(&to), "{partition}");
    }
}

#[test]
fn a_check_counts_what_is_there_and_names_what_is_damaged() {
    for store in stores::all() {
        let provider = Provider::start();
        let home = machine(&store.url, &provider);
        assert_eq!(store.partitions(), Vec::<String>::new());
        assert!(home.answer("cache check").contains("empty; users 0"));
        store.put_users(&provider.authority(), ["alice".to_owned(), "bob".to_owned()]);
        let report: Value = serde_json::from_str(&home.answer("cache check -o json")).unwrap();
        let counts =
            ["users", "accounts", "access_tokens", "refresh_tokens"].map(|name| report[name].as_u64().unwrap());
        assert_eq!((counts, &report["store"]), ([2; 4], &store.url.as_str().into()));

        store.put("carol-id", "{\"canary-RT");
        let output = home.tokcache("cache check");
        let said = said(&output);
        assert_eq!(output.status.code(), Some(7), "{said}");
        assert!(said.contains("the cache of carol-id") && said.contains("clear --account carol-id"), "{said}");
        home.failure(2, "cache check --repair");
        let output = home.tokcache("cache copy --to file:copy.json");
        assert_eq!(output.status.code(), Some(7));
        assert!(text(&output.stderr).contains("2 users"), "the intact ones are copied");
    }
}

#[test]
fn entries_of_no_user_are_not_copied_into_a_file_and_are_named() {
    let (provider, store) = (Provider::start(), stores::sqlite());
    let home = machine(&store.url, &provider);
    store.put("alice-id", &document_with_a_stray_token(&provider));

    let output = home.tokcache("cache copy --to file:copy.json");
    let said = said(&output);
    assert_eq!(output.status.code(), Some(7), "{said}");
    assert!(said.contains("stray: it belongs to no user") && said.contains("1 user"), "{said}");
    let copy = std::fs::read_to_string(home.path("copy.json")).unwrap();
    assert!(copy.contains("canary-RT-alice-1") && !copy.contains("canary-RT-stray"), "{copy}");
}

#[test]
fn entries_of_no_user_are_copied_from_file_to_file_and_are_not_named() {
    let provider = Provider::start();
    let home = machine("file:first.json", &provider);
    home.write("first.json", document_with_a_stray_token(&provider));
    let said = copy(&home, "file:first.json", "file:copy.json");
    assert!(!said.contains("not copied"), "{said}");
    let copy = std::fs::read_to_string(home.path("copy.json")).unwrap();
    assert!(copy.contains("canary-RT-alice-1") && copy.contains("canary-RT-stray"), "{copy}");
}

/// Returns the document of a user, and a refresh token that belongs to no user.
fn document_with_a_stray_token(provider: &Provider) -> String {
    let mut document: Value = serde_json::from_str(&stores::document(&provider.authority(), "alice")).unwrap();
    let mut stray = document["RefreshToken"]["r"].clone();
    stray.as_object_mut().unwrap().remove("home_account_id");
    stray["secret"] = "canary-RT-stray".into();
    document["RefreshToken"]["stray"] = stray;
    document.to_string()
}

#[test]
fn a_check_of_redis_warns_of_settings_that_sign_users_out() {
    let (provider, store) = (Provider::start(), stores::redis());
    let said = said(&machine(&store.url, &provider).tokcache("cache check"));
    assert!(said.contains("warning: ") && said.contains("restart"), "{said}");
}

#[test]
fn a_copy_of_nothing_or_to_itself_is_an_error() {
    let (provider, store) = (Provider::start(), stores::sqlite());
    assert_eq!(store.partitions(), Vec::<String>::new());
    let home = machine(&store.url, &provider);
    home.failure(7, &format!("cache copy --store file:typo.json --to {}", store.url));
    home.failure(7, "cache copy --to file:copy.json");
    home.failure(2, &format!("cache copy --to {}", store.url));
    home.failure(2, "cache copy --to memory:");
    home.failure(7, "cache copy --store sqlite:typo.db --to file:copy.json");
    let said = said(&home.tokcache("cache copy --to redis://:canary-password@127.0.0.1"));
    assert!(said.contains("TOKCACHE_TO_PASSWORD_FILE"), "{said}");
    assert!(!home.path("copy.json").exists() && !home.path("typo.db").exists());
}

/// The cache notes times in seconds.
#[expect(clippy::disallowed_methods, reason = "the program has the system's clock")]
fn wait_for_the_next_second() {
    std::thread::sleep(std::time::Duration::from_millis(1100));
}

#[test]
fn a_copy_shows_a_bar_on_a_terminal_and_nothing_of_it_elsewhere() {
    let (provider, from, to) = (Provider::start(), stores::sqlite(), stores::postgres());
    from.put_users(&provider.authority(), (0..2000).map(|number| format!("user-{number:04}")));
    let mut home = machine(&from.url, &provider);
    let copy = format!("cache copy --to {}", to.url);
    let mut terminal = Terminal::running(&home.program(&copy));
    terminal.wait_for(" of 2000 users, ");
    let output = terminal.end();
    let shown = text(&output.stderr);
    assert!(output.status.success() && shown.contains("/s [#") && shown.contains(": 2000 users; new"), "{shown:?}");

    let piped = said(&home.tokcache(&copy));
    assert!(!piped.contains(['\r', '\u{1b}', '[']) && piped.starts_with("Copied to "), "{piped:?}");
    home.set("TERM", "dumb");
    let dumb = text(&Terminal::running(&home.program(&copy)).end().stderr);
    assert!(!dumb.contains(['\u{1b}', '[']) && dumb.starts_with("Copied to "), "{dumb:?}");
}
