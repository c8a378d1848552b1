//! Protected resources that are known by their URL alone.

use super::AcquireError;
use crate::oauth::{
    Http, Message as _, RegisteredClient, RegistrationRequest, ResourceDiscovery, ResourceMetadata, discover_resource,
};
use crate::time::Timestamp;

/// Finds the authorization server of a protected resource ([`discover_resource`]).
///
/// # Errors
/// [`AcquireError::WrongAuthority`] if an answer cannot be trusted or there are no metadata, and those of the network.
pub async fn find_resource(http: &dyn Http, search: &ResourceDiscovery<'_>) -> Result<ResourceMetadata, AcquireError> {
    discover_resource(http, search).await.map_err(AcquireError::from_request)
}

/// Registers a client at an authorization server (RFC 7591).
///
/// # Errors
/// [`AcquireError::Denied`] if the server refuses, and those of the network.
pub async fn register_client(
    http: &dyn Http,
    message: &RegistrationRequest<'_>,
) -> Result<RegisteredClient, AcquireError> {
    let request = message.request().map_err(AcquireError::from_request)?;
    let response = http.send(&request).await;
    // The response has no time that depends on its receipt.
    message.response(&request, response, Timestamp(0)).map_err(AcquireError::from_request)
}
