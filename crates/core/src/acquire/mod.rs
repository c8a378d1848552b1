//! Decides which token to serve, when to refresh and what to save.
//!
//! - [`PublicClient`]: a command or an app on a person's machine. It signs people in.
//! - [`ConfidentialClient`]: a web app, a web API or a daemon, with one cache per user.
//! - [`ClientApplication`]: the client behind both. [`acquire_token_silent`](ClientApplication::acquire_token_silent)
//!   serves the cached token, or refreshes it by one request however many processes ask;
//!   [`sign_out`](ClientApplication::sign_out) forgets and revokes; [`explain`](ClientApplication::explain) says what
//!   `acquire_token_silent` would do, and why.
//!
//! Each flow has a file of its own. A flow without a refresh token implements `Exchange`, which `exchange` runs: it serves
//! the cached token, or sends one request however many processes ask. Nothing here prints, reads the environment or knows a store: an [`Observer`] receives
//! events, and the network, the clock and the store are arguments.

mod account;
mod application;
mod authorization_code;
mod cached;
mod client_credentials;
mod confidential_client;
mod credential;
mod device_code;
mod endpoints;
mod error;
mod error_text;
mod exchange;
mod explain;
mod grant;
mod granted;
mod identity_assertion;
mod managed_identity;
mod observer;
mod on_behalf_of;
mod outage;
mod persist;
mod plan;
mod provider_metadata;
mod public_client;
mod recovery;
mod redeem;
mod refresh;
mod refusal;
mod registration;
mod request;
mod resource;
mod result;
mod retry;
mod sign_in;
mod sign_out;
mod silent;
mod since;
mod verify_saved;
mod waiting;

pub use application::ClientApplication;
pub use authorization_code::AuthorizationCodeSignIn;
pub use cached::{Retention, load, update_cache};
pub use confidential_client::ConfidentialClient;
pub use credential::{Credential, CredentialContext, NoCredential};
pub use error::{AcquireError, ErrorKind, InteractionRequired, SignInGrant};
pub use explain::{Considered, Decision, Explanation};
pub use identity_assertion::{IDENTITY, IdentityProvider};
pub use observer::{NoopObserver, Observer, RotatedToken};
pub use provider_metadata::ProviderMetadata;
pub use public_client::PublicClient;
pub use recovery::hold_refreshes;
pub use registration::Registration;
pub use request::SilentRequest;
pub use resource::{find_resource, register_client};
pub use result::{AuthenticationResult, Source};
pub use sign_in::{SignInRequest, SignedIn};
pub use sign_out::{Forgotten, Revocation, SignOutRequest, SignedOut, forget_everything};
