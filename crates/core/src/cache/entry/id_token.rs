use super::fields::Fields;
use crate::secret::jwt_payload;
use crate::time::Timestamp;
use crate::types::IssuerClaims;

/// Returns the claims of an ID token that identify its issuer; no claims if the token cannot be decoded.
pub(in crate::cache) fn issuer_claims(secret: &str) -> IssuerClaims {
    let Some(payload) = jwt_payload(secret) else { return IssuerClaims::default() };
    let Ok(claims) = Fields::parse(&payload) else { return IssuerClaims::default() };
    let claim = |name| claims.lenient(name).map(Into::into);
    IssuerClaims { iss: claim("iss"), policy: claim("tfp").or_else(|| claim("acr")) }
}

/// Returns the time at which an ID token was issued (OpenID Connect Core §2).
pub(in crate::cache) fn issued_at(secret: &str) -> Option<Timestamp> {
    Fields::parse(&jwt_payload(secret)?).ok()?.lenient_time("iat")
}
