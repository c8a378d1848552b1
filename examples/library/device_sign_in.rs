//! Signs in by device code with a custom display of the code: `device_sign_in AUTHORITY CACHE`.
#![allow(clippy::print_stdout, reason = "this program talks to a person")]

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::acquire::{Observer, PublicClient, Registration, SignInRequest};
use tokcache_core::oauth::{Authority, DeviceAuthorization};
use tokcache_core::time::SystemClock;
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_file::FileStore;
use tokcache_http::{Network, NetworkOptions};

/// Shows the code as a kiosk would.
struct Kiosk;

impl Observer for Kiosk {
    fn device_code_issued(&self, authorization: &DeviceAuthorization) {
        println!("On your phone, open {} and type {}", authorization.verification_uri, authorization.user_code);
    }

    fn sign_in_pending(&self, left: Duration) -> ControlFlow<()> {
        // A kiosk waits until a minute before the code expires.
        if left < Duration::from_secs(60) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (authority, cache) = arguments.next().zip(arguments.next()).ok_or("usage: device_sign_in AUTHORITY CACHE")?;

    let clock = Arc::new(SystemClock::new());
    let store = FileStore::new(cache.as_ref(), Duration::from_secs(60), clock.clone());
    let network = Network::new(NetworkOptions::default());
    let registration = Registration::new(Authority::parse(&authority, None)?, ClientId::new("kiosk"));
    let mut client = PublicClient::new(registration, &store, &network, &*clock);
    client.observer = &Kiosk;

    let request = SignInRequest { scopes: ScopeSet::parse("notes.read"), ..SignInRequest::default() };
    // This program's stores and network never wait, so any executor can drive the future.
    let signed_in = client.sign_in_by_device_code(&request).block_on()?;
    println!("{} has signed in", signed_in.account.username);
    Ok(())
}
