//! Tests networks that stand between tokcache and the provider, and certificates of clients in TLS.

use serde_json::json;

use crate::applications::pkcs12;
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
fn a_certificate_for_tls_may_be_in_pkcs12() {
    let provider = Provider::start_with(json!({ "mtls": "request" }));
    let mut home = Home::at(&provider);
    home.set("TOKCACHE_CLIENT_ID", "e2e-tls");
    home.set("TOKCACHE_FLOW", "client-credentials");
    let pfx = pkcs12(&home, "client.pfx", &["-in", provider.client_cert()]);
    let password = home.write("password", "made-up\n");
    let token = ["token", "--scope", API_SCOPE, "--client-cert", &pfx];

    let locked = home.error(3, &token);
    assert!(locked["message"].as_str().is_some_and(|it| it.contains("has a password")), "{locked}");
    let advice = locked["command"].as_str().unwrap_or_default();
    assert!(advice.contains("--client-certificate-password-file PATH"), "{locked}");
    home.answer(&[&token[..], &["--client-certificate-password-file", &password]].concat());
    assert_eq!(provider.token_requests("client_credentials"), 1);
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
fn a_web_site_that_has_no_metadata_is_a_wrong_authority() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let page = json!({ "status": 200, "body": "<html>Welcome</html>" });
    provider.order_fault(json!({ "endpoint": "discovery", "times": null, "answer": page }));
    let error = home.error(3, &["login", "--scope", SCOPE]);
    assert!(error["message"].as_str().is_some_and(|it| it.contains("has no provider metadata")), "{error}");
    assert_eq!(error["command"], "unset TOKCACHE_AUTHORITY");
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
        for endpoint in ["token", "device_authorization", "discovery", "authorization_server"] {
            provider.order_fault(json!({ "endpoint": endpoint, "times": null, "answer": answer }));
        }
        for arguments in [vec!["token", "--scope", SCOPE], vec!["login", "--scope", SCOPE]] {
            let error = home.error(5, &[&arguments[..], &["--timeout", "2s"]].concat());
            let message = error["message"].as_str().unwrap_or_default();
            assert!(message.contains("network wants you to sign in"), "{error}");
            assert_eq!(error["retryable"], true, "{error}");
            let may_be_wrong = arguments[0] == "login" && answer["status"] == 200;
            assert_eq!(message.contains("the authority is wrong"), may_be_wrong, "{error}");
        }
        provider.heal();
        assert_eq!(home.cache.text(), before);
        home.token(&[]);
    }
    provider.assert_no_sign_in_was_lost();
    assert!(provider.token_requests(REFRESH_TOKEN) >= 3);
}
