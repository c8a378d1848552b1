//! The way from a protected resource, known by its URL alone, to its authorization server and a client there: protected
//! resource metadata (RFC 9728), authorization server metadata (RFC 8414) and dynamic client registration (RFC 7591), as
//! the Model Context Protocol profiles them.
//!
//! A protected resource may be hostile. Each of its answers is limited: a redirect stays within the origin, the metadata
//! describe this very resource, and a public host cannot point to a private or a loopback address ([`Reach`](super::Reach)).

mod authorization_server;
mod discovery;
mod document;
mod metadata;
mod registration;
mod resource_url;

pub use authorization_server::AuthorizationServer;
pub use discovery::{ResourceDiscovery, ResourceMetadata, discover_resource};
pub use registration::{RegisteredClient, RegistrationRequest};
pub use resource_url::ResourceUrl;
