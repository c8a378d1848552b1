//! Tests the checks of the claims.

use super::*;

#[test]
fn a_token_of_another_issuer_is_refused() {
    for iss in ["https://evil.example", "https://idp.example.com/a", "https://idp.example.co", "http://idp.example.com"]
    {
        assert_eq!(Case::with(json!({ "iss": iss })).error(), Some(IdTokenError::WrongIssuer), "{iss}");
    }
    assert_eq!(Case::with(json!({"iss": "https://idp.example.com/"})).error(), None);
    assert_eq!(Case::with(json!({"iss": null})).error(), Some(IdTokenError::MissingClaim { name: "iss" }));
    let google = Case { issuer: "https://accounts.google.com", ..Case::with(json!({"iss": "accounts.google.com"})) };
    assert_eq!(google.error(), None);
}

#[test]
fn at_entra_the_issuer_is_that_of_the_tenant_and_the_key_belongs_to_it() {
    let entra = |iss: &str, tid: Value| Case {
        issuer: "https://login.microsoftonline.com/{tenantid}/v2.0",
        ..Case::with(json!({"iss": iss, "tid": tid}))
    };
    let mut ours = entra("https://login.microsoftonline.com/3f2c/v2.0", "3f2c".into());
    assert_eq!(ours.error(), None);
    for (iss, tid) in [
        ("https://login.microsoftonline.com/3f2c/v2.0", "other".into()),
        ("https://login.microsoftonline.com/3f2c/v2.0", Value::Null),
        ("https://login.microsoftonline.com/{tenantid}/v2.0", "3f2c".into()),
        ("https://evil.example/3f2c/v2.0", "3f2c".into()),
    ] {
        assert_eq!(entra(iss, tid).error(), Some(IdTokenError::WrongIssuer), "{iss}");
    }
    let mut published = named(&ours.key, "k");
    for (issuer, error) in [
        ("https://login.microsoftonline.com/{tenantid}/v2.0", None),
        ("https://login.microsoftonline.com/3f2c/v2.0", None),
        ("https://login.microsoftonline.com/9188040d/v2.0", Some(IdTokenError::WrongIssuer)),
    ] {
        published["issuer"] = issuer.into();
        ours.keys = set(std::slice::from_ref(&published));
        assert_eq!(ours.error(), error, "{issuer}");
    }
}

#[test]
fn a_token_of_another_client_is_refused() {
    let ours = |claims| Case::with(claims).error();
    let wrong = Some(IdTokenError::WrongAudience);
    assert_eq!(ours(json!({"aud": "other"})), wrong);
    assert_eq!(ours(json!({"aud": "App"})), wrong);
    assert_eq!(ours(json!({"aud": ["app"]})), None);
    assert_eq!(ours(json!({"aud": ["other"]})), wrong);
    assert_eq!(ours(json!({"aud": ["app", "other"]})), wrong, "who is it for?");
    assert_eq!(ours(json!({"aud": ["app", "other"], "azp": "app"})), None);
    assert_eq!(ours(json!({"aud": ["app", "other"], "azp": "other"})), wrong);
    assert_eq!(ours(json!({"aud": "app", "azp": "other"})), wrong);
    assert_eq!(ours(json!({"aud": "app", "azp": 1})), wrong);
    assert_eq!(ours(json!({"aud": "other", "azp": "app"})), wrong);
    assert_eq!(ours(json!({"aud": []})), wrong);
    for aud in [json!(null), json!(1), json!(["app", 1]), json!({"app": 1}), json!("")] {
        assert_eq!(ours(json!({ "aud": aud })), Some(IdTokenError::MissingClaim { name: "aud" }), "{aud}");
    }
}

