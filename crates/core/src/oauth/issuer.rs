//! Compares the `issuer` of provider metadata, the `iss` of ID tokens, and the authority.

use super::authority::{Authority, AuthorityKind};
use super::claims::Claims;
use super::error::RequestError;
use super::url::{bare_host, origin, parse_secure};
use crate::secret::RawIdToken;
use crate::types::{Environment, IssuerClaims};

/// Providers whose ID tokens, as documented, have another issuer than their metadata: the metadata's issuer, then the
/// ID token's.
const OTHER_NAMES: [(&str, &str); 1] = [
    // https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken
    ("https://accounts.google.com", "accounts.google.com"),
];

/// The placeholder for the tenant in the issuer of Entra's multi-tenant authorities.
const TENANT: &str = "{tenantid}";

/// Whether the issuer may belong to the authority. OpenID Connect Discovery §4.3 requires them to be equal. Like MSAL
/// Python, this ignores a trailing slash, and accepts an issuer with the same scheme, host and port, on a host one
/// label below, or on a host of B2C or External ID, whose custom domain the authority may be. For Microsoft's own
/// platforms, any Microsoft host is accepted.
///
/// This does not affect cache entries, which belong to the authority.
pub(super) fn is_issuer_of(issuer: &str, authority: &Authority) -> bool {
    if issuer.trim_end_matches('/') == authority.url() {
        return true;
    }
    // The placeholder in the issuer of a multi-tenant authority makes it an invalid URL.
    let Ok(issuer) = parse_secure(&issuer.replace(TENANT, "tenantid")) else { return false };
    let host = bare_host(&issuer).to_ascii_lowercase();
    let is_below = host
        .strip_suffix(authority.environment().as_str())
        .and_then(|label| label.strip_suffix('.'))
        .is_some_and(|label| !label.is_empty() && !label.contains('.'));
    let is_https = issuer.scheme_str() == Some("https");
    origin(&issuer) == authority.origin()
        || (is_https && (is_below || Environment::new(&host).is_of_one_tenant()))
        || (authority.kind().is_entra_like() && AuthorityKind::of(&host, &[]).is_entra_like())
}

/// Whether `iss` of an authorization response names the provider (RFC 9207 §2.4). It must be exactly the `issuer` of
/// the metadata. Without metadata, any issuer is accepted that metadata of the authority could have.
pub(super) fn is_of_response(iss: &str, issuer: Option<&str>, authority: &Authority) -> bool {
    match issuer {
        Some(issuer) => matches_template(iss, issuer),
        None => is_issuer_of(iss, authority),
    }
}

/// Whether `iss` equals the issuer, in which the placeholder matches any tenant.
pub(super) fn matches_template(iss: &str, issuer: &str) -> bool {
    let Some((before, after)) = issuer.split_once(TENANT) else { return iss == issuer };
    let tenant = iss.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    tenant.is_some_and(|tenant| !tenant.is_empty() && !tenant.contains('/'))
}

/// Whether this is the Microsoft identity platform, by the authority or by the `issuer` in its metadata, on any domain.
pub(super) fn is_microsoft(authority: &Authority, issuer: Option<&str>) -> bool {
    let uri = issuer.and_then(|issuer| parse_secure(&issuer.replace(TENANT, "tenantid")).ok());
    let is_of_issuer = |uri| AuthorityKind::of(&bare_host(&uri).to_ascii_lowercase(), &[]).is_entra_like();
    authority.kind().is_entra_like() || uri.is_some_and(is_of_issuer)
}

/// Returns the `iss` of an ID token of this tenant (`tid`), from the `issuer` of the metadata.
pub(super) fn of_tenant(issuer: &str, tenant: Option<String>) -> String {
    issuer.replace(TENANT, &tenant.unwrap_or_default())
}

/// Whether two issuer names, in metadata or ID tokens, are the same issuer's.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let trimmed = |name: &str| name.trim_end_matches('/').to_owned();
    let proper = |name: &str| {
        let known = OTHER_NAMES.iter().find(|(_, other)| *other == name);
        known.map_or_else(|| trimmed(name), |(issuer, _)| (*issuer).to_owned())
    };
    proper(one) == proper(other)
}

/// Refuses the ID token of a sign-in whose `iss` is not the `issuer` of the provider's metadata (OpenID Connect Core
/// §3.1.3.7, item 2). Accepts a token that cannot be decoded or names no issuer, because nothing depends on it, and
/// every token if the user named the endpoints, so that there are no metadata.
///
/// # Errors
/// [`RequestError::WrongAuthority`] with both issuers.
pub fn check_issuer(
    id_token: Option<&RawIdToken>,
    issuer: Option<&str>,
    authority: &Authority,
) -> Result<(), RequestError> {
    let Some(claims) = id_token.and_then(|id_token| Claims::read(id_token.expose())) else { return Ok(()) };
    let Some(iss) = claims.text("iss") else { return Ok(()) };
    let is_cloud = authority.kind() == AuthorityKind::Entra && authority.environment().is_cloud();
    let expected = match issuer {
        // Each tenant of a cloud, and each version of the endpoints, has its own issuer.
        _ if is_cloud && authority.issuer().is_named_by(&IssuerClaims { iss: Some(iss.clone()), policy: None }) => {
            return Ok(());
        }
        Some(issuer) => of_tenant(issuer, claims.text("tid")),
        None if is_cloud => authority.url().to_owned(),
        None => return Ok(()),
    };
    if is_same(&iss, &expected) {
        return Ok(());
    }
    let message = format!(
        "the ID token was issued by {iss:?}, but the metadata of {} name the issuer {expected:?} (OpenID Connect Core \
         3.1.3.7): nothing was stored; the provider's issuer must be configured to be one, or the authority be that issuer",
        authority.url()
    );
    Err(RequestError::WrongAuthority { message })
}
