//! The assertion with which a client authenticates by its private key, RFC 7523 §3 and OpenID Connect Core §9
//! (`private_key_jwt`).

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use serde_json::json;

use super::algorithm::SignatureAlgorithm;
use super::pem;
use super::signing_key::{SigningKey, SigningKeyError};
use crate::oauth::authority::{Authority, AuthorityKind};
use crate::oauth::endpoint::{Endpoint, Endpoints};
use crate::oauth::{issuer, pkce};
use crate::secret::ClientAssertion;
use crate::time::Timestamp;
use crate::types::ClientId;

/// The lifetime of an assertion in seconds. This is the maximum that providers accept; clocks may differ by minutes.
const LIFETIME: i64 = 600;

/// Signs assertions, a new one for each request.
#[derive(Debug)]
pub struct AssertionSigner {
    key: SigningKey,
    key_id: Option<String>,
    certificate: Option<Thumbprints>,
}

/// The thumbprints of a certificate, in base64url.
#[derive(Debug)]
struct Thumbprints {
    sha1: String,
    sha256: String,
}

impl AssertionSigner {
    /// Returns a signer whose assertions do not name the key.
    pub fn new(key: SigningKey) -> AssertionSigner {
        AssertionSigner { key, key_id: None, certificate: None }
    }

    /// Names the key by the identifier of its registration (`kid`).
    pub fn with_key_id(self, key_id: impl Into<String>) -> AssertionSigner {
        AssertionSigner { key_id: Some(key_id.into()), ..self }
    }

    /// Names the key by the SHA-256 thumbprint of its certificate (`x5t#S256`), as Entra ID requires. AD FS gets the SHA-1
    /// thumbprint (`x5t`), because it knows no other. Selects the certificate of the key if the PEM file has several.
    ///
    /// # Errors
    /// [`SigningKeyError::NoCertificate`], [`SigningKeyError::CertificateOfAnotherKey`].
    pub fn with_certificate(self, certificate: &str) -> Result<AssertionSigner, SigningKeyError> {
        let certificates = pem::blocks(certificate).filter(|block| block.label == "CERTIFICATE");
        let certificates: Vec<_> = certificates.filter_map(|block| block.decode()).collect();
        if certificates.is_empty() {
            return Err(SigningKeyError::NoCertificate);
        }
        let public_key = self.key.public_key();
        let is_of_key = |der: &&[u8]| der.windows(public_key.len()).any(|window| window == public_key);
        let own = certificates.iter().map(|der| der.as_slice()).find(is_of_key);
        let own = own.ok_or(SigningKeyError::CertificateOfAnotherKey)?;
        let thumbprint = |algorithm| BASE64_URL_SAFE_NO_PAD.encode(digest(algorithm, own));
        let certificate = Thumbprints { sha1: thumbprint(&SHA1_FOR_LEGACY_USE_ONLY), sha256: thumbprint(&SHA256) };
        Ok(AssertionSigner { certificate: Some(certificate), ..self })
    }

    /// Signs an assertion of the client for one request to the provider that `audience` names
    /// ([`assertion_audience`]). It is valid for ten minutes from `now`. An RSA key with a certificate signs with PS256 at
    /// Entra ID, B2C and External ID, as Microsoft documents it and MSAL does, unless another algorithm was selected.
    ///
    /// # Errors
    /// [`SigningKeyError::NoRandomBytes`].
    pub fn sign(
        &self,
        authority: &Authority,
        client_id: &ClientId,
        audience: &str,
        now: Timestamp,
    ) -> Result<ClientAssertion, SigningKeyError> {
        let jti: ClientAssertion = pkce::random_secret().map_err(|_| SigningKeyError::NoRandomBytes)?;
        let algorithm = match self.key.algorithm() {
            SignatureAlgorithm::Rs256 if self.certificate.is_some() && authority.kind().is_entra_like() => {
                SignatureAlgorithm::Ps256
            }
            algorithm => algorithm,
        };
        let mut header = json!({"alg": algorithm.name(), "typ": "JWT"});
        if let Some(key_id) = &self.key_id {
            header["kid"] = key_id.as_str().into();
        }
        match &self.certificate {
            Some(certificate) if authority.kind() == AuthorityKind::Adfs => {
                header["x5t"] = certificate.sha1.as_str().into();
            }
            Some(certificate) => header["x5t#S256"] = certificate.sha256.as_str().into(),
            None => {}
        }
        let client_id = client_id.as_str();
        let expires_at = now.0.saturating_add(LIFETIME);
        let claims = json!({
            "iss": client_id, "sub": client_id, "aud": audience, "jti": jti.expose(),
            "iat": now.0, "nbf": now.0, "exp": expires_at,
        });
        let token = self.key.sign(algorithm, header.to_string().as_bytes(), claims.to_string().as_bytes())?;
        Ok(ClientAssertion::new(token.as_str()))
    }
}

/// Returns the `aud` of a client's assertions. This is the issuer, although OpenID Connect Core §9 names the token endpoint:
/// an attacker's metadata could name the token endpoint of another provider, and so get an assertion that the other
/// provider accepts (draft-ietf-oauth-rfc7523bis). Entra ID and its kin, and AD FS, document the token endpoint, so they
/// get it. A provider whose issuer is not known gets it too.
///
/// Entra's tenants may have a domain of their own, whose metadata name an issuer elsewhere. There, the token endpoint is
/// the audience only if it is on that domain. Otherwise there is no audience.
pub fn assertion_audience<'a>(authority: &Authority, endpoints: &'a Endpoints) -> Option<&'a str> {
    let issuer = endpoints.issuer.as_deref();
    let token = endpoints.token.as_ref().map(Endpoint::as_str);
    if authority.kind() != AuthorityKind::Oidc {
        return token.or(issuer);
    }
    match issuer {
        Some(_) if issuer::is_microsoft(authority, issuer) => token.filter(|token| authority.has_origin_of(token)),
        issuer => issuer.or(token),
    }
}

#[cfg(test)]
mod tests;
