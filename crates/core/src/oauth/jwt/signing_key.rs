//! The private key of a client, and its signatures.

use std::fmt;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use ring::rand::SystemRandom;
use ring::signature::{
    self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    KeyPair, RsaEncoding, RsaKeyPair,
};
use zeroize::Zeroizing;

use super::algorithm::SignatureAlgorithm;
use super::pem;

/// A private key: RSA of 2048 to 4096 bits, or an elliptic curve, P-256 or P-384.
pub struct SigningKey {
    pair: Pair,
    algorithm: SignatureAlgorithm,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ec(Box<EcdsaKeyPair>),
}

/// Why a key or its certificate cannot be used. No variant contains a secret.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SigningKeyError {
    /// No certificate belongs to the key.
    CertificateOfAnotherKey,
    /// The key is encrypted with a password.
    Encrypted,
    /// The text contains no certificate.
    NoCertificate,
    /// The text contains no private key.
    NoKey,
    /// The system has no random bytes.
    NoRandomBytes,
    /// The key is damaged, of an unknown type, or too short.
    Unusable,
    /// The key cannot sign with this algorithm.
    WrongAlgorithm,
}

impl SigningKey {
    /// Reads the first private key of a PEM file: PKCS#8 (`PRIVATE KEY`), PKCS#1 (`RSA PRIVATE KEY`) or SEC 1 (`EC
    /// PRIVATE KEY`). The file may also contain certificates. An RSA key signs with RS256, which every provider must
    /// support, unless [`with_algorithm`](SigningKey::with_algorithm) changes it.
    ///
    /// # Errors
    /// There is no usable key.
    pub fn from_pem(text: &str) -> Result<SigningKey, SigningKeyError> {
        let block = pem::blocks(text).find(|block| block.label.ends_with("PRIVATE KEY"));
        let block = block.ok_or(SigningKeyError::NoKey)?;
        match block.decode() {
            Some(der) if block.label != "ENCRYPTED PRIVATE KEY" => SigningKey::from_der(&der),
            // OpenSSL's legacy encryption puts headers before the base64 (RFC 1421 §4.6).
            _ => Err(SigningKeyError::Encrypted),
        }
    }

    /// Reads a private key in DER: PKCS#8, PKCS#1 or SEC 1. An elliptic-curve key must include the public key, as
    /// OpenSSL writes it.
    ///
    /// # Errors
    /// [`SigningKeyError::Unusable`].
    pub fn from_der(der: &[u8]) -> Result<SigningKey, SigningKeyError> {
        if let Ok(pair) = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der)) {
            return Ok(SigningKey { pair: Pair::Rsa(Box::new(pair)), algorithm: SignatureAlgorithm::Rs256 });
        }
        let curves: [(&'static EcdsaSigningAlgorithm, SignatureAlgorithm, &[u8]); 2] = [
            (&ECDSA_P256_SHA256_FIXED_SIGNING, SignatureAlgorithm::Es256, P256),
            (&ECDSA_P384_SHA384_FIXED_SIGNING, SignatureAlgorithm::Es384, P384),
        ];
        for (signing, algorithm, curve) in curves {
            let read = |pkcs8: &[u8]| EcdsaKeyPair::from_pkcs8(signing, pkcs8, &SystemRandom::new());
            if let Ok(pair) = read(der).or_else(|_| read(&pkcs8_of_sec1(curve, der))) {
                return Ok(SigningKey { pair: Pair::Ec(Box::new(pair)), algorithm });
            }
        }
        Err(SigningKeyError::Unusable)
    }

    /// Selects another algorithm. An RSA key can sign with RS256, RS384, RS512, PS256, PS384 and PS512.
    ///
    /// # Errors
    /// [`SigningKeyError::WrongAlgorithm`].
    pub fn with_algorithm(self, algorithm: SignatureAlgorithm) -> Result<SigningKey, SigningKeyError> {
        let can_sign = match self.pair {
            Pair::Rsa(_) => rsa_encoding(algorithm).is_some(),
            Pair::Ec(_) => algorithm == self.algorithm,
        };
        if can_sign { Ok(SigningKey { algorithm, ..self }) } else { Err(SigningKeyError::WrongAlgorithm) }
    }

    /// Returns the algorithm that the key signs with.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Returns the public key in the format of certificates: PKCS#1 for RSA, the uncompressed point for a curve.
    pub(super) fn public_key(&self) -> &[u8] {
        match &self.pair {
            Pair::Rsa(pair) => pair.public_key().as_ref(),
            Pair::Ec(pair) => pair.public_key().as_ref(),
        }
    }

    /// Returns a token with this header and payload (RFC 7515 §7.1). A key of a curve has one algorithm only.
    pub(super) fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        header: &[u8],
        payload: &[u8],
    ) -> Result<Zeroizing<String>, SigningKeyError> {
        let mut token = Zeroizing::new(String::with_capacity(2 * (header.len() + payload.len()) + 1024));
        BASE64_URL_SAFE_NO_PAD.encode_string(header, &mut token);
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let random = SystemRandom::new();
        let failed = |_| SigningKeyError::NoRandomBytes;
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let encoding = rsa_encoding(algorithm).ok_or(SigningKeyError::WrongAlgorithm)?;
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(encoding, &random, token.as_bytes(), &mut signature).map_err(failed)?;
                signature
            }
            Pair::Ec(pair) => pair.sign(&random, token.as_bytes()).map_err(failed)?.as_ref().to_vec(),
        };
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
        Ok(token)
    }
}

