//! Tests changes of the cache by others during a refresh: a sign-out stands, and a newer token is used.

use serde_json::json;

use crate::harness::{Home, LOGIN, Library, Protocol, Provider, REFRESH_TOKEN, SCOPE, answer_of, end_of};

#[test]
fn a_clear_during_a_refresh_that_hangs_is_bounded_and_not_undone() {
    a_sign_out_is_not_undone(|_, home| {
        let output = home.tokcache(&["clear", "--no-revoke", "--lock-timeout", "1s"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    });
}

#[test]
fn a_clear_that_revokes_is_not_undone() {
    a_sign_out_is_not_undone(|provider, home| {
        home.answer(&["clear", "--lock-timeout", "1s"]);
        assert_eq!(provider.live_refresh_tokens(), 0);
    });
}

#[test]
fn a_removal_by_python_during_a_refresh_is_not_undone() {
    a_sign_out_is_not_undone(|provider, home| Library::Python.remove(home, provider, Protocol::Oidc));
}

/// `az account clear` does this.
#[test]
fn a_file_that_was_deleted_during_a_refresh_does_not_come_back() {
    a_sign_out_is_not_undone(|_, home| std::fs::remove_file(home.cache.path()).expect("a cache file"));
}

/// tokcache's own answer comes too late: the server no longer accepts the refresh token, which Python has redeemed.
#[test]
fn who_comes_late_is_served_what_python_has_refreshed() {
    let (provider, home) = expired();
    let refusal = json!({ "status": 400, "headers": { "content-type": "application/json" },
                          "body": { "error": "invalid_grant" } });
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "held": true, "answer": refusal }));
    let late = home.start(&["token", "--scope", SCOPE]);
    provider.wait_until_it_holds_one();
    let by_python = Library::Python.refresh(&home, &provider, Protocol::Oidc);
    provider.heal();

    assert_eq!(answer_of(&end_of(late)), by_python);

    assert_eq!(provider.token_requests(REFRESH_TOKEN), 2);
    assert!(!home.cache.text().contains("tokcache_"), "a refusal of the old token is no note on the new one");
    home.token(&["--force-refresh"]);
    assert_eq!(provider.live_refresh_tokens(), 1);
}

/// Signs out while the answer to a refresh is ready at the server.
#[track_caller]
fn a_sign_out_is_not_undone(sign_out: impl FnOnce(&Provider, &Home)) {
    let (provider, home) = expired();
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "held": true, "carried_out": true }));
    let refreshing = home.start(&["token", "--scope", SCOPE]);
    provider.wait_until_it_holds_one();
    sign_out(&provider, &home);
    provider.heal();

    let output = end_of(refreshing);

    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(4), 0), "{errors}");
    assert!(errors.contains("signed out meanwhile"), "{errors}");
    assert!(!home.holds_rescued_token());
    let left = std::fs::read_to_string(home.cache.path()).unwrap_or_default();
    assert!(!left.contains(LOGIN) && !left.contains("secret"), "{left}");
    assert_eq!(home.answer(&["list", "-o", "json"]), "[]");
}

/// Returns a sign-in with an expired access token, at a provider that Python knows by the same name.
fn expired() -> (Provider, Home) {
    let provider = Provider::start_with(json!({ "host": "login.contoso.test" }));
    let home = Home::at(&provider);
    home.sign_in(&provider);
    home.cache.expire_access_tokens();
    (provider, home)
}
