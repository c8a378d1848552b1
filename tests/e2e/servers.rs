//! Tests other authorization servers than oidc-provider, with differences that break clients.
//!
//! django-oauth-toolkit: no metadata name the device endpoint, and the OpenID Connect metadata do not name the
//! revocation endpoint. Its endpoints end in a slash. It refuses `offline_access` after the user has approved. The
//! first ID token comes with the first refresh. Glewlwyd: its refusals have no body, its token type is in lower case, a
//! refresh brings no ID token, a client without a secret cannot revoke, and the audience of an assertion is the token
//! endpoint. Both rotate refresh tokens, and revoke the sign-in when an old one is used again.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::applications::{assertion, assertion_command, copied, pkcs12, secret_file};
use crate::browser::Waiting;
use crate::harness::{Home, Provider, REFRESH_TOKEN, SCOPE, answer_of, end_of, wait_until};

const HERD: usize = 20;

#[test]
fn a_sign_in_at_django_oauth_toolkit_lives_through_refreshes_to_sign_out() {
    lives_from_sign_in_to_sign_out(&Server::django());
}

#[test]
fn a_sign_in_at_glewlwyd_lives_through_refreshes_to_sign_out() {
    lives_from_sign_in_to_sign_out(&Server::glewlwyd());
}

#[test]
fn a_herd_makes_one_refresh_at_django_oauth_toolkit() {
    a_herd_makes_one_refresh(&Server::django());
}

#[test]
fn a_herd_makes_one_refresh_at_glewlwyd() {
    a_herd_makes_one_refresh(&Server::glewlwyd());
}

#[test]
fn a_sign_in_that_django_oauth_toolkit_has_ended_asks_for_a_new_one() {
    a_spent_refresh_token_ends_the_sign_in(&Server::django());
}

#[test]
fn a_sign_in_that_glewlwyd_has_ended_asks_for_a_new_one() {
    a_spent_refresh_token_ends_the_sign_in(&Server::glewlwyd());
}

/// A server with the arguments for a sign-in.
pub(crate) struct Server {
    pub(crate) provider: Provider,
    login: Vec<String>,
    pub(crate) revokes: bool,
}

impl Server {
    pub(crate) fn oidc_provider() -> Server {
        Server { provider: Provider::start(), login: Vec::new(), revokes: true }
    }

    pub(crate) fn django() -> Server {
        let provider = Provider::start_django(json!({}));
        let device_authorization = format!("{}/device-authorization/", provider.authority());
        let login = vec!["--device-authorization-endpoint".to_owned(), device_authorization];
        Server { provider, login, revokes: true }
    }

    pub(crate) fn glewlwyd() -> Server {
        Server { provider: Provider::start_glewlwyd(json!({})), login: Vec::new(), revokes: false }
    }

    /// Returns the token endpoint of Glewlwyd, which is the audience that it wants in an assertion.
    pub(crate) fn token_endpoint(&self) -> String {
        format!("{}/token", self.provider.authority().replace("/api/", "//api/"))
    }

    /// Returns the endpoint that the metadata leave out.
    pub(crate) fn device_authorization(&self) -> Option<String> {
        self.login.get(1).cloned()
    }

    #[track_caller]
    fn sign_in(&self) -> Home {
        let home = Home::at(&self.provider);
        let arguments: Vec<_> = self.login.iter().map(String::as_str).collect();
        let output = home.login(&arguments, |user_code| self.provider.approve(user_code));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        home
    }
}

#[test]
fn a_person_signs_in_at_django_oauth_toolkit_through_the_browser() {
    let server = Server::django();
    let mut home = Home::at(&server.provider);
    home.set("TOKCACHE_CLIENT_ID", "e2e-browser");
    let waiting = Waiting::start(&home, &[]);
    server.provider.open(&waiting.url);
    let (status, said) = waiting.end();
    assert_eq!(status, Some(0), "{said}");
    lives_until_sign_out(&server, &home);
}

#[test]
fn an_application_gets_a_token_at_django_oauth_toolkit_by_its_secret() {
    let server = Server::django();
    for method in ["client_secret_basic", "client_secret_post"] {
        let home = Home::at(&server.provider);
        let secret = secret_file(&home);
        let credential = ["--client-secret-file", &secret, "--client-auth-method", method];
        is_served_as_application(&server, &home, "e2e-basic", &credential);
    }
}

#[test]
fn an_application_gets_a_token_at_glewlwyd_by_its_key() {
    let server = Server::glewlwyd();
    let home = Home::at(&server.provider);
    let (key, certificate) = (copied(&home, "rsa.pem"), copied(&home, "rsa_certificate.pem"));
    let pfx = pkcs12(&home, "app.pfx", &["-inkey", &key, "-in", &certificate]);
    let password = home.write("password", "made-up\n");
    let endpoint = server.token_endpoint();
    let file = home.write("assertion", &assertion(&endpoint));
    let command = assertion_command(&endpoint);
    let endpoint = ["--token-endpoint", &endpoint];
    for credential in [
        &["--client-key", &key][..],
        &["--client-certificate", &pfx, "--client-certificate-password-file", &password],
        &["--federated-token-file", &file],
        &["--federated-token-command", &command],
    ] {
        is_served_as_application(&server, &home, "e2e-key", &[&endpoint[..], credential].concat());
    }
    let other = Home::at(&server.provider);
    let by_metadata = ["--client-id", "e2e-key", "--client-key", &key];
    let refused = other.error(3, &[&LOGIN_OF_APPLICATION[..], &by_metadata].concat());
    assert!(refused.to_string().contains("HTTP 403"), "the audience is the issuer, if that is known: {refused}");
}

const LOGIN_OF_APPLICATION: [&str; 5] = ["login", "--flow", "client-credentials", "--scope", SCOPE];

/// Signs the application in, by one request, and gets the same token from the cache.
fn is_served_as_application(server: &Server, home: &Home, client_id: &str, flags: &[&str]) {
    let before = server.provider.token_requests("client_credentials");
    let login = [&LOGIN_OF_APPLICATION[..], &["--client-id", client_id], flags].concat();
    answer_of(&home.tokcache(&login));
    home.answer(&["token", "--client-id", client_id, "--offline"]);
    assert_eq!(server.provider.token_requests("client_credentials"), before + 1, "{flags:?}");
}

fn lives_from_sign_in_to_sign_out(server: &Server) {
    let home = server.sign_in();
    lives_until_sign_out(server, &home);
}

fn lives_until_sign_out(server: &Server, home: &Home) {
    let provider = &server.provider;

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
        assert_eq!(accounts(home), 1, "{}", home.answer(&["list"]));
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
