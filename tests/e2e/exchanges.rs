//! Tests tokens on behalf of a user: token exchange (RFC 8693) and Entra's on-behalf-of flow. They are cached by the
//! user's token, and never served to another user.

use serde_json::{Value, json};

use crate::harness::{Home, Provider, SCOPE, answer_of, end_of};

pub(crate) const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const HERD: usize = 20;

/// Returns the access token of a user who signs in to a client of the API.
pub(crate) fn token_of(provider: &Provider, user: &str) -> String {
    let home = Home::at(provider);
    answer_of(&home.login(&[], |code| provider.approve_as(user, code)));
    home.token(&[])
}

/// A web API with a client of its own.
struct Api {
    home: Home,
    secret: String,
}

impl Api {
    fn at(provider: &Provider) -> Api {
        let mut home = Home::at(provider);
        home.set("TOKCACHE_CLIENT_ID", "e2e-api");
        let secret = home.write("client-secret", "made-up");
        Api { home, secret }
    }

    /// Writes the assertion of a user, and returns the arguments that ask for a token on the user's behalf.
    fn arguments(&self, user: &str, assertion: &str) -> Vec<String> {
        let file = self.home.write(user, assertion);
        ["token", "--scope", "mail.read", "--client-secret-file", &self.secret, "--assertion-file", &file]
            .map(str::to_owned)
            .to_vec()
    }

    fn token(&self, user: &str, assertion: &str) -> Value {
        let arguments = self.arguments(user, assertion);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).chain(["-o", "json"]).collect();
        serde_json::from_str(&self.home.answer(&arguments)).expect("JSON")
    }
}

#[test]
fn each_user_is_served_by_the_users_own_assertion() {
    let provider = Provider::start();
    let (alice, bob) = (token_of(&provider, "alice"), token_of(&provider, "bob"));
    let api = Api::at(&provider);

    let first = [api.token("alice", &alice), api.token("bob", &bob)];
    let again = [api.token("alice", &alice), api.token("bob", &bob)];

    assert!(first.iter().all(|token| token["source"] == "token_exchange"), "{first:?}");
    assert!(again.iter().all(|token| token["source"] == "cache"), "{again:?}");
    assert_ne!(first[0]["access_token"], first[1]["access_token"]);
    assert_eq!(first.map(|token| token["access_token"].clone()), again.map(|token| token["access_token"].clone()));
    assert_eq!(provider.token_requests(TOKEN_EXCHANGE), 2);
    let text = api.home.cache.text();
    assert!(!text.contains(&alice) && !text.contains(&bob), "the assertions are not stored");
}

#[test]
fn a_token_on_behalf_of_a_user_is_no_sign_in() {
    let provider = Provider::start();
    let alice = token_of(&provider, "alice");
    let api = Api::at(&provider);
    api.token("alice", &alice);
    let nobody = api.home.error(4, &["token", "--scope", "mail.read"]);
    assert_eq!(nobody["code"], "interaction_required");
    assert_eq!(api.home.cache.document().get("Account"), None);

    let listed: Value = serde_json::from_str(&api.home.answer(&["list", "-o", "json"])).expect("JSON");
    assert!(listed.as_array().is_some_and(|all| all.iter().all(|it| it["home_account_id"].is_null())), "{listed}");
    let cleared = api.home.tokcache(&["clear"]);
    assert!(String::from_utf8_lossy(&cleared.stderr).contains("nobody was signed in"), "{cleared:?}");

    // The same file, with the sign-in of a person.
    let mut home = api.home;
    home.set("TOKCACHE_CLIENT_ID", "e2e-app");
    home.sign_in(&provider);
    assert_eq!(home.token(&["--account", "alice@example.com"]), home.token(&[]));
    home.answer(&["clear"]);
    home.error(4, &["token", "--scope", SCOPE]);
}

#[test]
fn clear_of_an_application_deletes_its_tokens_on_behalf_of_users() {
    let provider = Provider::start();
    let alice = token_of(&provider, "alice");
    let api = Api::at(&provider);
    api.token("alice", &alice);
    api.home.answer(&["clear", "--flow", "client-credentials"]);
    assert_eq!(api.token("alice", &alice)["source"], "token_exchange");
}

#[test]
fn the_flow_of_entra_is_on_behalf_of() {
    let provider = Provider::start_with(json!({ "entra": true, "host": "login.microsoftonline.com" }));
    let alice = token_of(&provider, "alice");
    let api = Api::at(&provider);
    assert_eq!(api.token("alice", &alice)["source"], "on_behalf_of");
    assert_eq!(api.token("alice", &alice)["source"], "cache");
    assert_eq!((provider.token_requests(JWT_BEARER), provider.token_requests(TOKEN_EXCHANGE)), (1, 0));
}

#[test]
fn many_calls_of_one_user_make_one_request() {
    let provider = Provider::start();
    let alice = token_of(&provider, "alice");
    let api = Api::at(&provider);
    let arguments = api.arguments("alice", &alice);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let herd: Vec<_> = (0..HERD).map(|_| api.home.start(&arguments)).collect();
    let tokens: Vec<_> = herd.into_iter().map(|process| answer_of(&end_of(process))).collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(provider.token_requests(TOKEN_EXCHANGE), 1);
}

#[test]
fn a_refused_assertion_is_not_printed_and_advises_no_sign_in_here() {
    let provider = Provider::start();
    let api = Api::at(&provider);
    let file = api.home.write("forged", "canary-assertion");
    let token = ["token", "--scope", "mail.read", "--client-secret-file", &api.secret, "--assertion-file"];
    let error = api.home.error(4, &[&token[..], &[&file]].concat());
    assert_eq!((&error["error"], &error["command"]), (&json!("invalid_grant"), &Value::Null));
    assert!(error["message"].as_str().is_some_and(|it| it.contains("the user's token")), "{error}");
    assert!(!error.to_string().contains("canary"), "{error}");
    let two_lines = api.home.write("two", "a\nb");
    for file in [two_lines.as_str(), "/nonexistent/assertion"] {
        let error = api.home.error(3, &[&token[..], &[file]].concat());
        assert!(error["message"].as_str().is_some_and(|it| it.contains("cannot be used")), "{error}");
    }
}

#[test]
fn expired_tokens_of_other_users_are_removed_from_the_file() {
    let provider = Provider::start();
    let (alice, bob) = (token_of(&provider, "alice"), token_of(&provider, "bob"));
    let api = Api::at(&provider);
    api.token("alice", &alice);
    api.home.cache.expire_access_tokens();
    api.token("bob", &bob);
    assert_eq!(api.home.cache.document()["AccessToken"].as_object().map(serde_json::Map::len), Some(1));
}

#[test]
fn explain_judges_the_token_of_the_assertion_alone() {
    let provider = Provider::start();
    let (alice, bob) = (token_of(&provider, "alice"), token_of(&provider, "bob"));
    let api = Api::at(&provider);
    api.token("alice", &alice);
    for (user, assertion, decision) in [("alice", &alice, "serve"), ("bob", &bob, "request")] {
        let file = api.home.write(user, assertion);
        let explain = ["explain", "--scope", "mail.read", "--assertion-file", &file, "-o", "json"];
        let explained: Value = serde_json::from_str(&api.home.answer(&explain)).expect("JSON");
        assert_eq!(explained["decision"], decision, "{user}");
    }
}
