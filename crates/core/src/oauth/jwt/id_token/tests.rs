use proptest::prelude::*;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::*;
use crate::oauth::jwt::signing_key::SigningKey;
use crate::oauth::jwt::test_keys::{EC, EC_P384, RSA, encode, jwk, key, named, set};

mod claims;

const ISSUER: &str = "https://idp.example.com";
const NOW: i64 = 1_700_000_000;

/// A token with its expected claims. It is valid until a test changes something.
struct Case {
    key: SigningKey,
    header: Value,
    claims: Value,
    keys: JwkSet,
    issuer: &'static str,
    nonce: Option<&'static str>,
    max_age: Option<u64>,
    access_token: Option<&'static str>,
    code: Option<&'static str>,
    algorithms: Option<&'static [&'static str]>,
}

impl Case {
    fn new(pem: &str) -> Case {
        let key = key(pem);
        Case {
            header: json!({"alg": key.algorithm().name(), "typ": "JWT", "kid": "k"}),
            claims: json!({
                "iss": ISSUER, "sub": "ann", "aud": "app", "exp": NOW + 300, "iat": NOW, "nonce": "the nonce",
                "name": "Ann",
            }),
            keys: set(&[named(&key, "k")]),
            key,
            issuer: ISSUER,
            nonce: Some("the nonce"),
            max_age: None,
            access_token: None,
            code: None,
            algorithms: None,
        }
    }

    /// Returns the case with some claims changed; null removes one.
    fn with(claims: Value) -> Case {
        let mut case = Case::new(EC);
        for (name, value) in claims.as_object().unwrap() {
            match value {
                Value::Null => _ = case.claims.as_object_mut().unwrap().remove(name),
                value => case.claims[name] = value.clone(),
            }
        }
        case
    }

    fn token(&self) -> String {
        let payload = self.claims.to_string();
        self.key.sign(self.key.algorithm(), self.header.to_string().as_bytes(), payload.as_bytes()).unwrap().to_string()
    }

    fn verify(&self) -> Result<VerifiedClaims, IdTokenError> {
        self.verify_token(&self.token())
    }

    fn verify_token(&self, token: &str) -> Result<VerifiedClaims, IdTokenError> {
        let algorithms: Option<Vec<String>> =
            self.algorithms.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        let nonce = self.nonce.map(Nonce::new);
        let (access_token, code) = (self.access_token.map(AccessToken::new), self.code.map(AuthorizationCode::new));
        let expected = Expectation {
            issuer: self.issuer,
            client_id: &ClientId::new("app"),
            nonce: nonce.as_ref(),
            max_age: self.max_age,
            access_token: access_token.as_ref(),
            code: code.as_ref(),
            algorithms: algorithms.as_deref(),
            now: Timestamp(NOW),
            skew: 60,
        };
        verify_id_token(&RawIdToken::new(token), &self.keys, &expected)
    }

    fn error(&self) -> Option<IdTokenError> {
        self.verify().err()
    }
}

#[test]
fn a_token_of_each_algorithm_verifies() {
    for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
        let mut case = Case::new(RSA);
        case.key = case.key.with_algorithm(SignatureAlgorithm::named(algorithm).unwrap()).unwrap();
        case.header["alg"] = algorithm.into();
        assert!(case.verify().is_ok(), "{algorithm}");
    }
    assert!(Case::new(EC).verify().is_ok());
    assert!(Case::new(EC_P384).verify().is_ok());
}

#[test]
fn a_token_of_ed25519_verifies_by_either_name() {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let public = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(pair.public_key())});
    let case = Case { keys: set(&[public]), ..Case::new(EC) };
    for name in ["EdDSA", "Ed25519"] {
        let header = encode(json!({ "alg": name }).to_string());
        let signed = format!("{header}.{}", encode(case.claims.to_string()));
        let token = format!("{signed}.{}", encode(pair.sign(signed.as_bytes())));
        assert!(case.verify_token(&token).is_ok(), "{name}");
    }
}

