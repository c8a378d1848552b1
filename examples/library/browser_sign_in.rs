//! Signs in through the browser of this machine (RFC 8252): `browser_sign_in AUTHORITY CACHE`.
#![allow(clippy::print_stdout, reason = "this program talks to a person")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, AuthorizationCodeSignIn, PublicClient, Registration, SignInRequest};
use tokcache_core::oauth::{Authority, AuthorizationError};
use tokcache_core::time::SystemClock;
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_file::FileStore;
use tokcache_http::{LoopbackListener, Network, NetworkOptions, Page};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (authority, cache) = arguments.next().zip(arguments.next()).ok_or("usage: browser_sign_in AUTHORITY CACHE")?;

    let clock = Arc::new(SystemClock::new());
    let store = FileStore::new(cache.as_ref(), Duration::from_secs(60), clock.clone());
    let network = Network::new(NetworkOptions::default());
    let registration = Registration::new(Authority::parse(&authority, None)?, ClientId::new("desktop-app"));
    let client = PublicClient::new(registration, &store, &network, &*clock);

    // Without a port, the listener takes a free one.
    let listener = LoopbackListener::bind("http://127.0.0.1/callback")?;
    let request = AuthorizationCodeSignIn {
        redirect_uri: listener.redirect_uri().to_owned(),
        scopes: ScopeSet::parse("notes.read"),
        ..AuthorizationCodeSignIn::default()
    };
    let pending = client.begin_sign_in(&request).block_on()?;
    println!("Open this page:\n{}", pending.url);

    loop {
        let callback = listener.next(Duration::from_secs(300)).ok_or("nobody has signed in")?;
        let outcome = client.finish_sign_in(&pending, callback.parameters(), SignInRequest::default()).block_on();
        match outcome {
            Ok(signed_in) => {
                callback.respond(&Page { status: 200, html: "<!doctype html><p>You are signed in." });
                println!("{} has signed in", signed_in.account.username);
                return Ok(());
            }
            // Any program can send a request to the redirect URI. The response of the provider may still come.
            Err(AcquireError::AuthorizationResponse(error)) if !matches!(error, AuthorizationError::Refused(_)) => {
                callback.refuse("<!doctype html><p>This is not the awaited response.".to_owned());
            }
            Err(error) => {
                callback.respond(&Page { status: 400, html: "<!doctype html><p>You are not signed in." });
                return Err(error.into());
            }
        }
    }
}
