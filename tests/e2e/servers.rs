//! Tests other authorization servers than oidc-provider, with differences that break clients.
//!
//! django-oauth-toolkit: no metadata name the device endpoint, and the OpenID Connect metadata do not name the
//! revocation endpoint. Its endpoints end in a slash. It refuses `offline_access` after the user has approved. The
//! first ID token comes with the first refresh. Glewlwyd: its refusals have no body, its token type is in lower case, a
//! refresh brings no ID token, and a client without a secret cannot revoke. Both rotate refresh tokens, and revoke the
//! sign-in when an old one is used again.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::harness::{Home, Provider, REFRESH_TOKEN, SCOPE, answer_of, end_of, wait_until};

const HERD: usize = 20;

#[test]
fn a_sign_in_at_django_oauth_toolkit_lives_through_refreshes_to_sign_out() {
    lives_from_sign_in_to_sign_out(&Django::start());
}

#[test]
fn a_sign_in_at_glewlwyd_lives_through_refreshes_to_sign_out() {
    lives_from_sign_in_to_sign_out(&Glewlwyd::start());
}

#[test]
fn a_herd_makes_one_refresh_at_django_oauth_toolkit() {
    a_herd_makes_one_refresh(&Django::start());
}

#[test]
fn a_herd_makes_one_refresh_at_glewlwyd() {
    a_herd_makes_one_refresh(&Glewlwyd::start());
}

#[test]
fn a_sign_in_that_django_oauth_toolkit_has_ended_asks_for_a_new_one() {
    a_spent_refresh_token_ends_the_sign_in(&Django::start());
}

#[test]
fn a_sign_in_that_glewlwyd_has_ended_asks_for_a_new_one() {
    a_spent_refresh_token_ends_the_sign_in(&Glewlwyd::start());
}

/// A server with the arguments for a sign-in.
struct Server {
    provider: Provider,
    login: Vec<String>,
    revokes: bool,
}

struct Django;
struct Glewlwyd;

impl Django {
    fn start() -> Server {
        let provider = Provider::start_django(json!({}));
        let device_authorization = format!("{}/device-authorization/", provider.authority());
        let login = vec!["--device-authorization-endpoint".to_owned(), device_authorization];
        Server { provider, login, revokes: true }
    }
}

impl Glewlwyd {
    fn start() -> Server {
        Server { provider: Provider::start_glewlwyd(json!({})), login: Vec::new(), revokes: false }
    }
}

impl Server {
    #[track_caller]
    fn sign_in(&self) -> Home {
        let home = Home::at(&self.provider);
        let arguments: Vec<_> = self.login.iter().map(String::as_str).collect();
        let output = home.login(&arguments, |user_code| self.provider.approve(user_code));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        home
    }
}

fn lives_from_sign_in_to_sign_out(server: &Server) {
    let (home, provider) = (server.sign_in(), &server.provider);

    let requests = provider.requests();
    let first = home.token(&[]);
    assert_eq!(home.token(&[]), first);
    assert_eq!(provider.requests(), requests, "a cached token is served without the network");

    for refreshes in 1..=3 {
        let old = home.token(&[]);
        home.cache.expire_access_tokens();
        let new = home.token(&[]);
        assert_ne!(old, new);
        assert_eq!(home.token(&[]), new, "the new token is served from the cache");
        assert_eq!(provider.token_requests(REFRESH_TOKEN), refreshes);
        provider.assert_no_sign_in_was_lost();
        assert_eq!(accounts(&home), 1, "{}", home.answer(&["list"]));
    }

    let secrets = home.cache.secrets();
    let said = String::from_utf8(home.tokcache(&["clear"]).stderr).expect("text");
    match server.revokes {
        true => assert_eq!(provider.live_refresh_tokens(), 0, "the server has forgotten it: {said}"),
        false => assert!(said.contains("did not revoke"), "{said}"),
    }
    assert!(secrets.iter().all(|secret| !home.cache.text().contains(secret)), "{}", home.cache.text());
    assert_eq!(home.error(4, &["token", "--scope", SCOPE])["code"], "interaction_required");
}

fn a_herd_makes_one_refresh(server: &Server) {
    let (home, provider) = (server.sign_in(), &server.provider);
    home.cache.expire_access_tokens();

    let start = || {
        let mut command = home.command(env!("CARGO_BIN_EXE_tokcache"));
        command.args(["token", "--scope", SCOPE]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Command::spawn(&mut command).expect("tokcache")
    };
    let children: Vec<_> = (0..HERD).map(|_| start()).collect();
    let tokens: Vec<_> = children.into_iter().map(|child| answer_of(&end_of(child))).collect();

    assert!(tokens.iter().all(|token| *token == tokens[0]), "all print the same token");
    assert_eq!(provider.token_requests(REFRESH_TOKEN), 1);
    provider.assert_no_sign_in_was_lost();
}

/// As if a copy of the cache from before a refresh was restored.
fn a_spent_refresh_token_ends_the_sign_in(server: &Server) {
    let (home, provider) = (server.sign_in(), &server.provider);
    let earlier = home.cache.text();
    home.token(&["--force-refresh"]);
    home.cache.put_back(&earlier);
    home.cache.expire_access_tokens();

    let error = home.error(4, &["token", "--scope", SCOPE]);

    assert_eq!(error["code"], "interaction_required", "{error}");
    wait_until("the sign-in to be revoked", || provider.live_refresh_tokens() == 0);
    // `clear` must delete the tokens even if they were revoked before.
    home.tokcache(&["clear"]);
    assert_eq!(accounts(&home), 0);
}

fn accounts(home: &Home) -> usize {
    let list: Value = serde_json::from_str(&home.answer(&["list", "-o", "json"])).expect("JSON");
    list.as_array().expect("an array").len()
}
