//! One pending sign-in through the browser for each profile of a machine. A second one waits for the first.

use std::sync::Arc;

use pollster::FutureExt as _;
use tokcache_core::acquire::PublicClient;
use tokcache_core::secret::fingerprint;
use tokcache_core::store::{Lease, LeaseWait, Partition, Store as _, Turn as Attempt};
use tokcache_file::FileStore;

use super::LONGEST_SIGN_IN;
use crate::cli::context::Context;
use crate::cli::{Failure, environment};
use crate::output::{plain, tell};

/// The right to open the browser. It ends with the process.
pub(in crate::cli) struct Turn {
    lease: Box<dyn Lease>,
    /// Tells a waiting process what was signed in for.
    note: String,
}

impl Turn {
    /// Waits until no other process of this machine signs in with this profile. `None`: another one has signed in for the
    /// same request meanwhile. The request is described by any text that tells different ones apart.
    pub(in crate::cli) fn wait(
        context: &Context,
        client: &PublicClient<'_>,
        request: &str,
    ) -> Result<Option<Turn>, Failure> {
        let folder = environment::state_dir()?.ok_or_else(environment::no_home)?;
        // The locks are in the state folder: a shared store would let one browser keep other machines waiting.
        let locks = FileStore::new(&folder.join("sign_in"), LONGEST_SIGN_IN, Arc::clone(&context.clock) as _);
        let (authority, client_id) = (client.registration.authority.url(), &client.registration.client_id);
        let name = format!("sign-in {authority} {client_id} {}", context.profile_name);
        let partition = Partition::whole();
        let mut wait = LeaseWait::new(locks.lease(&partition, &name, LONGEST_SIGN_IN)?, LONGEST_SIGN_IN, client.clock);
        let mut has_waited = false;
        let lease = loop {
            match wait.next().block_on()? {
                Attempt::Held(lease) => break lease,
                Attempt::Taken(_) if has_waited => {}
                Attempt::Taken(holder) => {
                    has_waited = true;
                    let holder = plain(&holder.to_string());
                    tell(format_args!("{holder} is signing in with this profile in the browser; waiting for it"));
                }
            }
        };
        let note = fingerprint(request.as_bytes());
        if has_waited && locks.note(&partition, &name).block_on().is_some_and(|found| found == note.as_bytes()) {
            lease.release().block_on();
            return Ok(None);
        }
        // The note of a sign-in that ended before this one began says nothing about this one.
        lease.note(None).block_on();
        Ok(Some(Turn { lease, note }))
    }

    /// Ends a sign-in that has succeeded.
    pub(in crate::cli) fn succeed(self) {
        self.lease.note(Some(self.note.as_bytes())).block_on();
        self.lease.release().block_on();
    }
}
