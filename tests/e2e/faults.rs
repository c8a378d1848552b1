//! Tests a server that is down or answers nonsense: nothing is lost, and cached tokens are still served.

use serde_json::{Value, json};

use crate::applications::{assertion_command, copied, pkcs12, secret_file};
use crate::exchanges::token_of;
use crate::harness::{Home, LOGIN, Provider, REFRESH_TOKEN, SCOPE};

#[test]
fn with_the_server_gone_a_cached_token_is_still_printed() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    let token = home.token(&[]);
    drop(provider);

    assert_eq!(home.token(&[]), token);
}

#[test]
fn with_the_server_gone_an_expired_token_is_unavailable_and_nothing_is_changed() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    home.cache.expire_access_tokens();
    let before = home.cache.text();
    drop(provider);

    let error = home.error(5, &["token", "--scope", SCOPE]);

    assert_eq!((&error["code"], &error["retryable"]), (&json!("unavailable"), &json!(true)));
    assert_eq!(home.cache.text(), before);
}

#[test]
fn a_server_that_is_overloaded_signs_nobody_out() {
    signs_nobody_out(json!({ "status": 503 }));
    signs_nobody_out(json!({ "status": 429, "headers": { "retry-after": "1" } }));
}

#[test]
fn an_answer_that_makes_no_sense_signs_nobody_out() {
    signs_nobody_out(json!("garbage"));
    signs_nobody_out(json!("html"));
}

#[test]
fn an_answer_without_end_signs_nobody_out() {
    signs_nobody_out(json!("gigantic"));
}

#[test]
fn a_request_that_is_dropped_signs_nobody_out() {
    signs_nobody_out(json!("lost"));
    signs_nobody_out(json!("truncated"));
}

#[test]
fn an_answer_that_was_spoiled_signs_nobody_out_where_the_token_is_not_rotated() {
    for answer in ["garbage", "gigantic", "html", "lost", "slow", "truncated"] {
        let provider = Provider::start_with(json!({ "rotate": false }));
        let (home, before) = expired_at(&provider);
        provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "carried_out": true, "answer": answer }));

        let timeout = if answer == "slow" { "3s" } else { "60s" };
        home.error(5, &["token", "--scope", SCOPE, "--timeout", timeout]);

        assert_eq!(
            provider.token_requests(REFRESH_TOKEN),
            1,
            "{answer}: it may have been spent, and is not sent again"
        );
        assert_eq!(home.cache.text(), before, "{answer}");
        assert!(!home.token(&[]).is_empty(), "{answer}");
    }
}

#[test]
fn an_answer_that_was_lost_with_a_rotated_token_is_told_as_what_it_is() {
    let provider = Provider::start();
    let (home, before) = expired_at(&provider);
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "carried_out": true, "answer": "lost" }));

    let lost = home.error(5, &["token", "--scope", SCOPE]);
    assert!(lost["message"].as_str().is_some_and(|message| message.contains("was lost")), "{lost}");
    assert_eq!(home.cache.text(), before);

    let refused = home.error(4, &["token", "--scope", SCOPE]);
    assert!(
        refused["message"].as_str().is_some_and(|message| message.contains("refused the refresh token")),
        "{refused}"
    );
}

#[test]
fn at_entra_a_lost_answer_is_asked_for_again() {
    let entra = json!({ "host": "login.microsoftonline.com", "tenant": "11111111-2222-3333-4444-555555555555",
                        "entra": true, "rotate": false });
    let provider = Provider::start_with(entra);
    let (home, _) = expired_at(&provider);
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "carried_out": true, "answer": "lost" }));

    assert!(!home.token(&[]).is_empty());

    assert_eq!(provider.token_requests(REFRESH_TOKEN), 2);
}

#[test]
fn a_server_that_asks_for_patience_is_asked_again() {
    for status in [429, 503] {
        let provider = Provider::start();
        let (home, _) = expired_at(&provider);
        let busy = json!({ "status": status, "headers": { "retry-after": "1" } });
        provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "answer": busy }));

        assert!(!home.token(&[]).is_empty(), "{status}");

        assert_eq!(provider.token_requests(REFRESH_TOKEN), 2, "{status}");
        provider.assert_no_sign_in_was_lost();
    }
}

#[test]
fn a_server_that_asks_for_more_patience_than_there_is_is_unavailable() {
    let provider = Provider::start();
    let (home, _) = expired_at(&provider);
    let busy = json!({ "status": 429, "headers": { "retry-after": "3600" } });
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "times": null, "answer": busy }));

    home.error(5, &["token", "--scope", SCOPE]);

    assert_eq!(provider.token_requests(REFRESH_TOKEN), 1);
}

