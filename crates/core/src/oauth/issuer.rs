//! `issuer` of provider metadata and `iss` of an ID token: whether they are one, and the authority's.

use super::authority::{Authority, AuthorityKind};
use super::claims::Claims;
use super::error::RequestError;
use super::url::{bare_host, origin, parse_secure};
use crate::secret::RawIdToken;
use crate::types::{Environment, IssuerClaims};

/// Providers whose ID tokens do not have the issuer of their metadata, as they document: the metadata's first, then
/// the ID token's.
const OTHER_NAMES: [(&str, &str); 1] = [
    // https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken
    ("https://accounts.google.com", "accounts.google.com"),
];

/// Stands for the tenant in the issuer of Entra's authorities for many tenants.
const TENANT: &str = "{tenantid}";

/// OpenID Connect Discovery §4.3 wants the issuer to be the authority. As MSAL Python does, a trailing slash is
/// forgiven, and an issuer is accepted too of the same scheme, host and port, of a host one label below, or on a host
/// of B2C or External ID, which the authority may be a custom domain of; where Microsoft answers, on any Microsoft
/// host.
///
/// This says nothing of cache entries: they belong to the authority, whatever it calls itself.
pub(super) fn is_issuer_of(issuer: &str, authority: &Authority) -> bool {
    if issuer.trim_end_matches('/') == authority.url() {
        return true;
    }
    // The issuer of a multi-tenant authority holds a text that is no URL.
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

/// Whether `iss` of an authorization response names the provider (RFC 9207 §2.4): the `issuer` of its metadata, to the
/// letter. If no metadata were read, any issuer that metadata could name for the authority.
pub(super) fn is_of_response(iss: &str, issuer: Option<&str>, authority: &Authority) -> bool {
    match issuer {
        Some(issuer) => matches_template(iss, issuer),
        None => is_issuer_of(iss, authority),
    }
}

/// Whether `iss` is the issuer, in which any tenant may stand for the placeholder.
pub(super) fn matches_template(iss: &str, issuer: &str) -> bool {
    let Some((before, after)) = issuer.split_once(TENANT) else { return iss == issuer };
    let tenant = iss.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    tenant.is_some_and(|tenant| !tenant.is_empty() && !tenant.contains('/'))
}

/// Whether the Microsoft identity platform answers, by the authority or by the `issuer` in its metadata, on whatever
/// domain the metadata are.
pub(super) fn is_microsoft(authority: &Authority, issuer: Option<&str>) -> bool {
    let uri = issuer.and_then(|issuer| parse_secure(&issuer.replace(TENANT, "tenantid")).ok());
    let is_of_issuer = |uri| AuthorityKind::of(&bare_host(&uri).to_ascii_lowercase(), &[]).is_entra_like();
    authority.kind().is_entra_like() || uri.is_some_and(is_of_issuer)
}

/// The `iss` of an ID token of this tenant (`tid`), by the `issuer` of the metadata.
pub(super) fn of_tenant(issuer: &str, tenant: Option<String>) -> String {
    issuer.replace(TENANT, &tenant.unwrap_or_default())
}

/// Whether two names of issuers, in metadata or ID tokens, are of one.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let trimmed = |name: &str| name.trim_end_matches('/').to_owned();
    let proper = |name: &str| {
        let known = OTHER_NAMES.iter().find(|(_, other)| *other == name);
        known.map_or_else(|| trimmed(name), |(issuer, _)| (*issuer).to_owned())
    };
    proper(one) == proper(other)
}

/// Refuses the ID token of a sign-in whose `iss` is not the `issuer` of the provider's metadata (OpenID Connect Core
/// §3.1.3.7, item 2). One that cannot be decoded, or names no issuer, is let pass: nothing depends on it. So is any
/// where no metadata were read: the user named the endpoints.
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
        // Each tenant of a cloud has an issuer of its own, and each version of the endpoints.
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
