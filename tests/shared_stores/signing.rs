//! Signing in on one machine, and using the tokens on another.

use pollster::FutureExt as _;
use tokcache_core::store::Partition;

use crate::machine::{machine, said, sign_in};
use crate::provider::{Provider, id};
use crate::stores;

#[test]
fn a_user_signs_in_on_one_machine_and_gets_tokens_on_another() {
    for store in stores::all() {
        let provider = Provider::start();
        let (desk, server) = (machine(&store.url, &provider), machine(&store.url, &provider));
        sign_in(&desk, &provider, "alice");
        assert_eq!(store.partitions(), ["alice-id"], "{}", store.url);

        for account in ["", " --account alice@example.com", " --account Alice@Example.com", " --account alice-id"] {
            let line = format!("token --scope notes.read{account}");
            assert_eq!(server.answer(&line), "canary-AT-alice-1", "{line} {}", store.url);
        }
        assert_eq!(desk.answer("token --profile alice"), "canary-AT-alice-1");
        assert_eq!(server.answer("token --scope notes.read --force-refresh"), "canary-AT-alice-2");
        assert_eq!(desk.answer("token --profile alice"), "canary-AT-alice-2", "{}", store.url);
        let explained = server.answer("explain --scope notes.read -o json");
        assert!(explained.contains("serve") && explained.contains(&store.url), "{explained}");

        let message = said(&server.tokcache("clear"));
        assert!(message.contains("Signed out alice@example.com; the server has revoked"), "{message}");
        assert_eq!(provider.revoked(), ["canary-RT-alice-2"]);
        assert_eq!(store.partitions(), Vec::<String>::new());
        server.failure(4, "token --scope notes.read");
        desk.failure(4, "token --profile alice");
        provider.assert_no_sign_in_was_lost();
    }
}

#[test]
fn two_users_are_two_partitions_and_neither_gets_the_tokens_of_the_other() {
    for store in stores::all() {
        let provider = Provider::start();
        let home = machine(&store.url, &provider);
        sign_in(&home, &provider, "alice");
        sign_in(&home, &provider, "bob");
        assert_eq!(store.partitions(), ["alice-id", "bob-id"], "{}", store.url);

        let other = machine(&store.url, &provider);
        let error = other.failure(9, "token --scope notes.read");
        assert!(error.contains("2 accounts are signed in: alice@example.com"), "{error}");
        assert!(error.contains("--account alice@example.com"), "{error}");
        assert_eq!(other.answer("token --scope notes.read --account bob-id"), "canary-AT-bob-1");
        assert_eq!(other.answer("token --scope notes.read --account ALICE@example.com"), "canary-AT-alice-1");
        assert_eq!(home.answer("token --profile bob"), "canary-AT-bob-1");
        let error = other.failure(9, "token --scope notes.read --account carol@example.com");
        assert!(error.contains("carol@example.com"), "{error}");
        assert!(!other.tokcache("clear").status.success(), "which user?");
        assert!(
            said(&other.tokcache("clear --account alice-id --no-revoke")).contains("Signed out alice@example.com.")
        );
        assert_eq!(store.partitions(), ["bob-id"]);
        assert_eq!(other.answer("token --scope notes.read"), "canary-AT-bob-1", "the only user is left");
    }
}

/// A document that names another user in a partition, by mistake or on purpose, is not that user's.
#[test]
fn a_user_name_in_the_partition_of_somebody_else_is_not_served() {
    for store in stores::all() {
        let provider = Provider::start();
        let home = machine(&store.url, &provider);
        store.put("mallory-id", &stores::document(&provider.authority(), "alice"));
        home.failure(9, "token --scope notes.read --account alice@example.com");
        home.failure(9, &format!("token --scope notes.read --account {}", id("alice")));
        home.failure(4, "token --scope notes.read");
    }
}

#[test]
fn a_user_name_in_the_partition_of_somebody_else_is_not_listed_by_that_name() {
    for store in stores::all() {
        let provider = Provider::start();
        let home = machine(&store.url, &provider);
        for partition in ["mallory-id", "alice@example.com"] {
            store.put(partition, &stores::document(&provider.authority(), "alice"));
        }
        home.failure(9, "list --account alice@example.com");
        store.put_users(&provider.authority(), ["alice".to_owned()]);
        let table = home.answer("list --account alice@example.com");
        assert_eq!(table.lines().count(), 2, "a header, and the user: {table}");
    }
}