/// A flow of an application, with its arguments beside those that all have.
struct Flow {
    client_id: &'static str,
    is_entra: bool,
    arguments: fn(&Home, &Provider) -> Vec<String>,
}

const FLOWS: [Flow; 6] = [
    Flow { client_id: "e2e-post", is_entra: false, arguments: |home, _| by_secret(home) },
    Flow {
        client_id: "e2e-key",
        is_entra: false,
        arguments: |home, _| words(&["--flow", "client-credentials", "--client-key", &copied(home, "rsa.pem")]),
    },
    Flow {
        client_id: "e2e-key",
        is_entra: false,
        arguments: |home, _| {
            let (key, certificate) = (copied(home, "rsa.pem"), copied(home, "rsa_certificate.pem"));
            let pfx = pkcs12(home, "app.pfx", &["-inkey", &key, "-in", &certificate]);
            let password = home.write("password", "made-up\n");
            let file = ["--client-certificate", &pfx, "--client-certificate-password-file", &password];
            words(&[&["--flow", "client-credentials"][..], &file].concat())
        },
    },
    Flow {
        client_id: "e2e-key",
        is_entra: false,
        arguments: |_, provider| {
            let command = assertion_command(provider.authority());
            words(&["--flow", "client-credentials", "--federated-token-command", &command])
        },
    },
    Flow { client_id: "e2e-api", is_entra: false, arguments: on_behalf_of },
    Flow { client_id: "e2e-api", is_entra: true, arguments: on_behalf_of },
];

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn by_secret(home: &Home) -> Vec<String> {
    words(&["--flow", "client-credentials", "--client-secret-file", &secret_file(home)])
}

fn on_behalf_of(home: &Home, provider: &Provider) -> Vec<String> {
    let caller = home.write("caller", &token_of(provider, LOGIN));
    words(&["--client-secret-file", &secret_file(home), "--assertion-file", &caller])
}

/// Returns the command for a token of the flow.
fn line_of<'a>(arguments: &'a [String], further: &[&'a str]) -> Vec<&'a str> {
    let own = arguments.iter().map(String::as_str);
    ["token", "--scope", SCOPE].into_iter().chain(own).chain(further.iter().copied()).collect()
}

/// The server has done its work each time. It may do that again, because no refresh token is used up.
#[test]
fn a_flow_without_a_refresh_token_outlives_every_answer_that_is_spoiled() {
    std::thread::scope(|scope| {
        for flow in &FLOWS {
            scope.spawn(move || outlives_spoiled_answers(flow));
        }
    });
}

fn outlives_spoiled_answers(flow: &Flow) {
    let entra = json!({ "entra": true, "host": "login.microsoftonline.com" });
    let provider = Provider::start_with(if flow.is_entra { entra } else { json!({}) });
    let mut home = Home::at(&provider);
    let arguments = (flow.arguments)(&home, &provider);
    home.set("TOKCACHE_CLIENT_ID", flow.client_id);
    let token = |further: &[&'static str]| line_of(&arguments, further);
    let cached = home.answer(&token(&[]));
    for answer in ["garbage", "gigantic", "html", "lost", "slow", "truncated"] {
        let before = home.cache.text();
        provider.order_fault(json!({ "times": null, "carried_out": true, "answer": answer }));
        let error = home.error(5, &token(&["--force-refresh", "--timeout", "2s"]));
        assert_eq!((&error["code"], &error["retryable"]), (&json!("unavailable"), &json!(true)), "{answer}: {error}");
        assert_eq!(home.cache.text(), before, "{answer}");
        provider.heal();

        // Once is no outage: the request is sent again.
        provider.order_fault(json!({ "carried_out": true, "answer": if answer == "slow" { "lost" } else { answer } }));
        assert_ne!(home.answer(&token(&["--force-refresh"])), cached, "{} {answer}", flow.client_id);
    }
}

fn expired_at(provider: &Provider) -> (Home, String) {
    let home = Home::at(provider);
    home.sign_in(provider);
    home.cache.expire_access_tokens();
    let before = home.cache.text();
    (home, before)
}

/// Refreshes at a server that replaces every answer before it processes the request, then at a healthy server.
#[track_caller]
fn signs_nobody_out(answer: Value) {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    home.cache.expire_access_tokens();
    let before = home.cache.text();
    provider.order_fault(json!({ "times": null, "answer": answer }));

    let error = home.error(5, &["token", "--scope", SCOPE, "--timeout", "5s"]);

    assert_eq!(error["code"], "unavailable", "{answer}");
    assert_eq!(home.cache.text(), before, "{answer}");
    provider.heal();
    assert!(!home.token(&[]).is_empty());
    provider.assert_no_sign_in_was_lost();
}
