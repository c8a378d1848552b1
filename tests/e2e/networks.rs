//! Tests networks that stand between tokcache and the provider, and certificates of clients in TLS.

use serde_json::json;

use crate::harness::{Home, Provider, REFRESH_TOKEN, SCOPE};

const API_SCOPE: &str = "api.read";

#[test]
fn an_application_authenticates_with_its_certificate_in_tls_alone() {
    let provider = Provider::start_with(json!({ "mtls": "request" }));
    let mut home = Home::at(&provider);
    home.set("TOKCACHE_CLIENT_ID", "e2e-tls");
    home.set("TOKCACHE_FLOW", "client-credentials");
    let client_cert = provider.client_cert();

    let refused = home.error(3, &["token", "--scope", API_SCOPE]);
    assert!(refused["message"].as_str().unwrap_or_default().contains("needs a credential"), "{refused}");
    home.answer(&["login", "--scope", API_SCOPE, "--client-cert", client_cert]);
    assert!(home.profile().contains(&format!("client_cert = \"{client_cert}\"")), "{}", home.profile());
    assert!(!home.cache.text().contains("PRIVATE KEY"));
    home.token(&["--scope", API_SCOPE, "--force-refresh"]);
    assert_eq!(provider.token_requests("client_credentials"), 2);

    // A cached token needs no certificate.
    home.set("TOKCACHE_CLIENT_CERT", "/nonexistent.pem");
    home.answer(&["token", "--scope", API_SCOPE]);
    let missing = home.error(3, &["token", "--scope", API_SCOPE, "--force-refresh"]);
    assert!(missing["command"].as_str().unwrap_or_default().contains("--client-cert PATH"), "{missing}");
}

#[test]
fn a_person_signs_in_at_a_server_that_wants_a_certificate_of_every_client() {
    let provider = Provider::start_with(json!({ "mtls": "require" }));
    let mut home = Home::at(&provider);

    let refused = home.error(3, &["login", "--scope", SCOPE]);
    assert!(refused["message"].as_str().unwrap_or_default().contains("--client-cert"), "{refused}");
    assert_eq!(provider.requests(), 0);

    home.set("TOKCACHE_CLIENT_CERT", provider.client_cert());
    assert!(home.tokcache(&["profile", "set", "default", "--client-cert", provider.client_cert()]).status.success());
}

#[test]
fn a_network_that_wants_a_sign_in_costs_nothing() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    let portal = "http://portal.example/login?from=idp";
    for answer in [
        json!({ "status": 302, "headers": { "location": portal } }),
        json!({ "status": 511, "body": "<html>" }),
        json!({ "status": 200, "body": "<html>Sign in</html>" }),
    ] {
        home.cache.expire_access_tokens();
        let before = home.cache.text();
        for endpoint in ["token", "device_authorization", "discovery"] {
            provider.order_fault(json!({ "endpoint": endpoint, "times": null, "answer": answer }));
        }
        for arguments in [vec!["token", "--scope", SCOPE], vec!["login", "--scope", SCOPE]] {
            let is_page = arguments[0] == "login" && answer["status"] == 200;
            let status = if is_page { 3 } else { 5 };
            let error = home.error(status, &[&arguments[..], &["--timeout", "2s"]].concat());
            let message = error["message"].as_str().unwrap_or_default();
            assert!(message.contains("network wants you to sign in"), "{error}");
            assert_eq!(error["retryable"], status == 5, "{error}");
        }
        provider.heal();
        assert_eq!(home.cache.text(), before);
        home.token(&[]);
    }
    provider.assert_no_sign_in_was_lost();
    assert!(provider.token_requests(REFRESH_TOKEN) >= 3);
}