/// Some providers let users choose what becomes their id.
#[test]
fn a_user_whose_id_is_the_name_of_another_user_is_not_taken_for_that_user() {
    for store in stores::all() {
        let provider = Provider::start();
        let home = machine(&store.url, &provider);
        let mallory = stores::document_with_id(&provider.authority(), "mallory", "alice@example.com");
        store.put("alice@example.com", &mallory);
        assert_eq!(home.answer("token --scope notes.read --account alice@example.com"), "canary-AT-mallory");
        store.put_users(&provider.authority(), ["alice".to_owned()]);

        for command in ["token --scope notes.read", "clear"] {
            let error = home.failure(9, &format!("{command} --account alice@example.com"));
            assert!(error.contains("2 accounts") && error.contains("--account alice-id"), "{command}: {error}");
        }
        assert_eq!(store.partitions(), ["alice-id", "alice@example.com"], "{}", store.url);
        assert_eq!(home.answer("token --scope notes.read --account alice-id"), "canary-AT-alice");
        assert_eq!(home.answer("token --scope notes.read --account mallory@example.com"), "canary-AT-mallory");
    }
}

#[test]
fn a_user_who_takes_the_id_of_another_as_a_name_does_not_lock_that_user_out() {
    for store in stores::all() {
        let provider = Provider::start();
        let home = machine(&store.url, &provider);
        sign_in(&home, &provider, "alice");
        let mallory = stores::document(&provider.authority(), "mallory").replace("mallory@example.com", "alice-id");
        store.put("mallory-id", &mallory);
        assert_eq!(home.answer("token --profile alice"), "canary-AT-alice-1");
        assert_eq!(home.answer("token --scope notes.read --account alice-id"), "canary-AT-alice-1", "{}", store.url);
        assert_eq!(home.answer("token --scope notes.read --account alice@example.com"), "canary-AT-alice-1");
        assert!(home.tokcache("clear --profile alice").status.success());
        assert_eq!(store.partitions(), ["mallory-id"], "{}", store.url);
    }
}

#[test]
fn a_partition_with_the_name_of_a_user_keeps_nobody_from_the_tokens_unless_it_is_the_users() {
    for store in stores::all() {
        let provider = Provider::start();
        let home = machine(&store.url, &provider);
        let others = [
            stores::document_with_id("https://other.example.com/tenant", "mallory", "alice@example.com"),
            stores::document_with_id(&provider.authority(), "alice", "mallory-id"),
        ];
        for other in others {
            store.put("alice@example.com", &other);
            for command in ["token --scope notes.read", "clear"] {
                home.failure(9, &format!("{command} --account alice@example.com"));
            }
            store.put_users(&provider.authority(), ["alice".to_owned()]);
            assert_eq!(home.answer("token --scope notes.read --account alice@example.com"), "canary-AT-alice");
            said(&home.tokcache("clear --account alice@example.com --no-revoke"));
            assert_eq!(store.partitions(), ["alice@example.com"], "{}", store.url);
            store.store.remove(&Partition::named("alice@example.com")).block_on().unwrap();
        }
    }
}

#[test]
fn a_damaged_cache_is_not_cleared_by_the_name_of_another_user() {
    for store in stores::all() {
        let provider = Provider::start();
        let home = machine(&store.url, &provider);
        store.put("alice@example.com", "{\"AccessToken\": {\"canary-RT");
        store.put_users(&provider.authority(), ["alice".to_owned()]);
        for command in ["token --scope notes.read", "clear"] {
            let error = home.failure(9, &format!("{command} --account alice@example.com"));
            assert!(error.contains("--account alice-id"), "{command}: {error}");
        }
        assert_eq!(store.partitions(), ["alice-id", "alice@example.com"], "{}", store.url);
        assert_eq!(home.answer("token --scope notes.read --account alice-id"), "canary-AT-alice");
    }
}

#[test]
fn the_profile_names_the_store_and_the_user() {
    let (store, provider) = (stores::sqlite(), Provider::start());
    let home = machine(&store.url, &provider);
    sign_in(&home, &provider, "alice");
    let profile = home.answer("profile show alice");
    assert!(profile.contains(&format!("store = \"{}\"", store.url)), "{profile}");
    assert!(profile.contains("home_account_id = \"alice-id\""), "{profile}");
}
