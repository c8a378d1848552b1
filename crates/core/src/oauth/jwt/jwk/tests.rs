use serde_json::{Value, json};

use super::*;
use crate::oauth::jwt::signing_key::SigningKey;
use crate::oauth::jwt::test_keys::{EC, EC_P384, RSA, encode, jwk, key, named, set};

const RS256: SignatureAlgorithm = SignatureAlgorithm::Rs256;
const ES256: SignatureAlgorithm = SignatureAlgorithm::Es256;

/// Returns the number of keys that may verify the signature.
fn found(keys: &[Value], algorithm: SignatureAlgorithm, kid: Option<&str>) -> Result<usize, IdTokenError> {
    set(keys).find(algorithm, kid).map(|keys| keys.len())
}

/// Returns the key with some members changed.
fn with(mut key: Value, changes: Value) -> Value {
    changes.as_object().unwrap().iter().for_each(|(name, value)| key[name] = value.clone());
    key
}

#[test]
fn a_key_is_found_by_its_identifier() {
    let keys = [named(&key(RSA), "a"), named(&key(EC), "b"), named(&key(EC_P384), "c")];
    assert_eq!(found(&keys, RS256, Some("a")), Ok(1));
    assert_eq!(found(&keys, ES256, Some("b")), Ok(1));
    assert_eq!(found(&keys, ES256, Some("x")), Err(IdTokenError::UnknownKey));
    assert_eq!(found(&[], ES256, Some("b")), Err(IdTokenError::UnknownKey));
}

#[test]
fn a_key_of_another_type_is_not_taken_for_the_algorithm() {
    let keys = [named(&key(RSA), "a"), named(&key(EC), "b"), named(&key(EC_P384), "c")];
    for (kid, algorithm) in
        [("a", ES256), ("b", RS256), ("b", SignatureAlgorithm::Es384), ("c", ES256), ("a", SignatureAlgorithm::EdDsa)]
    {
        assert_eq!(found(&keys, algorithm, Some(kid)), Err(IdTokenError::UnusableKey), "{kid} {algorithm:?}");
    }
}

#[test]
fn without_an_identifier_only_a_single_key_of_the_type_counts() {
    let keys = [jwk(&key(RSA)), named(&key(EC), "b")];
    assert_eq!(found(&keys, RS256, None), Ok(1));
    assert_eq!(found(&keys, ES256, None), Ok(1));
    assert_eq!(found(&keys, SignatureAlgorithm::EdDsa, None), Err(IdTokenError::UnknownKey));
    assert_eq!(found(&[named(&key(EC), "a"), named(&key(EC), "b")], ES256, None), Err(IdTokenError::AmbiguousKey));
    let one_is_for_encryption = [with(jwk(&key(EC)), json!({"use": "enc"})), jwk(&key(EC))];
    assert_eq!(found(&one_is_for_encryption, ES256, None), Ok(1));
}

#[test]
fn a_key_for_another_purpose_or_algorithm_verifies_nothing() {
    for changes in [
        json!({"use": "enc"}),
        json!({"use": ""}),
        json!({"use": 1}),
        json!({"key_ops": ["encrypt"]}),
        json!({"key_ops": []}),
        json!({"key_ops": "verify"}),
        json!({"alg": "PS256"}),
        json!({"alg": "RSA-OAEP"}),
        json!({"alg": "none"}),
    ] {
        let keys = [with(named(&key(RSA), "a"), changes.clone())];
        assert_eq!(found(&keys, RS256, Some("a")), Err(IdTokenError::UnusableKey), "{changes}");
        assert_eq!(found(&keys, RS256, None), Err(IdTokenError::UnknownKey), "{changes}");
    }
    for changes in [json!({"use": "sig"}), json!({"key_ops": ["sign", "verify"]}), json!({"alg": "RS256"})] {
        assert_eq!(found(&[with(named(&key(RSA), "a"), changes)], RS256, Some("a")), Ok(1));
    }
}

