//! Encrypted shared stores.

use pollster::FutureExt as _;
use tokcache_core::store::Partition;

use crate::machine::{machine, said, sign_in};
use crate::provider::Provider;
use crate::stores::{self, SharedStore};
use crate::support::home::Home;
use crate::support::text;

const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n";
const OTHER_KEY: &str = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\n";

fn with_key(store: &SharedStore, provider: &Provider, key: &str) -> Home {
    let mut home = machine(&store.url, provider);
    let file = home.write("key", key);
    home.set("TOKCACHE_ENCRYPT", format!("key-file:{}", file.display()));
    home
}

#[test]
fn users_sign_in_to_an_encrypted_store_and_nothing_in_it_is_readable() {
    for store in stores::all() {
        let provider = Provider::start();
        let home = with_key(&store, &provider, KEY);
        sign_in(&home, &provider, "alice");
        sign_in(&home, &provider, "bob");
        assert!(home.answer("list").contains("bob@example.com"));
        assert_eq!(home.answer("token --scope notes.read --account BOB@example.com"), "canary-AT-bob-1");
        assert_eq!(home.answer("token --profile alice --force-refresh"), "canary-AT-alice-2");
        assert!(home.answer("explain --profile alice").contains("key-file:"));
        assert!(home.answer("cache check").contains("intact; users 2"));

        let without = machine(&store.url, &provider);
        for line in
            ["token --scope notes.read --account bob-id", "list", "clear --account bob-id", "login --account bob-id"]
        {
            let output = without.tokcache(line);
            if line.starts_with("login") {
                assert!(!output.status.success());
                continue;
            }
            let said = said(&output);
            assert_eq!(output.status.code(), Some(7), "{line}: {said}");
            assert!(said.contains("is encrypted, and no key is named") && said.contains("--encrypt"), "{line}: {said}");
        }
        let error = with_key(&store, &provider, OTHER_KEY).refusal("token --scope notes.read --account bob-id");
        assert!(error.contains("which is not among the keys"), "{error}");
        let output = with_key(&store, &provider, OTHER_KEY).tokcache("cache check");
        assert!(text(&output.stderr).contains("unreadable caches and entries"), "{}", text(&output.stderr));
        assert_eq!(home.answer("token --scope notes.read --account bob-id"), "canary-AT-bob-1");
    }
}

#[test]
fn the_document_of_one_user_in_the_place_of_another_is_refused() {
    let (store, provider) = (stores::redis(), Provider::start());
    let home = with_key(&store, &provider, KEY);
    sign_in(&home, &provider, "alice");
    let port = store.url.rsplit_once(':').unwrap().1;
    let copied = std::process::Command::new("redis-cli")
        .args(["-p", port, "copy", "tokcache:alice-id", "tokcache:mallory-id"])
        .status();
    assert!(copied.unwrap().success());
    let error = home.refusal("token --scope notes.read --account mallory-id");
    assert!(error.contains("somebody has exchanged documents"), "{error}");
}

#[test]
fn a_plain_store_is_encrypted_user_by_user_and_gets_a_new_key() {
    for store in stores::all() {
        let provider = Provider::start();
        store.put_users(&provider.authority(), (0..20).map(|number| format!("user-{number}")));
        let home = with_key(&store, &provider, KEY);
        let error = home.refusal("token --scope notes.read --account user-7-id");
        assert!(error.contains("is not encrypted") && error.contains("tokcache cache encrypt"), "{error}");

        assert!(said(&home.tokcache("cache encrypt")).contains("20 users"));
        assert_eq!(home.answer("token --scope notes.read --account user-7-id"), "canary-AT-user-7");
        assert!(said(&home.tokcache("cache encrypt")).contains("already"));

        let rotated = with_key(&store, &provider, &format!("{OTHER_KEY}{KEY}"));
        assert_eq!(rotated.answer("token --scope notes.read --account user-7-id"), "canary-AT-user-7");
        assert!(said(&rotated.tokcache("cache encrypt")).contains("20 users"));
        let only_new = with_key(&store, &provider, OTHER_KEY);
        assert_eq!(only_new.answer("token --scope notes.read --account user-7-id"), "canary-AT-user-7");
        home.refusal("token --scope notes.read --account user-7-id");
    }
}

#[test]
fn a_user_who_signs_in_without_the_key_of_an_encrypted_store_is_told_before_the_sign_in() {
    for store in stores::all() {
        let provider = Provider::start();
        sign_in(&with_key(&store, &provider, KEY), &provider, "alice");
        provider.expect("bob", 3600);
        let without = machine(&store.url, &provider);
        let error = without.refusal("login --scope notes.read");
        assert!(error.contains("is encrypted, and no key is named") && !error.contains("open this page"), "{error}");
        assert!(error.contains("login --scope notes.read --encrypt key-file:PATH"), "{error}");

        without.write("plain.json", stores::document(&provider.authority(), "carol"));
        let copy = format!("cache copy --store file:plain.json --to {}", store.url);
        let error = without.refusal(&copy);
        assert!(error.contains(&format!("--to {} --to-encrypt key-file:PATH", store.url)), "{error}");
        assert_eq!(store.partitions(), ["alice-id"], "{}", store.url);
    }
}

#[test]
fn a_copy_encrypts_and_decrypts() {
    let (store, provider) = (stores::sqlite(), Provider::start());
    let home = machine("file:plain.json", &provider);
    sign_in(&home, &provider, "alice");
    let key = home.write("key", KEY);
    let flag = format!("key-file:{}", key.display());
    assert!(home.tokcache(&format!("cache copy --to {} --to-encrypt {flag}", store.url)).status.success());
    let document = store.store.load(&Partition::named("alice-id")).block_on().unwrap().unwrap();
    assert!(document.bytes.starts_with(b"tokcache-sealed 1 "));
    assert!(
        home.tokcache(&format!("cache copy --store {} --encrypt {flag} --to file:back.json", store.url))
            .status
            .success()
    );
    assert!(std::fs::read_to_string(home.path("back.json")).unwrap().contains("canary-AT-alice-1"));
}

#[test]
fn keys_of_one_machine_are_refused() {
    let (store, provider) = (stores::sqlite(), Provider::start());
    let home = machine(&store.url, &provider);
    for key in ["keyring", "passphrase"] {
        let error = home.failure(3, &format!("login --encrypt {key}"));
        assert!(error.contains("key-file:PATH"), "{error}");
    }
    let error = home.refusal("list --encrypt key-file:missing");
    assert!(error.contains("missing cannot be used"), "{error}");
    assert!(!home.path("missing").exists(), "another machine has the key");
    let error = home.refusal("list --encrypt credential");
    assert!(error.contains("CREDENTIALS_DIRECTORY"), "{error}");
}
