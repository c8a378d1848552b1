//! Protected resource metadata (RFC 9728).

use super::document::document;
use super::resource_url::ResourceUrl;
use crate::oauth::challenge::Challenge;
use crate::oauth::error::RequestError;
use crate::oauth::http::{Http, Response};
use crate::oauth::json::Members;
use crate::types::ScopeSet;

/// The maximum length of the scopes of a request, which become a part of a URL.
pub(super) const LONGEST_SCOPES: usize = 4096;

/// The facts that a protected resource tells about itself (RFC 9728 §2).
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Metadata {
    /// `resource`, verbatim: the value of the parameter `resource` (RFC 8707).
    pub(super) resource: String,
    /// `authorization_servers`: issuers.
    pub(super) authorization_servers: Vec<String>,
    /// `scopes_supported`.
    pub(super) scopes_supported: ScopeSet,
}

/// Returns the metadata of the resource: at the address in the challenge, else at the well-known places. `None`: there are
/// none, as before the Model Context Protocol of 2025-06-18.
///
/// # Errors
/// The metadata describe another resource, the challenge names an address of another origin, or an outage.
pub(super) async fn metadata(
    http: &dyn Http,
    url: &ResourceUrl,
    challenge: &Challenge,
) -> Result<Option<Metadata>, RequestError> {
    let mut places = Vec::new();
    if let Some(place) = &challenge.resource_metadata {
        if !url.has_origin_of(place) {
            let message = format!("{url} says that its metadata are at {place}, which is another origin");
            return Err(RequestError::WrongAuthority { message });
        }
        places.push(place.clone());
    }
    places.extend(url.metadata_urls());
    for place in places {
        if let Some(metadata) = document(http, &place).await?.as_ref().and_then(read) {
            if !url.is_within(&metadata.resource) {
                let message = format!("the metadata at {place} describe another resource, {:?}", metadata.resource);
                return Err(RequestError::WrongAuthority { message });
            }
            return Ok(Some(metadata));
        }
    }
    Ok(None)
}

/// Reads a document; `None` if it does not name the resource, which it must (RFC 9728 §2).
fn read(response: &Response) -> Option<Metadata> {
    let members = Members::parse(&response.body)?;
    let scopes = members.scopes("scopes_supported").unwrap_or_default();
    let is_usable = scopes.to_string().len() <= LONGEST_SCOPES;
    Some(Metadata {
        resource: members.string("resource")?,
        authorization_servers: members.strings("authorization_servers").unwrap_or_default(),
        scopes_supported: if is_usable { scopes } else { ScopeSet::default() },
    })
}
