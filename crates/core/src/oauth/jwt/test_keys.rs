//! Keys for tests, and their public parts as a provider publishes them.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use serde_json::{Value, json};

use super::algorithm::SignatureAlgorithm;
use super::jwk::JwkSet;
use super::signing_key::SigningKey;

pub(super) const RSA: &str = include_str!("testdata/rsa.pem");
pub(super) const RSA_CERTIFICATE: &str = include_str!("testdata/rsa_certificate.pem");
pub(super) const EC: &str = include_str!("testdata/ec.pem");
pub(super) const EC_P384: &str = include_str!("testdata/ec_p384.pem");

pub(super) fn key(pem: &str) -> SigningKey {
    SigningKey::from_pem(pem).unwrap()
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Returns the public key as a JWK without an identifier.
pub(super) fn jwk(key: &SigningKey) -> Value {
    let public = key.public_key();
    match key.algorithm() {
        SignatureAlgorithm::Es256 => {
            json!({"kty": "EC", "crv": "P-256", "x": encode(&public[1..33]), "y": encode(&public[33..])})
        }
        SignatureAlgorithm::Es384 => {
            json!({"kty": "EC", "crv": "P-384", "x": encode(&public[1..49]), "y": encode(&public[49..])})
        }
        // SEQUENCE, INTEGER, 0, the 256 bytes of the modulus; the exponent is 65537.
        _ => json!({"kty": "RSA", "n": encode(&public[9..265]), "e": "AQAB"}),
    }
}

/// Returns the public key as a JWK with this identifier.
pub(super) fn named(key: &SigningKey, kid: &str) -> Value {
    let mut jwk = jwk(key);
    jwk["kid"] = kid.into();
    jwk
}

pub(super) fn set(keys: &[Value]) -> JwkSet {
    JwkSet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}
