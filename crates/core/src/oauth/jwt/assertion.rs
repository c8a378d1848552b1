//! The assertion with which a client authenticates by its private key, RFC 7523 §3 and OpenID Connect Core §9
//! (`private_key_jwt`).

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use ring::digest::{SHA256, digest};
use serde_json::json;

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
    thumbprint: Option<String>,
}

impl AssertionSigner {
    /// Returns a signer whose assertions do not name the key.
    pub fn new(key: SigningKey) -> AssertionSigner {
        AssertionSigner { key, key_id: None, thumbprint: None }
    }

    /// Names the key by the identifier of its registration (`kid`).
    pub fn with_key_id(self, key_id: impl Into<String>) -> AssertionSigner {
        AssertionSigner { key_id: Some(key_id.into()), ..self }
    }

    /// Names the key by the SHA-256 thumbprint of its certificate (`x5t#S256`), as Entra ID requires. Selects the
    /// certificate of the key if the PEM file has several.
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
        let thumbprint = Some(BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, own)));
        Ok(AssertionSigner { thumbprint, ..self })
    }

    /// Signs an assertion of the client for one request to the provider that `audience` names
    /// ([`assertion_audience`]). It is valid for ten minutes from `now`.
    ///
    /// # Errors
    /// [`SigningKeyError::NoRandomBytes`].
    pub fn sign(
        &self,
        client_id: &ClientId,
        audience: &str,
        now: Timestamp,
    ) -> Result<ClientAssertion, SigningKeyError> {
        let jti: ClientAssertion = pkce::random_secret().map_err(|_| SigningKeyError::NoRandomBytes)?;
        let mut header = json!({"alg": self.key.algorithm().name(), "typ": "JWT"});
        let names = [("kid", &self.key_id), ("x5t#S256", &self.thumbprint)];
        for (name, value) in names {
            value.iter().for_each(|value| header[name] = value.as_str().into());
        }
        let client_id = client_id.as_str();
        let expires_at = now.0.saturating_add(LIFETIME);
        let claims = json!({
            "iss": client_id, "sub": client_id, "aud": audience, "jti": jti.expose(),
            "iat": now.0, "nbf": now.0, "exp": expires_at,
        });
        let token = self.key.sign(header.to_string().as_bytes(), claims.to_string().as_bytes())?;
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
