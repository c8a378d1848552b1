//! The verification of an ID token, OpenID Connect Core §3.1.3.7.

use std::fmt;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use ring::digest::digest;
use zeroize::Zeroizing;

use super::algorithm::SignatureAlgorithm;
use super::id_token_error::IdTokenError;
use super::jwk::JwkSet;
use super::jws::Jws;
use crate::oauth::issuer::{is_same, matches_template, of_tenant};
use crate::oauth::json::Members;
use crate::secret::{AccessToken, AuthorizationCode, Nonce, RawIdToken};
use crate::time::Timestamp;
use crate::types::ClientId;

/// The claims that an ID token is expected to have.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// The `issuer` of the provider's metadata. `{tenantid}` in it matches the tenant that the token names, as in the
    /// metadata of Entra's `common` and `organizations`. The application then decides which tenants may sign in.
    pub issuer: &'a str,
    /// The client that the token was issued to.
    pub client_id: &'a ClientId,
    /// The nonce of the authorization request. `None` for a token that came with a refresh.
    pub nonce: Option<&'a Nonce>,
    /// The maximum age of the person's last sign-in in seconds, if the request had one.
    pub max_age: Option<u64>,
    /// The access token of the same response, compared if the token has an `at_hash`.
    pub access_token: Option<&'a AccessToken>,
    /// The redeemed code, compared if the token has a `c_hash`.
    pub code: Option<&'a AuthorizationCode>,
    /// `id_token_signing_alg_values_supported` of the metadata. `None` accepts every [`SignatureAlgorithm`].
    pub algorithms: Option<&'a [String]>,
    /// The wall-clock time.
    pub now: Timestamp,
    /// The tolerated difference of the provider's clock in seconds.
    pub skew: u32,
}

/// The claims of a verified ID token.
#[derive(Clone, Eq, PartialEq)]
pub struct VerifiedClaims {
    /// `iss`.
    pub issuer: String,
    /// `sub`: the user's identifier, unique at the issuer.
    pub subject: String,
    /// `exp`.
    pub expires_at: Timestamp,
    /// `iat`.
    pub issued_at: Timestamp,
    /// All claims, as JSON.
    json: Zeroizing<Vec<u8>>,
}

impl VerifiedClaims {
    /// Returns a claim that is a text, such as `name` or `tid`; `None` if it is missing, empty or of another type.
    pub fn text(&self, name: &str) -> Option<String> {
        Members::parse(&self.json)?.string(name)
    }

    /// Returns all claims as a JSON object without repeated names.
    pub fn json(&self) -> &[u8] {
        &self.json
    }
}

/// Prints only the issuer, because the other claims are personal data.
impl fmt::Debug for VerifiedClaims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("VerifiedClaims").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// Verifies an ID token: the issuer signed it, it is for this client and this sign-in, and it is valid now.
///
/// # Errors
/// A check fails. After [`IdTokenError::UnknownKey`], fetch the keys again once ([`JwksRequest`]) and retry.
///
/// [`JwksRequest`]: crate::oauth::JwksRequest
pub fn verify_id_token(
    id_token: &RawIdToken,
    keys: &JwkSet,
    expected: &Expectation<'_>,
) -> Result<VerifiedClaims, IdTokenError> {
    let jws = Jws::parse(id_token.expose())?;
    let algorithm = jws.algorithm;
    let is_named = |name: &String| SignatureAlgorithm::named(name) == Some(algorithm);
    if expected.algorithms.is_some_and(|names| !names.iter().any(is_named)) {
        return Err(IdTokenError::UnsupportedAlgorithm { name: algorithm.name().to_owned() });
    }
    let (json, key) = jws.verified(keys)?;
    let members = Members::parse_unique(&json).ok_or(IdTokenError::Malformed)?;
    let issuer = text(&members, "iss")?;
    if !is_same(&issuer, &of_tenant(expected.issuer, members.string("tid")))
        || key.issuer.as_deref().is_some_and(|own| !matches_template(&issuer, own))
    {
        return Err(IdTokenError::WrongIssuer);
    }
    let subject = text(&members, "sub")?;
    check_audience(&members, expected.client_id)?;
    let (expires_at, issued_at) = check_times(&members, expected)?;
    if let Some(nonce) = expected.nonce
        && members.secret("nonce").as_ref() != Some(nonce)
    {
        return Err(IdTokenError::WrongNonce);
    }
    let bound = [
        ("at_hash", expected.access_token.map(AccessToken::expose)),
        ("c_hash", expected.code.map(AuthorizationCode::expose)),
    ];
    for (name, value) in bound {
        let Some(value) = value.filter(|_| members.has(name)) else { continue };
        if members.string(name) != Some(left_half(algorithm, value)) {
            return Err(IdTokenError::WrongHash { name });
        }
    }
    Ok(VerifiedClaims { issuer, subject, expires_at, issued_at, json })
}

fn text(members: &Members<'_>, name: &'static str) -> Result<String, IdTokenError> {
    members.string(name).ok_or(IdTokenError::MissingClaim { name })
}

/// Checks items 3 to 5.
fn check_audience(members: &Members<'_>, client_id: &ClientId) -> Result<(), IdTokenError> {
    let one = members.string("aud").map(|audience| vec![audience]);
    let audiences: Vec<String> =
        one.or_else(|| members.read("aud")).ok_or(IdTokenError::MissingClaim { name: "aud" })?;
    let azp = members.string("azp");
    let is_ours = audiences.iter().any(|audience| audience == client_id.as_str());
    // A token for several audiences was issued to the authorized party that it names.
    let is_to_us = match azp {
        Some(azp) => azp == client_id.as_str(),
        None => audiences.len() == 1 && !members.has("azp"),
    };
    if is_ours && is_to_us { Ok(()) } else { Err(IdTokenError::WrongAudience) }
}

/// Checks items 9, 10, 12 and 13, and RFC 7519 §4.1.5.
fn check_times(members: &Members<'_>, expected: &Expectation<'_>) -> Result<(Timestamp, Timestamp), IdTokenError> {
    let (now, skew) = (expected.now, i64::from(expected.skew));
    let required = |name| time(members, name).ok_or(IdTokenError::MissingClaim { name });
    let (expires_at, issued_at) = (required("exp")?, required("iat")?);
    if now.seconds_since(expires_at) >= skew {
        return Err(IdTokenError::Expired);
    }
    let not_before = if members.has("nbf") { required("nbf")? } else { issued_at };
    if issued_at.max(not_before).seconds_since(now) > skew {
        return Err(IdTokenError::NotYetValid);
    }
    if let Some(max_age) = expected.max_age {
        let age = now.seconds_since(required("auth_time")?);
        if age > i64::try_from(max_age).unwrap_or(i64::MAX).saturating_add(skew) {
            return Err(IdTokenError::LoginTooOld);
        }
    }
    Ok((expires_at, issued_at))
}

/// Returns a NumericDate (RFC 7519 §2), a JSON number whose fraction is cut off.
fn time(members: &Members<'_>, name: &str) -> Option<Timestamp> {
    let seconds: f64 = members.read(name)?;
    Some(Timestamp(seconds as i64))
}

/// Returns the left half of the hash of the token or the code (§3.1.3.6).
fn left_half(algorithm: SignatureAlgorithm, value: &str) -> String {
    let hash = digest(algorithm.hash(), value.as_bytes());
    let bytes = hash.as_ref();
    BASE64_URL_SAFE_NO_PAD.encode(&bytes[..bytes.len() / 2])
}

#[cfg(test)]
mod tests;
