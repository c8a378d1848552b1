use super::*;
use crate::oauth::jwt::jws::Jws;
use crate::oauth::jwt::test_keys::{EC, EC_P384, RSA, RSA_CERTIFICATE, jwk, key, set};

const RSA_PKCS1: &str = include_str!("../testdata/rsa_pkcs1.pem");
const EC_SEC1: &str = include_str!("../testdata/ec_sec1.pem");

/// Signs, and verifies with the public key.
fn signs(key: &SigningKey) {
    let header = format!(r#"{{"alg":"{}"}}"#, key.algorithm().name());
    let token = key.sign(key.algorithm(), header.as_bytes(), b"payload").unwrap();
    let (payload, _) = Jws::parse(&token).unwrap().verified(&set(&[jwk(key)])).unwrap();
    assert_eq!(*payload, b"payload");
}

#[test]
fn each_form_of_a_key_is_read_and_signs() {
    for (pem, algorithm) in [
        (RSA, SignatureAlgorithm::Rs256),
        (RSA_PKCS1, SignatureAlgorithm::Rs256),
        (EC, SignatureAlgorithm::Es256),
        (EC_SEC1, SignatureAlgorithm::Es256),
        (EC_P384, SignatureAlgorithm::Es384),
        (&format!("{RSA_CERTIFICATE}\n{RSA}"), SignatureAlgorithm::Rs256),
        (&RSA.replace('\n', "\r\n"), SignatureAlgorithm::Rs256),
    ] {
        let key = key(pem);
        assert_eq!(key.algorithm(), algorithm);
        signs(&key);
    }
    assert_eq!(key(EC).public_key(), key(EC_SEC1).public_key());
    assert_eq!(key(RSA).public_key(), key(RSA_PKCS1).public_key());
}

#[test]
fn an_rsa_key_signs_with_each_algorithm_of_its_type() {
    for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
        let algorithm = SignatureAlgorithm::named(algorithm).unwrap();
        signs(&key(RSA).with_algorithm(algorithm).unwrap());
        assert_eq!(key(EC).with_algorithm(algorithm).unwrap_err(), SigningKeyError::WrongAlgorithm);
    }
    for algorithm in [SignatureAlgorithm::Es256, SignatureAlgorithm::EdDsa] {
        assert_eq!(key(RSA).with_algorithm(algorithm).unwrap_err(), SigningKeyError::WrongAlgorithm);
    }
    assert!(key(EC).with_algorithm(SignatureAlgorithm::Es256).is_ok());
    assert!(key(EC).with_algorithm(SignatureAlgorithm::Es384).is_err());
}

#[test]
fn a_key_that_cannot_be_used_says_why() {
    for (pem, error) in [
        ("", SigningKeyError::NoKey),
        (RSA_CERTIFICATE, SigningKeyError::NoKey),
        (include_str!("../testdata/ec_encrypted.pem"), SigningKeyError::Encrypted),
        (include_str!("../testdata/ec_encrypted_sec1.pem"), SigningKeyError::Encrypted),
        (include_str!("../testdata/rsa_1024.pem"), SigningKeyError::Unusable),
        (include_str!("../testdata/ed25519.pem"), SigningKeyError::Unusable),
        ("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", SigningKeyError::Unusable),
    ] {
        assert_eq!(SigningKey::from_pem(pem).unwrap_err(), error, "{pem}");
        assert!(!error.to_string().is_empty());
    }
}

#[test]
fn a_damaged_key_is_refused_and_not_printed() {
    for pem in [RSA, EC] {
        let der = pem::blocks(pem).next().unwrap().decode().unwrap();
        for length in [0, 1, der.len() / 2, der.len() - 1] {
            assert_eq!(SigningKey::from_der(&der[..length]).unwrap_err(), SigningKeyError::Unusable, "{length}");
        }
        let mut changed = der.to_vec();
        changed[der.len() / 2] ^= 1;
        assert_eq!(SigningKey::from_der(&changed).unwrap_err(), SigningKeyError::Unusable);
    }
    assert_eq!(format!("{:?}", key(EC)), "SigningKey { algorithm: Es256, .. }");
}
