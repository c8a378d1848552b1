//! `tokcache clear --all` over a shared store: deletes the tokens of all users.

use pollster::FutureExt as _;
use tokcache_core::acquire::{Forgotten, PublicClient, Revocation, forget_everything};
use tokcache_core::store::{Partition, StoreError};

use crate::cli::context::Context;
use crate::cli::store::shared::progress::Progress;
use crate::cli::store::shared::{SharedStore, pages};
use crate::cli::{Exit, Failure};
use crate::output::{plain, tell};

/// Returns the question to ask.
///
/// # Errors
/// The store was not typed, so the user may think of another one.
pub(in crate::cli) fn question(context: &Context) -> Result<String, Failure> {
    ensure_typed(context)?;
    Ok(format!("This deletes the tokens of every user in {}.", plain(&context.store.describe().url)))
}

/// Deletes the tokens of all users, one after the other.
pub(in crate::cli) fn run(
    context: &Context,
    shared: &SharedStore,
    is_confirmed: bool,
    revoke: bool,
) -> Result<(), Failure> {
    ensure_typed(context)?;
    if !is_confirmed {
        tell("nothing was changed");
        return Ok(());
    }
    // Without a client, there is no server at which tokens could be revoked.
    let client = context.registration().ok().map(|registration| context.client(registration));
    let mut clearing = Clearing { shared, client, revoke, left: 0, failed: None };
    let mut progress = Progress::new(context.clock.clone(), "deleted");
    progress.expect_all_of(shared.contract());
    let outcome = clearing.all(&mut progress);
    let users = progress.end();
    context.remember_moved();
    outcome.map_err(|error| Failure::from(error).saying_more(&format!("; deleted before: {users}")))?;
    tell(format_args!("Deleted in {}: {users}.", plain(&context.store.describe().url)));
    if let Some(error) = clearing.failed {
        let error = plain(&error);
        tell(format_args!(
            "warning: the server did not revoke all refresh tokens, which work until they expire: {error}"
        ));
    } else if revoke && clearing.left > 0 {
        tell("warning: the refresh tokens of other clients and authorities were deleted, but not revoked");
    }
    Ok(())
}

/// Scripts clear the cache of one machine with `--all --yes`. A variable or a profile must not turn that into the end of
/// every sign-in.
fn ensure_typed(context: &Context) -> Result<(), Failure> {
    let settings = &context.settings;
    if settings.store.is_some() && !settings.variables.contains(&"TOKCACHE_STORE") {
        return Ok(());
    }
    let url = context.store.describe().url;
    let message = format!("--all would delete the tokens of every user in {url}: name this store with --store");
    Err(Failure::new(Exit::Usage, message).try_with("--store", url))
}

struct Clearing<'c> {
    shared: &'c SharedStore,
    client: Option<PublicClient<'c>>,
    revoke: bool,
    /// The number of refresh tokens that no known server could revoke.
    left: usize,
    /// The last failure of a revocation.
    failed: Option<String>,
}

impl Clearing<'_> {
    fn all(&mut self, progress: &mut Progress) -> Result<(), StoreError> {
        for page in pages(self.shared.contract()) {
            for partition in &page? {
                match self.one(partition) {
                    Err(StoreError::Damaged { .. }) => self.shared.contract().remove(partition).block_on()?,
                    cleared => cleared?,
                }
                progress.step();
            }
        }
        Ok(())
    }

    fn one(&mut self, partition: &Partition) -> Result<(), StoreError> {
        let Some(client) = &mut self.client else {
            self.left += forget_everything(self.shared.contract(), partition).block_on()?.len();
            return Ok(());
        };
        client.partition = partition.clone();
        // A server that is down would let each user wait.
        let revoke = self.revoke && self.failed.is_none();
        let Forgotten { revocation, not_revoked } = client.forget_everything(revoke).block_on()?;
        self.left += not_revoked;
        match revocation {
            Revocation::Failed { error, .. } => self.failed = Some(error.to_string()),
            Revocation::Unsupported => self.left += 1,
            Revocation::Done | Revocation::NothingToRevoke | Revocation::NotWanted => {}
        }
        Ok(())
    }
}
