//! Prints whether the per-user file has a token for a program that has signed in before: `cached_token AUTHORITY
//! CACHE`.
#![allow(clippy::print_stdout, reason = "this program talks to a person")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, PublicClient, Registration, SilentRequest};
use tokcache_core::oauth::Authority;
use tokcache_core::time::SystemClock;
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_file::FileStore;
use tokcache_http::{Network, NetworkOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (authority, cache) = arguments.next().zip(arguments.next()).ok_or("usage: cached_token AUTHORITY CACHE")?;

    let clock = Arc::new(SystemClock::new());
    let store = FileStore::new(cache.as_ref(), Duration::from_secs(60), clock.clone());
    let network = Network::new(NetworkOptions::default());
    let registration = Registration::new(Authority::parse(&authority, None)?, ClientId::new("kiosk"));
    let client = PublicClient::new(registration, &store, &network, &*clock);

    let request = SilentRequest { scopes: ScopeSet::parse("notes.read"), ..SilentRequest::default() };
    match client.acquire_token_silent(&request).block_on() {
        Ok(token) => {
            let expires = token.expires_on.rfc3339();
            // A token is a secret, so it must be read with `expose`.
            println!("a token of {} characters, valid until {expires}", token.access_token.expose().len());
            Ok(())
        }
        Err(AcquireError::InteractionRequired(_)) => Err("nobody is signed in".into()),
        Err(error) => Err(error.into()),
    }
}
