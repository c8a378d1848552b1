//! Passwords of stores: they come from the environment, and are never shown.

use tokcache_testing::servers::{RedisOptions, RedisServer};

use crate::machine::{machine, said, sign_in};
use crate::provider::Provider;

const PASSWORD: &str = "canary-password";

fn server() -> RedisServer {
    RedisServer::start(RedisOptions { password: Some(PASSWORD), ..RedisOptions::default() })
}

fn with_password(server: &RedisServer) -> String {
    server.url().replace("redis://", &format!("redis://:{PASSWORD}@"))
}

#[test]
fn a_password_comes_from_the_environment_in_three_ways() {
    let (server, provider) = (server(), Provider::start());
    let mut by_variable = machine(&server.url(), &provider);
    by_variable.set("TOKCACHE_STORE_PASSWORD", PASSWORD);
    sign_in(&by_variable, &provider, "alice");

    let mut by_file = machine(&server.url(), &provider);
    let file = by_file.write("password", format!("{PASSWORD}\n"));
    by_file.set("TOKCACHE_STORE_PASSWORD_FILE", file);

    for home in [&by_variable, &by_file, &machine(&with_password(&server), &provider)] {
        assert_eq!(home.answer("token --scope notes.read"), "canary-AT-alice-1");
    }
}

#[test]
fn a_password_that_is_typed_is_refused_and_not_repeated() {
    let (server, provider) = (server(), Provider::start());
    let home = machine(&server.url(), &provider);
    for command in ["token", "list", "cache path", "login", "profile set x"] {
        let output = home.tokcache(&format!("{command} --store {}", with_password(&server)));
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("TOKCACHE_STORE_PASSWORD_FILE"), "{said}");
    }
}

#[test]
fn a_password_in_the_variable_is_neither_printed_nor_saved() {
    let (server, provider) = (server(), Provider::start());
    let home = machine(&with_password(&server), &provider);
    sign_in(&home, &provider, "alice");
    for command in ["list", "explain --scope notes.read", "cache path", "profile show alice", "token --scope x -vv"] {
        said(&home.tokcache(&format!("{command} --error-format json")));
    }
    let profile = std::fs::read_to_string(home.path("config/profiles/alice.toml")).unwrap();
    assert!(!profile.contains(PASSWORD) && profile.contains(&server.url()), "{profile}");
}

#[test]
fn a_wrong_or_missing_password_is_an_error_of_the_store_that_says_what_to_set() {
    let (server, provider) = (server(), Provider::start());
    let none = machine(&server.url(), &provider);
    let mut wrong = machine(&server.url(), &provider);
    wrong.set("TOKCACHE_STORE_PASSWORD", "canary-password-2");
    for home in [none, wrong] {
        let error = home.refusal("token --scope notes.read");
        assert!(error.contains("access denied") && error.contains("TOKCACHE_STORE_PASSWORD_FILE"), "{error}");
        assert!(!error.contains(PASSWORD), "{error}");
    }
}

#[test]
fn the_password_of_a_store_is_not_sent_to_that_of_another_profile() {
    let (own, other, provider) = (server(), RedisServer::start(RedisOptions::default()), Provider::start());
    let mut home = machine(&own.url(), &provider);
    home.set("TOKCACHE_STORE_PASSWORD", PASSWORD);
    std::fs::create_dir(home.path("config/profiles")).unwrap();
    let profile =
        |url: &str| format!("authority = \"{}\"\nclient_id = \"app\"\nstore = \"{url}\"\n", provider.authority());
    home.write("config/profiles/own.toml", profile(&own.url()));
    home.write("config/profiles/other.toml", profile(&other.url()));
    home.set("TOKCACHE_STORE", "");
    other.take_commands();
    home.failure(9, "token --profile own --scope notes.read --account nobody@example.com");
    assert!(other.take_commands().is_empty());
}

#[test]
fn a_profile_with_a_password_is_refused_and_not_repeated() {
    let (server, provider) = (server(), Provider::start());
    let home = machine(&server.url(), &provider);
    std::fs::create_dir(home.path("config/profiles")).unwrap();
    home.write("config/profiles/p.toml", format!("store = \"{}\"\n", with_password(&server)));
    for command in ["profile show p", "token --profile p", "list --profile p"] {
        let output = home.tokcache(command);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("store must not have a password"), "{said}");
    }
}
