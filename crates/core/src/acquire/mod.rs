//! Decides which token to serve, when to refresh and what to save.
//!
//! - [`PublicClient`]: a command or an app on a person's machine. It signs people in.
//! - [`ConfidentialClient`]: a web app, a web API or a daemon, with one cache per user.
//! - [`ClientApplication`]: the client behind both. [`acquire_token_silent`](ClientApplication::acquire_token_silent)
//!   serves the cached token, or refreshes it by one request however many processes ask;
//!   [`sign_out`](ClientApplication::sign_out) forgets and revokes; [`explain`](ClientApplication::explain) says what
//!   `acquire_token_silent` would do, and why.
//!
//! Each flow has a file of its own, in `flows`. A flow without a refresh token implements `TokenRequest`, which
//! `flows/token_request.rs` sends: it serves the cached token, or sends one request however many processes ask.
//!
//! Nothing here prints, reads the environment or knows a store: an [`Observer`] receives events, and the network, the clock
//! and the store are arguments.

mod cached;
mod client;
mod confidential_client;
mod error;
mod explain;
mod flows;
mod grant;
mod granted;
mod observer;
mod public_client;
mod request;
mod resource;
mod result;
mod sign_out;
mod silent;

pub use cached::{Retention, load, update_cache};
pub use client::application::ClientApplication;
pub use client::credential::{Credential, CredentialContext, NoCredential};
pub use client::provider_metadata::ProviderMetadata;
pub use client::registration::Registration;
pub use confidential_client::ConfidentialClient;
pub use error::{AcquireError, ErrorKind, InteractionRequired, SignInGrant};
pub use explain::{Considered, Decision, Explanation};
pub use flows::authorization_code::AuthorizationCodeSignIn;
pub use flows::identity_assertion::{IDENTITY, IdentityProvider};
pub use flows::sign_in::{SignInRequest, SignedIn};
pub use observer::{NoopObserver, Observer, RotatedToken};
pub use public_client::PublicClient;
pub use request::SilentRequest;
pub use resource::{find_resource, register_client};
pub use result::{AuthenticationResult, Source};
pub use sign_out::{Forgotten, Revocation, SignOutRequest, SignedOut, forget_everything};
pub use silent::recovery::hold_refreshes;