#[test]
fn what_was_verified_can_be_read() {
    let verified = Case::new(EC).verify().unwrap();
    assert_eq!((verified.issuer.as_str(), verified.subject.as_str()), (ISSUER, "ann"));
    assert_eq!((verified.issued_at, verified.expires_at), (Timestamp(NOW), Timestamp(NOW + 300)));
    assert_eq!((verified.text("name").as_deref(), verified.text("email")), (Some("Ann"), None));
    let claims: Value = serde_json::from_slice(verified.json()).unwrap();
    assert_eq!(claims["exp"], NOW + 300);
    assert_eq!(format!("{verified:?}"), r#"VerifiedClaims { issuer: "https://idp.example.com", .. }"#);
}

#[test]
fn a_key_that_was_not_published_is_an_error_of_its_own() {
    let mut case = Case::new(EC);
    case.header["kid"] = "rotated".into();
    assert_eq!(case.error(), Some(IdTokenError::UnknownKey));
    case.keys = set(&[named(&case.key, "k"), named(&case.key, "rotated")]);
    assert_eq!(case.error(), None);
}

#[test]
fn the_key_of_somebody_else_does_not_do() {
    let mut case = Case::new(EC);
    // The identifier of one key with the signature of another.
    case.keys = set(&[named(&key(RSA), "k"), named(&case.key, "other")]);
    assert_eq!(case.error(), Some(IdTokenError::UnusableKey));
    let stranger = json!({"kty": "EC", "crv": "P-256", "kid": "k", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
    case.keys = set(&[stranger]);
    assert_eq!(case.error(), Some(IdTokenError::BadSignature));
    // A key in the token itself.
    case.header["jwk"] = jwk(&case.key);
    assert_eq!(case.error(), Some(IdTokenError::BadSignature));
}

#[test]
fn a_password_made_of_the_public_key_does_not_do() {
    let case = Case::new(RSA);
    for (name, algorithm) in
        [("HS256", ring::hmac::HMAC_SHA256), ("HS384", ring::hmac::HMAC_SHA384), ("HS512", ring::hmac::HMAC_SHA512)]
    {
        let header = encode(json!({"alg": name, "kid": "k"}).to_string());
        let signed = format!("{header}.{}", encode(case.claims.to_string()));
        for secret in [case.key.public_key().to_vec(), jwk(&case.key).to_string().into_bytes()] {
            let tag = ring::hmac::sign(&ring::hmac::Key::new(algorithm, &secret), signed.as_bytes());
            let error = case.verify_token(&format!("{signed}.{}", encode(tag))).unwrap_err();
            assert_eq!(error, IdTokenError::UnsupportedAlgorithm { name: name.to_owned() });
        }
    }
}

#[test]
fn only_the_algorithms_that_the_provider_announces_are_accepted() {
    let mut case = Case::new(EC);
    case.algorithms = Some(&["RS256"]);
    assert_eq!(case.error(), Some(IdTokenError::UnsupportedAlgorithm { name: "ES256".to_owned() }));
    case.algorithms = Some(&["none", "ES256"]);
    assert_eq!(case.error(), None);
    let header = encode(r#"{"alg":"none","kid":"k"}"#);
    let unsigned = format!("{header}.{}.", encode(case.claims.to_string()));
    let error = case.verify_token(&unsigned).unwrap_err();
    assert_eq!(error, IdTokenError::UnsupportedAlgorithm { name: "none".to_owned() });
}

#[test]
fn claims_that_say_two_things_are_refused() {
    let case = Case::new(EC);
    let sign = |claims: &str| {
        case.key.sign(case.key.algorithm(), case.header.to_string().as_bytes(), claims.as_bytes()).unwrap()
    };
    let twice = case.claims.to_string().replacen('{', r#"{"sub":"eve","#, 1);
    assert_eq!(case.verify_token(&sign(&twice)), Err(IdTokenError::Malformed));
    let escaped = case.claims.to_string().replacen('{', r#"{"\u0073ub":"eve","#, 1);
    assert_eq!(case.verify_token(&sign(&escaped)), Err(IdTokenError::Malformed));
    for claims in ["", "[]", "null", "{", "\"a\""] {
        assert_eq!(case.verify_token(&sign(claims)), Err(IdTokenError::Malformed), "{claims}");
    }
}

#[test]
fn no_error_repeats_the_token() {
    let mut case = Case::with(json!({"nonce": "canary", "sub": "canary"}));
    case.header["kid"] = "canary".into();
    for (keys, header) in [(set(&[]), case.header.clone()), (set(&[named(&case.key, "canary")]), case.header.clone())] {
        let error = Case { keys, header, ..Case::with(json!({"nonce": "canary"})) }.error().unwrap();
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1024) })]

    #[test]
    fn a_token_with_any_byte_changed_is_refused(position in any::<prop::sample::Index>(), byte in 0_u8..128, which in 0_usize..3) {
        let case = Case::new([RSA, EC, EC_P384][which]);
        let mut token = case.token().into_bytes();
        let position = position.index(token.len());
        prop_assume!(token[position] != byte);
        token[position] = byte;
        prop_assert!(case.verify_token(str::from_utf8(&token).unwrap()).is_err());
    }
}
