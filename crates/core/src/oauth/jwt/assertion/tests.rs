use serde_json::Value;

use super::*;
use crate::oauth::jwt::SignatureAlgorithm;
use crate::oauth::jwt::jwk::base64url;
use crate::oauth::jwt::jws::Jws;
use crate::oauth::jwt::test_keys::{EC, RSA, RSA_CERTIFICATE, jwk, key, set};

const NOW: Timestamp = Timestamp(1_700_000_000);

fn sign(signer: &AssertionSigner) -> ClientAssertion {
    sign_at("https://idp.example.com", signer)
}

fn sign_at(authority: &str, signer: &AssertionSigner) -> ClientAssertion {
    let authority = Authority::parse(authority, None).unwrap();
    signer.sign(&authority, &ClientId::new("app"), "https://idp.example.com", NOW).unwrap()
}

fn header(assertion: &ClientAssertion) -> String {
    let header = assertion.expose().split('.').next().unwrap();
    String::from_utf8(base64url(header).unwrap()).unwrap()
}

/// Returns the claims of an assertion, after verifying it with the key.
fn claims(assertion: &ClientAssertion, pem: &str) -> Value {
    let keys = set(&[jwk(&key(pem))]);
    let (payload, _) = Jws::parse(assertion.expose()).unwrap().verified(&keys).unwrap();
    serde_json::from_slice(&payload).unwrap()
}

#[test]
fn an_assertion_says_what_rfc_7523_and_openid_connect_require() {
    let assertion = sign(&AssertionSigner::new(key(RSA)));
    let claims = claims(&assertion, RSA);
    let jti = claims["jti"].as_str().unwrap();
    assert_eq!(jti.len(), 43);
    assert_eq!(
        claims,
        json!({
            "iss": "app", "sub": "app", "aud": "https://idp.example.com", "jti": jti,
            "iat": 1_700_000_000, "nbf": 1_700_000_000, "exp": 1_700_000_600,
        })
    );
    assert_eq!(header(&assertion), r#"{"alg":"RS256","typ":"JWT"}"#);
}

#[test]
fn each_assertion_has_an_identifier_of_its_own() {
    let signer = AssertionSigner::new(key(EC));
    let jti = || claims(&sign(&signer), EC)["jti"].clone();
    assert_ne!(jti(), jti());
}

#[test]
fn the_header_names_the_key_in_the_way_that_was_chosen() {
    let named = AssertionSigner::new(key(EC)).with_key_id("2026");
    assert_eq!(header(&sign(&named)), r#"{"alg":"ES256","typ":"JWT","kid":"2026"}"#);
    let pss = key(RSA).with_algorithm(SignatureAlgorithm::Ps256).unwrap();
    let certified = AssertionSigner::new(pss).with_certificate(RSA_CERTIFICATE).unwrap();
    // openssl x509 -in rsa_certificate.pem -outform der | openssl dgst -sha256 -binary | basenc --base64url
    assert_eq!(
        header(&sign(&certified)),
        r#"{"alg":"PS256","typ":"JWT","x5t#S256":"IFCPA4uSsRZCbv1qulYiz4O4UwIVE_3F6AHoARq6dF0"}"#
    );
    assert_eq!(claims(&sign(&certified), RSA)["sub"], "app");
}

#[test]
fn microsoft_gets_the_algorithm_and_the_thumbprint_that_it_documents() {
    let certified = AssertionSigner::new(key(RSA)).with_certificate(RSA_CERTIFICATE).unwrap();
    let sha256 = r#""x5t#S256":"IFCPA4uSsRZCbv1qulYiz4O4UwIVE_3F6AHoARq6dF0""#;
    // openssl x509 -in rsa_certificate.pem -outform der | openssl dgst -sha1 -binary | basenc --base64url
    let sha1 = r#""x5t":"jLZvxJYYZ_YgjI3nPfI5gB0uc2I""#;
    for (authority, algorithm, thumbprint) in [
        ("https://login.microsoftonline.com/t", "PS256", sha256),
        ("https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_in", "PS256", sha256),
        ("https://contoso.ciamlogin.com/t", "PS256", sha256),
        ("https://adfs.example.com/adfs", "RS256", sha1),
        ("https://idp.example.com", "RS256", sha256),
    ] {
        let assertion = sign_at(authority, &certified);
        assert_eq!(header(&assertion), format!(r#"{{"alg":"{algorithm}","typ":"JWT",{thumbprint}}}"#), "{authority}");
        assert_eq!(claims(&assertion, RSA)["sub"], "app");
    }
    let chosen = key(RSA).with_algorithm(SignatureAlgorithm::Rs384).unwrap();
    let chosen = AssertionSigner::new(chosen).with_certificate(RSA_CERTIFICATE).unwrap();
    assert!(header(&sign_at("https://login.microsoftonline.com/t", &chosen)).contains("RS384"));
    let unnamed = AssertionSigner::new(key(EC));
    assert_eq!(header(&sign_at("https://login.microsoftonline.com/t", &unnamed)), r#"{"alg":"ES256","typ":"JWT"}"#);
}

#[test]
fn only_the_certificate_of_the_key_is_taken() {
    let with = |pem, certificate: &str| AssertionSigner::new(key(pem)).with_certificate(certificate).map(|_| ());
    assert_eq!(with(EC, RSA_CERTIFICATE), Err(SigningKeyError::CertificateOfAnotherKey));
    assert_eq!(with(RSA, RSA), Err(SigningKeyError::NoCertificate));
    let other = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(with(RSA, other), Err(SigningKeyError::CertificateOfAnotherKey));
    assert_eq!(with(RSA, &format!("{other}{RSA}{RSA_CERTIFICATE}")), Ok(()), "the certificate of the key is found");
}

#[test]
fn an_assertion_does_not_print() {
    let signer = AssertionSigner::new(key(EC)).with_key_id("kid");
    let assertion = sign(&signer);
    let printed = format!("{signer:?} {assertion:?}");
    assert!(printed.contains("kid") && !printed.contains(assertion.expose()), "{printed}");
}

#[test]
fn the_audience_is_the_issuer_and_for_microsoft_the_token_endpoint() {
    let audience = |authority: &str, issuer: Option<&str>| {
        let authority = Authority::parse(authority, None).unwrap();
        let endpoints = Endpoints {
            issuer: issuer.map(str::to_owned),
            token: Endpoint::parse("https://token.example.com/t").ok(),
            ..Endpoints::default()
        };
        assertion_audience(&authority, &endpoints).map(str::to_owned)
    };
    let token = "https://token.example.com/t";
    let issuer = "https://idp.example.com/";
    assert_eq!(audience("https://idp.example.com", Some(issuer)).as_deref(), Some(issuer));
    assert_eq!(audience("https://idp.example.com", None).as_deref(), Some(token));
    let entra = Some("https://login.microsoftonline.com/{tenantid}/v2.0");
    assert_eq!(audience("https://login.microsoftonline.com/t", entra).as_deref(), Some(token));
    assert_eq!(audience("https://login.contoso.test", entra), None, "the endpoint is elsewhere");
    assert_eq!(audience("https://token.example.com", entra).as_deref(), Some(token));
    assert_eq!(audience("https://fs.contoso.test/adfs", Some("https://fs.contoso.test/adfs")).as_deref(), Some(token));
    let authority = Authority::parse("https://idp.example.com", None).unwrap();
    assert_eq!(assertion_audience(&authority, &Endpoints::default()), None);
}
