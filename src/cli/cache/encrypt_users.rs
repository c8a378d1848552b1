//! `tokcache cache encrypt` over a shared store: encrypts the cache of every user with the current key.

use pollster::FutureExt as _;
use tokcache_core::acquire::Retention;
use tokcache_core::store::{EncryptedStore, Reencrypted, StoreError};
use tokcache_core::time::Clock as _;

use super::encryption::no_key_named;
use crate::cli::Failure;
use crate::cli::context::{Context, IDLE_TIME};
use crate::cli::store::shared::progress::Progress;
use crate::cli::store::shared::{SharedStore, pages};
use crate::output::{command_line, plain, tell};

/// Encrypts all caches that are plain or encrypted with an earlier key.
pub(in crate::cli) fn run(context: &Context, shared: &SharedStore) -> Result<(), Failure> {
    let (Some(store), Some(key)) = (shared.converting(), shared.encrypted_by()) else {
        return Err(no_key_named("encrypt"));
    };
    let mut progress = Progress::new(context.clock.clone(), "encrypted");
    progress.expect_all_of(&store);
    let outcome = encrypt_all(context, &store, &mut progress);
    let users = progress.end();
    let already = outcome.map_err(|error| Failure::from(error).saying_more("; the same command goes on"))?;
    tell(plain(&format!("Encrypted with {key}: {users}; already encrypted with it: {already}.")));
    let words = ["tokcache", "profile", "set", &context.profile_name, "--encrypt", &key.to_string()];
    tell(plain(&format!("Every program that uses this store needs the key now: `{}`.", command_line(words))));
    Ok(())
}

/// Returns the number of caches that did not have to be changed.
fn encrypt_all(context: &Context, store: &EncryptedStore, progress: &mut Progress) -> Result<usize, StoreError> {
    let mut already = 0;
    for page in pages(store) {
        for partition in &page? {
            let retention = Retention { idle_time: IDLE_TIME, now: context.clock.now() };
            match store.reencrypt(partition, |document| retention.keep_until(document)).block_on()? {
                Reencrypted::Done => progress.step(),
                Reencrypted::Already => already += 1,
                Reencrypted::Absent => {}
            }
        }
    }
    Ok(already)
}
