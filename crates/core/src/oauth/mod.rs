//! The protocols: requests out, responses in. This room knows no cache, no store and no terminal.
//!
//! Making a request and understanding an answer are pure; only the crate `tokcache-http` touches the network. The
//! messages are our own: clients of the Microsoft identity platform need members of error answers (`suberror`,
//! `claims`, `error_codes`) and tolerance (numbers as strings, absent members) that general OAuth libraries drop.

mod authority;
mod client;
mod device;
mod discovery;
mod endpoint;
mod entra_error;
mod error;
mod form;
mod http;
mod identity;
mod issuer;
mod members;
mod metadata;
mod pkce;
mod polling;
mod redaction;
#[cfg(test)]
mod scripted;
mod token;
mod token_error;
pub mod url;

pub use authority::{Authority, AuthorityKind};
pub use client::Client;
pub use device::{DEVICE_CODE_GRANT_TYPE, DeviceAuthorization};
pub use discovery::discover;
pub use endpoint::{Endpoint, EndpointKind, Endpoints};
pub use entra_error::{EntraError, Remedy};
pub use error::RequestError;
pub use form::encode_form;
pub use http::{Body, Http, Request, Response, Stage, TransportError};
pub use identity::{Identity, Person, person_of};
pub use issuer::check_issuer;
pub use token::TokenResponse;
pub use token_error::{ErrorCode, TokenErrorResponse};
pub use url::AuthorityError;
