//! A machine on which a user runs the program.

use std::process::Output;

use crate::provider::Provider;
use crate::support::home::Home;
use crate::support::text;

/// Creates a home without profiles that uses the store and the provider.
pub(crate) fn machine(url: &str, provider: &Provider) -> Home {
    let mut home = Home::empty();
    home.set("TOKCACHE_STORE", url);
    home.set("TOKCACHE_AUTHORITY", provider.authority());
    home.set("TOKCACHE_CLIENT_ID", "app");
    home
}

/// Signs a user in.
#[track_caller]
pub(crate) fn sign_in(home: &Home, provider: &Provider, user: &str) {
    provider.expect(user, 3600);
    let output = home.tokcache(&format!("login --profile {user} --scope notes.read"));
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// Returns both outputs of a run. They hold no refresh token and no password.
#[track_caller]
pub(crate) fn said(output: &Output) -> String {
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(!said.contains("canary-RT") && !said.contains("canary-password"), "{said}");
    said
}
