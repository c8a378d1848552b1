//! Policy: which token, when to refresh, what to remember.
//!
//! Everything starts at a [`PublicClient`]:
//!
//! - [`PublicClient::sign_in_by_device_code`] asks a person, once;
//! - [`PublicClient::acquire_token_silent`] asks nobody: the cache, else one refresh however many processes ask;
//! - [`PublicClient::sign_out`] forgets and revokes;
//! - [`PublicClient::explain`] tells what `acquire_token_silent` would do, and why.
//!
//! Nothing here prints, reads the environment or knows which store it works on: people are told through an
//! [`Observer`], and the network, the clock and the store are arguments.

mod account;
mod cached;
mod client;
mod endpoints;
mod error;
mod error_text;
mod explain;
mod grant;
mod granted;
mod observer;
mod outage;
mod persist;
mod plan;
mod recovery;
mod redeem;
mod refresh;
mod refusal;
mod request;
mod result;
mod retry;
mod sign_in;
mod sign_out;
mod silent;
mod since;
mod verify_saved;

pub use cached::load;
pub use client::{Credential, NoCredential, PublicClient, Registration};
pub use error::{AcquireError, ErrorKind, InteractionRequired, SignInGrant};
pub use explain::{Considered, Decision, Explanation};
pub use observer::{NoopObserver, Observer, RotatedToken};
pub use recovery::hold_refreshes;
pub use request::SilentRequest;
pub use result::{AuthenticationResult, Source};
pub use sign_in::{SignInRequest, SignedIn};
pub use sign_out::{Forgotten, Revocation, SignOutRequest, SignedOut, forget_everything};
