use super::fields::Fields;
use crate::secret::jwt_payload;
use crate::types::IssuerClaims;

/// Returns the claims of an ID token that identify its issuer; no claims if the token cannot be decoded.
pub(in crate::cache) fn issuer_claims(secret: &str) -> IssuerClaims {
    let Some(payload) = jwt_payload(secret) else { return IssuerClaims::default() };
    let Ok(claims) = Fields::parse(&payload) else { return IssuerClaims::default() };
    let claim = |name| claims.lenient(name).map(Into::into);
    IssuerClaims { iss: claim("iss"), policy: claim("tfp").or_else(|| claim("acr")) }
}
