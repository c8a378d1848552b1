//! The algorithms of RFC 7518 §3.1 and RFC 8037 §3.1 that sign with a private key.

use ring::digest::{self, SHA256, SHA384, SHA512};

/// The signature algorithm of a token. `none` and the algorithms with a shared secret (HS256 and others) are missing on
/// purpose.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

impl SignatureAlgorithm {
    const ALL: [SignatureAlgorithm; 9] = [
        SignatureAlgorithm::Rs256,
        SignatureAlgorithm::Rs384,
        SignatureAlgorithm::Rs512,
        SignatureAlgorithm::Ps256,
        SignatureAlgorithm::Ps384,
        SignatureAlgorithm::Ps512,
        SignatureAlgorithm::Es256,
        SignatureAlgorithm::Es384,
        SignatureAlgorithm::EdDsa,
    ];

    /// Returns the value of `alg`.
    pub fn name(self) -> &'static str {
        match self {
            SignatureAlgorithm::Rs256 => "RS256",
            SignatureAlgorithm::Rs384 => "RS384",
            SignatureAlgorithm::Rs512 => "RS512",
            SignatureAlgorithm::Ps256 => "PS256",
            SignatureAlgorithm::Ps384 => "PS384",
            SignatureAlgorithm::Ps512 => "PS512",
            SignatureAlgorithm::Es256 => "ES256",
            SignatureAlgorithm::Es384 => "ES384",
            SignatureAlgorithm::EdDsa => "EdDSA",
        }
    }

    /// Returns the algorithm with exactly this name. `Ed25519` is the newer name of `EdDSA` (RFC 9864).
    pub fn named(name: &str) -> Option<SignatureAlgorithm> {
        if name == "Ed25519" {
            return Some(SignatureAlgorithm::EdDsa);
        }
        SignatureAlgorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Returns the hash function of the signature, which an ID token uses for other hashes (OpenID Connect Core
    /// §3.1.3.6).
    pub(super) fn hash(self) -> &'static digest::Algorithm {
        match self {
            SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256 | SignatureAlgorithm::Es256 => &SHA256,
            SignatureAlgorithm::Rs384 | SignatureAlgorithm::Ps384 | SignatureAlgorithm::Es384 => &SHA384,
            SignatureAlgorithm::Rs512 | SignatureAlgorithm::Ps512 | SignatureAlgorithm::EdDsa => &SHA512,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_to_the_letter_and_only_if_it_signs_with_a_private_key() {
        for algorithm in SignatureAlgorithm::ALL {
            assert_eq!(SignatureAlgorithm::named(algorithm.name()), Some(algorithm));
        }
        assert_eq!(SignatureAlgorithm::named("Ed25519"), Some(SignatureAlgorithm::EdDsa));
        for name in ["none", "None", "", "HS256", "HS384", "HS512", "rs256", "RS256 ", "ES256K", "ES512", "RSA-OAEP"] {
            assert_eq!(SignatureAlgorithm::named(name), None, "{name}");
        }
    }
}
