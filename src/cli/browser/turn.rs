//! One pending sign-in through the browser for each profile of a machine. A second one waits for the first.

use std::time::{Duration, Instant};

use pollster::FutureExt as _;
use tokcache_core::acquire::{PublicClient, SignInRequest, SilentRequest};
use tokcache_core::secret::AccessToken;
use tokcache_core::store::{Lease, LeaseWait, StoreError, Turn as Attempt};

use super::LONGEST_SIGN_IN;
use crate::cli::Failure;
use crate::cli::context::Context;
use crate::output::{plain, tell};

/// How often the lease is renewed, where it has a time to live.
const RENEW_EVERY: Duration = Duration::from_secs(20);

/// The right to open the browser.
pub(super) struct Turn {
    lease: Box<dyn Lease>,
    renewed: Instant,
}

impl Turn {
    /// Waits until no other process signs in with this profile. `None`: another one has, meanwhile.
    pub(super) fn wait(
        context: &Context,
        client: &PublicClient<'_>,
        request: &SignInRequest,
    ) -> Result<Option<Turn>, Failure> {
        let registration = &client.registration;
        let (authority, client_id) = (registration.authority.url(), &registration.client_id);
        let name = format!("sign-in {authority} {client_id} {}", context.profile_name);
        let before = cached(client, request);
        let attempt = client.store.lease(&client.partition, &name, client.lease_time);
        let mut wait = LeaseWait::new(attempt?, LONGEST_SIGN_IN, client.clock);
        let mut has_waited = false;
        let lease = loop {
            match wait.next().block_on() {
                Ok(Attempt::Held(lease)) => break lease,
                Ok(Attempt::Taken(_)) if has_waited => {}
                Ok(Attempt::Taken(holder)) => {
                    has_waited = true;
                    let holder = plain(&holder.to_string());
                    tell(format_args!("{holder} is signing in with this profile in the browser; waiting for it"));
                }
                Err(error) => return Err(Failure::from(error)),
            }
        };
        if has_waited && cached(client, request).is_some_and(|token| before.as_ref() != Some(&token)) {
            lease.release().block_on();
            return Ok(None);
        }
        Ok(Some(Turn { lease, renewed: Instant::now() }))
    }

    /// Keeps the right. If it is lost, another process opens a browser too, which does no harm.
    pub(super) fn keep(&mut self) -> Result<(), StoreError> {
        if self.lease.is_renewed() && self.renewed.elapsed() >= RENEW_EVERY {
            self.renewed = Instant::now();
            return self.lease.renew().block_on();
        }
        Ok(())
    }

    pub(super) fn end(self) {
        self.lease.release().block_on();
    }
}

/// Returns the cached token that the sign-in would replace.
fn cached(client: &PublicClient<'_>, request: &SignInRequest) -> Option<AccessToken> {
    let request = SilentRequest {
        scopes: request.scopes.clone(),
        account: request.account.clone(),
        offline: true,
        parameters: request.parameters.clone(),
        ..SilentRequest::default()
    };
    client.acquire_token_silent(&request).block_on().ok().map(|result| result.access_token)
}
