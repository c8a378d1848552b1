//! The protocols: they build requests and parse responses, without knowledge of a cache, a store or a terminal.
//!
//! A [`Message`] builds a [`Request`] and parses the [`Response`]. Both are values, so any transport can be used.
//! [`Client`] sends them over an [`Http`]. A form field or header is secret or public by its type ([`FieldValue`]); a
//! secret is never printed, and never appears in an error.
//!
//! This is our own implementation, because general OAuth libraries lack members of Microsoft's error answers
//! (`suberror`, `claims`, `error_codes`) and tolerance for numbers as strings and for absent members.

mod authentication;
mod authority;
mod authorization;
mod authorization_code;
mod authorization_response;
mod capabilities;
mod challenge;
mod claims;
mod client;
mod client_credentials;
mod device;
mod discovery;
mod end_session;
mod endpoint;
mod entra_error;
mod error;
mod field;
mod form;
mod form_response;
mod http;
mod identity;
mod issuer;
mod json;
mod jwks;
mod jwt;
mod jwt_bearer;
mod managed_identity;
mod message;
mod metadata;
#[cfg(test)]
mod mock_http;
mod on_behalf_of;
mod pending_authorization;
mod pkce;
mod polling;
mod pushed_authorization;
mod reach;
mod redaction;
mod refresh;
mod request;
mod resource;
mod revocation;
#[cfg(test)]
mod secrecy;
mod token;
mod token_error;
mod token_exchange;
pub mod url;

pub use authentication::ClientAuthentication;
pub use authority::{Authority, AuthorityKind};
pub use authorization::{AuthorizationRequest, ResponseMode};
pub use authorization_code::AuthorizationCodeRequest;
pub use authorization_response::{AuthorizationError, AuthorizationErrorResponse, AuthorizationResponse};
pub use challenge::{Challenge, ChallengeError};
pub(crate) use claims::jwt_expiry;
pub use client::{Client, discover};
pub use client_credentials::ClientCredentialsRequest;
pub use device::{DEVICE_CODE_GRANT_TYPE, DeviceAuthorization, DeviceAuthorizationRequest, DeviceTokenRequest};
pub use discovery::{Discovery, MetadataRequest};
pub use end_session::EndSessionRequest;
pub use endpoint::{Endpoint, EndpointKind, Endpoints};
pub use entra_error::{EntraError, Remedy};
pub use error::RequestError;
pub use field::FieldValue;
pub use form::Form;
pub use http::{Head, Http, Response, Stage, TransportError};
pub use identity::{Identity, Person, person_of};
pub use issuer::check_issuer;
pub use jwks::JwksRequest;
pub use jwt::{
    AssertionSigner, Expectation, IdTokenError, JwkSet, SignatureAlgorithm, SigningKey, SigningKeyError,
    VerifiedClaims, assertion_audience, verify_id_token,
};
pub use jwt_bearer::JwtBearerRequest;
pub use managed_identity::{ManagedIdentityEndpoint, ManagedIdentityRequest};
pub use message::{ClientContext, Message};
pub use on_behalf_of::OnBehalfOfRequest;
pub use pending_authorization::PendingAuthorization;
pub use pkce::new_code_verifier;
pub use polling::DevicePolling;
pub use pushed_authorization::PushedAuthorizationRequest;
pub use reach::Reach;
pub use refresh::RefreshRequest;
pub use request::{Body, Method, Request};
pub use resource::{
    AuthorizationServer, RegisteredClient, RegistrationRequest, ResourceDiscovery, ResourceMetadata, ResourceUrl,
    discover_resource,
};
pub use revocation::RevocationRequest;
pub use token::TokenResponse;
pub use token_error::{ErrorCode, TokenErrorResponse};
pub use token_exchange::{ACCESS_TOKEN_TYPE, TokenExchangeRequest, TypedToken};
pub use url::AuthorityError;