fn rsa_encoding(algorithm: SignatureAlgorithm) -> Option<&'static dyn RsaEncoding> {
    match algorithm {
        SignatureAlgorithm::Rs256 => Some(&signature::RSA_PKCS1_SHA256),
        SignatureAlgorithm::Rs384 => Some(&signature::RSA_PKCS1_SHA384),
        SignatureAlgorithm::Rs512 => Some(&signature::RSA_PKCS1_SHA512),
        SignatureAlgorithm::Ps256 => Some(&signature::RSA_PSS_SHA256),
        SignatureAlgorithm::Ps384 => Some(&signature::RSA_PSS_SHA384),
        SignatureAlgorithm::Ps512 => Some(&signature::RSA_PSS_SHA512),
        SignatureAlgorithm::Es256 | SignatureAlgorithm::Es384 | SignatureAlgorithm::EdDsa => None,
    }
}

/// The object identifiers of the curves, RFC 5480 §2.1.1.1, in DER.
const P256: &[u8] = b"\x06\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07";
const P384: &[u8] = b"\x06\x05\x2B\x81\x04\x00\x22";

/// Wraps a SEC 1 key in a PKCS#8 structure with its curve (RFC 5958 §2), as `openssl pkcs8 -topk8` does. `ring` reads
/// only that.
fn pkcs8_of_sec1(curve: &[u8], sec1: &[u8]) -> Zeroizing<Vec<u8>> {
    const SEQUENCE: u8 = 0x30;
    const OCTET_STRING: u8 = 0x04;
    const VERSION_0: &[u8] = b"\x02\x01\x00";
    const ID_EC_PUBLIC_KEY: &[u8] = b"\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01";
    let algorithm = der(SEQUENCE, &[ID_EC_PUBLIC_KEY, curve]);
    let key = der(OCTET_STRING, &[sec1]);
    der(SEQUENCE, &[VERSION_0, &algorithm, &key])
}

/// Encodes a tag, the length and the content. `ring` refuses a key of 64 KiB or more in any case.
fn der(tag: u8, content: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length: usize = content.iter().map(|part| part.len()).sum();
    let mut bytes = Zeroizing::new(Vec::with_capacity(length + 4));
    bytes.push(tag);
    match length {
        0..0x80 => bytes.push(length as u8),
        0x80..0x100 => bytes.extend([0x81, length as u8]),
        _ => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    content.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl fmt::Display for SigningKeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            SigningKeyError::CertificateOfAnotherKey => "the certificate is not for the private key",
            SigningKeyError::Encrypted => {
                "the private key is encrypted; to decrypt it: openssl pkey -in ENCRYPTED -out DECRYPTED"
            }
            SigningKeyError::NoCertificate => "there is no certificate (-----BEGIN CERTIFICATE-----)",
            SigningKeyError::NoKey => "there is no private key (-----BEGIN PRIVATE KEY-----)",
            SigningKeyError::NoRandomBytes => "the system has no random bytes",
            SigningKeyError::Unusable => {
                "the private key cannot be used: it must be RSA of 2048 to 4096 bits, or EC on P-256 or P-384"
            }
            SigningKeyError::WrongAlgorithm => "the private key cannot sign with this algorithm",
        })
    }
}

impl std::error::Error for SigningKeyError {}

#[cfg(test)]
mod tests;
