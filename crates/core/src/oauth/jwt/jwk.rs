//! JSON Web Keys, RFC 7517, with which a provider's signatures are verified.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use ring::signature::{
    self, ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde_json::value::RawValue;

use super::algorithm::SignatureAlgorithm;
use super::id_token_error::IdTokenError;
use crate::oauth::json::Members;

/// The accepted lengths of an RSA modulus in bits. The minimum is that of RFC 7518 §3.3.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The keys of a provider (RFC 7517 §5). An unusable key is included with its identifier, but verifies nothing.
#[derive(Clone, Debug, Default)]
pub struct JwkSet(Vec<Jwk>);

/// One key.
#[derive(Clone, Debug)]
pub(super) struct Jwk {
    kid: Option<String>,
    /// `use` and `key_ops`.
    is_for_verification: bool,
    alg: Option<String>,
    /// Entra's addition: the issuer whose tokens the key signs, in which `{tenantid}` matches any tenant.
    pub(super) issuer: Option<String>,
    material: Material,
}

#[derive(Clone, Debug)]
enum Material {
    /// RFC 7518 §6.3.1.
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// RFC 7518 §6.2.1, as an uncompressed point (SEC 1 §2.3.3).
    P256(Vec<u8>),
    /// The same on the other curve.
    P384(Vec<u8>),
    /// RFC 8037 §2.
    Ed25519(Vec<u8>),
    /// Too weak, or of an unknown type.
    Unusable,
}

impl JwkSet {
    /// Parses a key set; `None` unless it is a JSON object with a list of `keys`. A key with a repeated member is left
    /// out (RFC 7517 §4).
    pub fn parse(document: &[u8]) -> Option<JwkSet> {
        let members = Members::parse_unique(document)?;
        let keys: Vec<&RawValue> = members.read("keys")?;
        Some(JwkSet(keys.iter().filter_map(|key| Jwk::read(key.get())).collect()))
    }

    /// Returns the number of keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the keys to verify a signature of this algorithm with: those with the identifier in the token, or the
    /// only key that matches.
    pub(super) fn find(&self, algorithm: SignatureAlgorithm, kid: Option<&str>) -> Result<Vec<&Jwk>, IdTokenError> {
        let is_named = |key: &&Jwk| kid.is_none() || key.kid.as_deref() == kid;
        let fitting: Vec<&Jwk> = self.0.iter().filter(is_named).filter(|key| key.fits(algorithm)).collect();
        match fitting.len() {
            0 if kid.is_some() && self.0.iter().any(|key| is_named(&key)) => Err(IdTokenError::UnusableKey),
            0 => Err(IdTokenError::UnknownKey),
            2.. if kid.is_none() => Err(IdTokenError::AmbiguousKey),
            _ => Ok(fitting),
        }
    }
}

impl Jwk {
    fn read(key: &str) -> Option<Jwk> {
        let members = Members::parse_unique(key.as_bytes())?;
        let key_ops: Option<Vec<String>> = members.read("key_ops");
        let is_signature = !members.has("use") || members.string("use").as_deref() == Some("sig");
        let verifies = !members.has("key_ops") || key_ops.is_some_and(|all| all.iter().any(|one| one == "verify"));
        Some(Jwk {
            kid: members.string("kid"),
            is_for_verification: is_signature && verifies,
            alg: members.string("alg"),
            issuer: members.string("issuer"),
            material: Material::read(&members).unwrap_or(Material::Unusable),
        })
    }

    fn fits(&self, algorithm: SignatureAlgorithm) -> bool {
        let is_of_type = matches!(
            (&self.material, algorithm),
            (
                Material::Rsa { .. },
                SignatureAlgorithm::Rs256
                    | SignatureAlgorithm::Rs384
                    | SignatureAlgorithm::Rs512
                    | SignatureAlgorithm::Ps256
                    | SignatureAlgorithm::Ps384
                    | SignatureAlgorithm::Ps512
            ) | (Material::P256(_), SignatureAlgorithm::Es256)
                | (Material::P384(_), SignatureAlgorithm::Es384)
                | (Material::Ed25519(_), SignatureAlgorithm::EdDsa)
        );
        is_of_type
            && self.is_for_verification
            && self.alg.as_deref().is_none_or(|alg| SignatureAlgorithm::named(alg) == Some(algorithm))
    }

    /// Whether the signature was made with this key.
    pub(super) fn verifies(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        if !self.fits(algorithm) {
            return false;
        }
        match &self.material {
            Material::Rsa { n, e } => rsa_parameters(algorithm).is_some_and(|parameters| {
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok()
            }),
            Material::P256(point) => verifies(&ECDSA_P256_SHA256_FIXED, point, message, signature),
            Material::P384(point) => verifies(&ECDSA_P384_SHA384_FIXED, point, message, signature),
            Material::Ed25519(key) => verifies(&ED25519, key, message, signature),
            Material::Unusable => false,
        }
    }
}

fn verifies(
    algorithm: &'static dyn signature::VerificationAlgorithm,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok()
}

fn rsa_parameters(algorithm: SignatureAlgorithm) -> Option<&'static RsaParameters> {
    match algorithm {
        SignatureAlgorithm::Rs256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        SignatureAlgorithm::Rs384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        SignatureAlgorithm::Rs512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        SignatureAlgorithm::Ps256 => Some(&signature::RSA_PSS_2048_8192_SHA256),
        SignatureAlgorithm::Ps384 => Some(&signature::RSA_PSS_2048_8192_SHA384),
        SignatureAlgorithm::Ps512 => Some(&signature::RSA_PSS_2048_8192_SHA512),
        SignatureAlgorithm::Es256 | SignatureAlgorithm::Es384 | SignatureAlgorithm::EdDsa => None,
    }
}

impl Material {
    fn read(members: &Members<'_>) -> Option<Material> {
        let bytes = |name: &str| base64url(&members.string(name)?);
        let curve = members.string("crv");
        match (members.string("kty")?.as_str(), curve.as_deref()) {
            ("RSA", _) => {
                let (n, e) = (without_zeros(bytes("n")?), without_zeros(bytes("e")?));
                let bits = 8 * n.len() - n.first()?.leading_zeros() as usize;
                RSA_BITS.contains(&bits).then_some(Material::Rsa { n, e })
            }
            ("EC", Some("P-256")) => Some(Material::P256(point(&bytes("x")?, &bytes("y")?, 32)?)),
            ("EC", Some("P-384")) => Some(Material::P384(point(&bytes("x")?, &bytes("y")?, 48)?)),
            ("OKP", Some("Ed25519")) => Some(Material::Ed25519(bytes("x")?)),
            _ => None,
        }
    }
}

/// Removes leading zeros, which some providers write although RFC 7518 §6.3.1.1 forbids it.
fn without_zeros(mut number: Vec<u8>) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.drain(..zeros);
    number
}

fn point(x: &[u8], y: &[u8], length: usize) -> Option<Vec<u8>> {
    (x.len() == length && y.len() == length).then(|| [&[4], x, y].concat())
}

/// Decodes base64url by RFC 7515 §2: without padding, and with a unique text for the same bytes.
pub(super) fn base64url(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests;
