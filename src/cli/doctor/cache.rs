//! Checks the cache, its key and its lock.

use std::time::Duration;

use tokcache_core::cache::TokenCache;
use tokcache_core::store::{Description, Holder};
use tokcache_file::{Encryption, KeySource, LocalStore as _, platform};

use super::finding::Findings;
use crate::cli::context::Context;
use crate::cli::secrets::keys;
use crate::cli::secrets::passphrase::PromptPolicy;
use crate::cli::store::OpenStore;
use crate::cli::{Exit, Failure};
use crate::output::{about, command_line};

/// A save takes milliseconds, and a refresh at most as long as `--timeout`.
const LONGEST_LOCK: Duration = Duration::from_secs(60);

/// Checks the cache. Returns whether it can be read.
pub(super) fn check(context: &Context, findings: &mut Findings) -> bool {
    let store = context.store.describe();
    check_locks(context, &store, findings);
    let read = (|| Ok::<_, Failure>((context.absence()?, context.store.encrypted_by()?, context.store.load()?)))();
    let (absence, encrypted_by, cache) = match read {
        Ok(read) => read,
        Err(failure) => {
            findings.problem("cache", &failure);
            return false;
        }
    };
    check_entries(&store.url, &cache, findings);
    check_copies(&store, findings);
    match (absence, encrypted_by) {
        (Some(absence), _) => {
            findings.note("cache", absence, None);
            check_keyring(context, findings);
        }
        (None, Some(source)) => findings.ok("cache", format!("{}, encrypted with the key of {source}", store.url)),
        (None, None) => findings.ok("cache", format!("{}, not encrypted", store.url)),
    }
    true
}

fn check_locks(context: &Context, store: &Description, findings: &mut Findings) {
    let leases = match &context.store {
        OpenStore::Local(local) => local.lease_holders(),
        OpenStore::Shared(_) => Vec::new(),
    };
    let held = store.lock_holder.iter().map(|holder| ("the lock of the cache", holder));
    for (what, holder) in held.chain(leases.iter().map(|holder| ("the lock of a refresh", holder))) {
        let Some(age) = holder.age.filter(|age| *age > LONGEST_LOCK) else { continue };
        let age = about(i64::try_from(age.as_secs()).unwrap_or(i64::MAX));
        let failure = Failure::new(Exit::Store, format!("{what} has been held by {holder} for {age}"));
        findings.warning("cache", &look_at_process(failure, holder));
    }
}

fn look_at_process(failure: Failure, holder: &Holder) -> Failure {
    match holder.pid {
        Some(pid) => failure.try_shell(command_line(["ps", "-fp", &pid.to_string()])),
        // Another program wrote no number into its lock file. `explain` shows whether the lock is still held.
        None => failure.try_tokcache(["explain"]),
    }
}

fn check_entries(url: &str, cache: &TokenCache, findings: &mut Findings) {
    let unreadable = cache.unreadable().len();
    if unreadable > 0 {
        let failure = Failure::new(Exit::Store, format!("unreadable entries in {url}: {unreadable}"));
        findings.warning("cache", &failure.try_tokcache(["cache", "check"]));
    }
}

/// Reports the damaged caches that `cache check --repair` has kept.
fn check_copies(store: &Description, findings: &mut Findings) {
    let Some((folder, name)) = store.path.as_ref().and_then(|path| Some((path.parent()?, path.file_name()?))) else {
        return;
    };
    let prefix = format!("{}.corrupt-", name.to_string_lossy());
    let names = platform::names_in(folder).into_iter().flatten();
    for copy in names.filter(|name| name.to_string_lossy().starts_with(&prefix)) {
        let path = folder.join(copy).display().to_string();
        let message = format!("{path} is a damaged cache that was kept, and may contain tokens");
        findings.note("cache", message, Some(command_line(["rm", &path])));
    }
}

/// Checks that the keyring answers, if the first sign-in will need it.
fn check_keyring(context: &Context, findings: &mut Findings) {
    if context.encryption != Encryption::By(KeySource::Keyring) {
        return;
    }
    match tokcache_file::probe_keyring(keys::settings(PromptPolicy::never(), false, 0)) {
        Ok(()) => findings.ok("keyring", "the system's keyring answers"),
        Err(error) => {
            let failure = Failure::new(Exit::Store, error).try_with("--encrypt", "key-file:PATH");
            findings.problem("keyring", &failure);
        }
    }
}
