//! Tests which facts about a provider the profile stores, and for how long.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokcache_core::time::{Clock, SystemClock};

use crate::support::home::Home;
use crate::support::provider::{Provider, device_authorization};
use crate::support::text;

/// Returns a home that has signed in before the provider moved its revocation endpoint.
fn moved() -> (Home, Provider) {
    let provider = Provider::start(|path, _form| match path {
        "/tenant/revoke" => (200, Value::Null),
        "/tenant/token" => (400, json!({ "error": "invalid_grant" })),
        _ => (404, json!({})),
    });
    let home = Home::of("expired");
    home.use_provider(&provider.address());
    let address = provider.address();
    let learned = format!("token_endpoint = \"{address}/tenant/old\"\nrevocation_endpoint = \"{address}/tenant/old\"");
    home.edit("config/profiles/default.toml", &format!("token_endpoint = \"{address}/tenant/token\""), &learned);
    (home, provider)
}

fn profile(home: &Home) -> String {
    std::fs::read_to_string(home.path("config/profiles/default.toml")).unwrap()
}

#[test]
fn a_sign_out_remembers_where_the_provider_has_moved_its_revocation_to() {
    for line in ["clear", "clear --all --yes"] {
        let (home, provider) = moved();
        let output = home.tokcache(line);
        assert!(output.status.success() && text(&output.stderr).contains("has revoked"), "{line}: {output:?}");
        let now = format!("revocation_endpoint = \"{}/tenant/revoke\"", provider.address());
        assert!(profile(&home).contains(&now), "{line}: {}", profile(&home));
    }
}

#[test]
fn a_refresh_that_is_refused_remembers_where_the_provider_has_moved_its_tokens_to() {
    let (home, provider) = moved();
    home.failure(4, "token");
    let now = format!("token_endpoint = \"{}/tenant/token\"", provider.address());
    assert!(profile(&home).contains(&now), "{}", profile(&home));
}

#[test]
fn a_profile_is_told_not_to_ask_for_offline_access_and_to_ask_again() {
    let home = Home::signed_in();
    home.answer("profile set default --no-offline-access");
    assert!(profile(&home).contains("offline_access = false"), "{}", profile(&home));
    home.answer("profile set default --scope tasks");
    assert!(profile(&home).contains("offline_access = false"), "{}", profile(&home));
    home.answer("profile set default --offline-access");
    assert!(!profile(&home).contains("offline_access"), "{}", profile(&home));
}

#[test]
fn what_was_said_of_one_provider_does_not_count_at_the_next() {
    let home = Home::signed_in();
    home.answer("profile set default --no-offline-access --lifetime 30d --param a=b");
    home.answer("profile set default --authority https://idp.example.com");
    let now = profile(&home);
    assert!(!["offline_access", "lifetime", "parameters"].iter().any(|setting| now.contains(setting)), "{now}");
}

#[test]
fn two_profiles_at_a_provider_that_names_nobody_keep_their_own_tokens() {
    let turn = AtomicUsize::new(0);
    let provider = Provider::start(move |path, _form| match path {
        "/tenant/device" => (200, device_authorization()),
        "/tenant/token" => {
            let turn = turn.fetch_add(1, Ordering::SeqCst);
            (200, json!({ "access_token": format!("AT-{turn}"), "token_type": "bearer", "scope": "repo" }))
        }
        _ => (404, json!({})),
    });
    let home = Home::empty();
    let login = format!("login --authority {}/tenant --client-id app --scope repo", provider.address());
    home.answer(&login);
    home.answer(&format!("{login} --profile work"));
    assert_eq!(home.answer("token"), "AT-0");
    assert_eq!(home.answer("token --profile work"), "AT-1");

    // Another sign-in is for the same account.
    home.answer("login --profile work");
    assert_eq!(home.answer("token --profile work"), "AT-2");
    home.answer("clear --profile work");
    assert_eq!(home.answer("token"), "AT-0");
    assert_eq!(home.answer("list -o json").matches("unnamed@").count(), 1);
}

#[test]
fn an_access_token_that_no_header_can_carry_is_no_sign_in_and_ends_none() {
    let turn = AtomicUsize::new(0);
    let provider = Provider::start(move |path, form| match path {
        "/tenant/device" => (200, device_authorization()),
        "/tenant/token" if form.contains("refresh_token=RT-0") => {
            (200, json!({ "access_token": "AT\n1", "refresh_token": "RT-1", "token_type": "Bearer", "expires_in": 60 }))
        }
        "/tenant/token" if form.contains("refresh_token=RT-1") => (
            200,
            json!({ "access_token": "AT-2", "refresh_token": "RT-2", "token_type": "Bearer", "expires_in": 3600 }),
        ),
        "/tenant/token" if turn.fetch_add(1, Ordering::SeqCst) == 0 => {
            (200, json!({ "access_token": "AT \u{e9}", "refresh_token": "RT", "token_type": "Bearer" }))
        }
        "/tenant/token" => (
            200,
            json!({ "access_token": "AT-0", "refresh_token": "RT-0", "token_type": "Bearer", "expires_in": 3600 }),
        ),
        "/tenant/revoke" => (200, Value::Null),
        _ => (400, json!({ "error": "invalid_grant" })),
    });
    let home = Home::empty();
    let login = format!("login --authority {}/tenant --client-id app --scope api:read", provider.address());
    let output = home.tokcache(&login);
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    assert!(text(&output.stderr).contains("no header can carry"), "{output:?}");
    assert_eq!(home.answer("list -o json"), "[]");

    home.answer(&login);
    let output = home.tokcache("token --force-refresh");
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    assert_eq!(home.answer("token"), "AT-0");
    // A refusal within the same second is not repeated, even by force.
    SystemClock::new().sleep(Duration::from_millis(1100));
    assert_eq!(home.answer("token --force-refresh"), "AT-2", "the refresh token that came beside it is kept");
}
