//! Stores that cannot be reached, read or written.

use serde_json::Value;
use tokcache_testing::servers::{Certificates, PostgresServer, RedisOptions, RedisServer, free_port};

use crate::machine::{machine, said, sign_in};
use crate::provider::Provider;
use crate::stores;
use crate::support::{names, text};

#[test]
fn a_server_that_is_down_is_an_error_that_may_pass_and_nobody_is_sent_to_sign_in() {
    let provider = Provider::start();
    let port = free_port();
    for url in [format!("redis://127.0.0.1:{port}"), format!("postgres://app@127.0.0.1:{port}/tokens")] {
        let home = machine(&url, &provider);
        for command in ["token --scope notes.read", "list", "clear", "login --scope notes.read"] {
            let output = home.tokcache(&format!("{command} --error-format json"));
            let error: Value = serde_json::from_str(text(&output.stderr).lines().last().unwrap()).unwrap();
            assert_eq!((output.status.code(), &error["code"]), (Some(7), &"store".into()), "{command}: {error}");
            assert_eq!(error["retryable"], true, "{command}: {error}");
            assert!(output.stdout.is_empty());
        }
    }
}

#[test]
fn a_mistyped_file_is_not_created() {
    let provider = Provider::start();
    let home = machine("sqlite:typo.db", &provider);
    for command in ["token --scope notes.read", "list", "clear", "explain --scope notes.read", "cache path"] {
        let error = home.failure(7, command);
        assert!(error.contains("there is no database at") && error.contains("typo.db"), "{error}");
    }
    assert!(!names(home.folder()).iter().any(|name| name.contains("typo")));
}

#[test]
fn a_file_that_is_no_database_is_an_error_and_stays() {
    let provider = Provider::start();
    let home = machine("sqlite:notes.txt", &provider);
    let file = home.write("notes.txt", "my notes\n".repeat(1000));
    home.failure(7, "list");
    assert!(std::fs::read_to_string(file).unwrap().starts_with("my notes\nmy notes"));
}

#[test]
fn a_read_only_replica_serves_and_does_not_sign_out() {
    let (provider, primary) = (Provider::start(), RedisServer::start(RedisOptions::default()));
    let home = machine(&primary.url(), &provider);
    sign_in(&home, &provider, "alice");
    primary.cli(&["replicaof", "127.0.0.1", &free_port().to_string()]);

    assert_eq!(home.answer("token --scope notes.read"), "canary-AT-alice-1");
    let error = home.refusal("clear");
    assert!(error.contains("read-only replica"), "{error}");
    assert_eq!(home.answer("token --scope notes.read"), "canary-AT-alice-1");
}

#[test]
fn a_damaged_cache_concerns_its_user_alone_and_can_be_cleared() {
    for store in stores::all() {
        let provider = Provider::start();
        let home = machine(&store.url, &provider);
        store.put("alice-id", "{\"AccessToken\": {\"canary-RT");
        store.put_users(&provider.authority(), ["bob".to_owned()]);

        assert_eq!(home.answer("token --scope notes.read --account bob-id"), "canary-AT-bob");
        assert_eq!(home.answer("token --scope notes.read --account bob@example.com"), "canary-AT-bob");
        let error = home.failure(7, "token --scope notes.read --account alice-id");
        assert!(error.contains("damaged") && error.contains("tokcache clear --account alice-id"), "{error}");
        let error = home.failure(7, "list -o json");
        assert!(error.contains("the cache of alice-id") && error.contains("clear --account alice-id"), "{error}");
        assert!(store.document("alice-id").is_some(), "nothing is overwritten");

        assert!(said(&home.tokcache("clear --account alice-id")).contains("Deleted the damaged cache of alice-id"));
        assert_eq!(home.answer("token --scope notes.read"), "canary-AT-bob");
    }
}

/// The file of the profile or of the variable may be for the provider alone.
#[test]
fn a_file_of_certificates_is_refused_if_it_was_typed_and_there_is_no_tls() {
    let (store, provider) = (stores::redis(), Provider::start());
    let mut home = machine(&store.url, &provider);
    store.put_users(&provider.authority(), ["bob".to_owned()]);
    let file = home.write("ca.pem", "");
    for command in ["token --scope notes.read", "list", "profile set x --store redis://cache"] {
        let error = home.failure(2, &format!("{command} --ca-file {}", file.display()));
        assert!(error.contains("no TLS") && error.contains("rediss://"), "{command}: {error}");
    }
    let local = format!("cache copy --store file:own.json --ca-file {} --to {}", file.display(), store.url);
    assert!(home.failure(2, &local).contains("no TLS"));
    home.set("TOKCACHE_CA_FILE", &file);
    assert_eq!(home.answer("token --scope notes.read"), "canary-AT-bob");

    let profile = format!("--authority {} --client-id app --account bob-id", provider.authority());
    said(&home.tokcache(&format!("profile set bob {profile} --store {}", store.url)));
    home.set("TOKCACHE_CA_FILE", "");
    let removed = said(&home.tokcache("profile remove bob --yes"));
    let command = format!("env TOKCACHE_CA_FILE={} tokcache clear", file.display());
    assert!(removed.contains(&command) && !removed.contains("--ca-file"), "{removed}");
}

#[test]
fn a_typed_file_of_certificates_is_trusted_for_postgresql_and_refused_without_tls() {
    let (certificates, provider) = (Certificates::generate(), Provider::start());
    let server = PostgresServer::start_with_tls(&certificates);
    let with_tls = format!("{}?sslmode=verify-full", server.url().replace("127.0.0.1", "localhost"));
    let home = machine(&with_tls, &provider);
    let typed = format!("list -o json --ca-file {}", certificates.file("ca.pem").display());
    assert!(home.refusal("list -o json").contains("certificate"));
    assert_eq!(home.answer(&typed), "[]");
    for (store, why) in [
        (server.url(), "has no TLS"),
        ("postgres://db.example.com/tokens?sslmode=disable".to_owned(), "has no TLS"),
        ("sqlite:tokens.db".to_owned(), "--ca-file has no meaning for sqlite:"),
    ] {
        let error = home.failure(2, &format!("{typed} --store {store}"));
        assert!(error.contains(why) && error.contains("TOKCACHE_CA_FILE"), "{error}");
    }
}

#[test]
fn commands_for_one_file_say_that_they_do_not_support_the_store() {
    let (store, provider) = (stores::sqlite(), Provider::start());
    let home = machine(&store.url, &provider);
    store.put_users(&provider.authority(), ["bob".to_owned()]);
    for command in ["cache decrypt", "cache rekey", "cache check --repair"] {
        let output = home.tokcache(command);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{command}: {said}");
        assert!(said.contains("is not supported with this store"), "{command}: {said}");
    }
}