#[test]
fn a_weak_rsa_key_verifies_nothing() {
    let rsa = |modulus: &[u8]| json!({"kty": "RSA", "kid": "a", "n": encode(modulus), "e": "AQAB"});
    for (modulus, outcome) in [
        (vec![0xFF; 128], Err(IdTokenError::UnusableKey)),
        (vec![0xFF; 255], Err(IdTokenError::UnusableKey)),
        ([vec![0x7F], vec![0xFF; 255]].concat(), Err(IdTokenError::UnusableKey)),
        ([vec![0], vec![0xFF; 255]].concat(), Err(IdTokenError::UnusableKey)),
        (vec![0xFF; 256], Ok(1)),
        ([vec![0], vec![0xFF; 256]].concat(), Ok(1)),
        (vec![0xFF; 1024], Ok(1)),
        (vec![0xFF; 1025], Err(IdTokenError::UnusableKey)),
        (Vec::new(), Err(IdTokenError::UnusableKey)),
        (vec![0; 300], Err(IdTokenError::UnusableKey)),
    ] {
        assert_eq!(found(&[rsa(&modulus)], RS256, Some("a")), outcome, "{}", modulus.len());
    }
}

#[test]
fn a_zero_before_the_modulus_is_forgiven() {
    let signer = key(RSA);
    let padded = encode([&[0], &signer.public_key()[9..265]].concat());
    verify_with(&signer, &with(jwk(&signer), json!({ "n": padded })));
}

fn verify_with(signer: &SigningKey, jwk: &Value) {
    let token = signer.sign(signer.algorithm(), br#"{"alg":"RS256"}"#, b"{}").unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = base64url(signature).unwrap();
    let keys = set(std::slice::from_ref(jwk));
    let key = keys.find(RS256, None).unwrap()[0];
    assert!(key.verifies(RS256, message.as_bytes(), &signature));
    assert!(!key.verifies(SignatureAlgorithm::Ps256, message.as_bytes(), &signature));
    assert!(!key.verifies(RS256, b"another message", &signature));
}

#[test]
fn a_key_that_cannot_be_understood_is_known_and_verifies_nothing() {
    for key in [
        json!({"kid": "a"}),
        json!({"kid": "a", "kty": "oct", "k": "AAAA"}),
        json!({"kid": "a", "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}),
        json!({"kid": "a", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
        json!({"kid": "a", "kty": "EC", "crv": "P-256", "x": encode([1; 32]), "y": encode([1; 33])}),
        json!({"kid": "a", "kty": "EC", "crv": "P-256", "x": encode([1; 31]), "y": encode([1; 32])}),
        json!({"kid": "a", "kty": "OKP", "crv": "X25519", "x": "AA"}),
        json!({"kid": "a", "kty": "RSA", "n": "not base64", "e": "AQAB"}),
        json!({"kid": "a", "kty": "RSA", "e": "AQAB"}),
    ] {
        assert_eq!(found(std::slice::from_ref(&key), RS256, Some("a")), Err(IdTokenError::UnusableKey), "{key}");
        assert_eq!(found(&[key], ES256, Some("a")), Err(IdTokenError::UnusableKey));
    }
}

#[test]
fn a_document_with_a_name_twice_is_none_and_such_a_key_is_left_out() {
    let length = |document: &str| JwkSet::parse(document.as_bytes()).map(|keys| keys.len());
    assert_eq!(length(r#"{"keys":[],"keys":[{}]}"#), None);
    assert_eq!(length(r#"{"keys":[{"kid":"a","kid":"b"},{"kid":"c"}]}"#), Some(1));
    assert_eq!(length(r#"{"keys":[1,"a",null,[],{}]}"#), Some(1));
    assert!(!set(&[json!({})]).is_empty() && set(&[]).is_empty());
    for document in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":null}"#, "<html>"] {
        assert_eq!(length(document), None, "{document}");
    }
}