#[test]
fn a_token_is_valid_from_its_issue_to_its_expiry_give_or_take_the_skew() {
    let at = |claims| Case::with(claims).error();
    assert_eq!(at(json!({"exp": NOW - 59})), None);
    assert_eq!(at(json!({"exp": NOW - 60})), Some(IdTokenError::Expired));
    assert_eq!(at(json!({"exp": 0})), Some(IdTokenError::Expired));
    assert_eq!(at(json!({"exp": -1e300})), Some(IdTokenError::Expired));
    assert_eq!(at(json!({"exp": 1e300})), None);
    assert_eq!(at(json!({"exp": 1_700_000_300.5})), None);
    assert_eq!(at(json!({"iat": NOW + 60})), None);
    assert_eq!(at(json!({"iat": NOW + 61})), Some(IdTokenError::NotYetValid));
    assert_eq!(at(json!({"nbf": NOW + 60})), None);
    assert_eq!(at(json!({"nbf": NOW + 61})), Some(IdTokenError::NotYetValid));
    assert_eq!(at(json!({"nbf": NOW - 9000, "iat": NOW + 61})), Some(IdTokenError::NotYetValid));
    for name in ["exp", "iat"] {
        for value in [json!(null), json!("1700000300"), json!([NOW]), json!(true)] {
            assert_eq!(at(json!({ name: value })), Some(IdTokenError::MissingClaim { name }), "{name} {value}");
        }
    }
    assert_eq!(at(json!({"nbf": "soon"})), Some(IdTokenError::MissingClaim { name: "nbf" }));
}

#[test]
fn the_age_of_the_sign_in_counts_if_it_was_asked_for() {
    let aged = |auth_time: Value, max_age| Case { max_age, ..Case::with(json!({ "auth_time": auth_time })) }.error();
    assert_eq!(aged(json!(NOW - 160), Some(100)), None);
    assert_eq!(aged(json!(NOW - 161), Some(100)), Some(IdTokenError::LoginTooOld));
    assert_eq!(aged(json!(NOW - 9000), None), None);
    assert_eq!(aged(json!(null), Some(100)), Some(IdTokenError::MissingClaim { name: "auth_time" }));
    assert_eq!(aged(json!(0), Some(u64::MAX)), None);
}

#[test]
fn a_token_of_another_sign_in_is_refused() {
    for nonce in [json!(null), json!(""), json!("another"), json!("the nonce "), json!(["the nonce"])] {
        assert_eq!(Case::with(json!({ "nonce": nonce })).error(), Some(IdTokenError::WrongNonce), "{nonce}");
    }
    assert_eq!(Case { nonce: None, ..Case::with(json!({"nonce": null})) }.error(), None);
}

#[test]
fn a_token_without_a_subject_is_refused() {
    for sub in [json!(null), json!(""), json!(1)] {
        assert_eq!(Case::with(json!({ "sub": sub })).error(), Some(IdTokenError::MissingClaim { name: "sub" }));
    }
}

/// The examples of OpenID Connect Core A.3, A.4 and A.6.
#[test]
fn the_access_token_and_the_code_must_be_those_of_the_token() {
    let (access_token, at_hash) = ("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "77QmUPtjPfzWtF2AnpK9RQ");
    let (code, c_hash) = ("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk", "LDktKdoQak3Pk0cnXxCltA");
    let bound =
        |access_token, code| Case { access_token, code, ..Case::with(json!({"at_hash": at_hash, "c_hash": c_hash})) };
    assert_eq!(bound(Some(access_token), Some(code)).error(), None);
    assert_eq!(bound(None, None).error(), None);
    assert_eq!(bound(Some("stolen"), Some(code)).error(), Some(IdTokenError::WrongHash { name: "at_hash" }));
    assert_eq!(bound(Some(access_token), Some("stolen")).error(), Some(IdTokenError::WrongHash { name: "c_hash" }));
    let without = Case { access_token: Some("at"), code: Some("c"), ..Case::new(EC) };
    assert_eq!(without.error(), None, "optional in this flow");
    for at_hash in [json!(1), json!(""), json!([at_hash])] {
        let case = Case { access_token: Some(access_token), ..Case::with(json!({ "at_hash": at_hash })) };
        assert_eq!(case.error(), Some(IdTokenError::WrongHash { name: "at_hash" }));
    }
    let longer = Case { access_token: Some("at"), ..Case::new(EC_P384) };
    let mut claims = longer.claims.clone();
    claims["at_hash"] = left_half(SignatureAlgorithm::Es384, "at").into();
    assert_eq!(claims["at_hash"].as_str().unwrap().len(), 32);
    assert_eq!(Case { claims, ..longer }.error(), None);
}
