//! `tokcache cache`: look after the cache file.

use clap::{Args, Subcommand};
use tokcache::acquire;
use tokcache::store::CacheStore as _;

use super::args::Settings;
use super::context::Context;
use super::passphrase::Asking;
use super::{Exit, Failure, encryption};
use crate::output::{self, plain, tell};

#[derive(Args, Debug)]
pub(super) struct Input {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print where the cache is
    Path,
    /// Read the whole cache and report what cannot be understood
    Check,
    /// Encrypt a plain cache with the key of --encrypt
    Encrypt,
    /// Make an encrypted cache plain again
    Decrypt,
    /// Encrypt the cache with another key, of --encrypt or of where the old one is
    Rekey(encryption::Rekey),
}

pub(super) fn run(settings: &Settings, input: Input) -> Result<(), Failure> {
    let asking = match &input.action {
        Action::Path => Asking::never(),
        Action::Rekey(rekey) => Asking { allowed: true, new_passphrase_file: rekey.new_passphrase_file.clone() },
        Action::Check | Action::Decrypt | Action::Encrypt => Asking::allowed(),
    };
    let context = Context::new(settings, false, asking)?;
    match input.action {
        Action::Path => path(&context),
        Action::Check => check(&context),
        Action::Encrypt => encryption::encrypt(&context),
        Action::Decrypt => encryption::decrypt(&context),
        Action::Rekey(input) => encryption::rekey(&context, &input),
    }
}

fn path(context: &Context) -> Result<(), Failure> {
    let store = context.store.describe();
    let place = store.path.map_or(store.url, |path| path.display().to_string());
    Ok(output::answer(format!("{place}\n").as_bytes())?)
}

fn check(context: &Context) -> Result<(), Failure> {
    let store = context.store.describe();
    let cache = acquire::read(&context.store).map_err(|error| context.store_failure(error))?;
    let unreadable = cache.unreadable();
    for entry in &unreadable {
        tell(plain(&format!("{} {}: {}", entry.section, entry.key, entry.reason)));
    }
    if let Some(holder) = &store.lock_holder {
        tell(format_args!("the cache lock is held by {}", plain(&holder.to_string())));
    }
    if !unreadable.is_empty() {
        let message =
            format!("{} entries of {} cannot be understood; they are kept as they are", unreadable.len(), store.url);
        return Err(Failure::new(Exit::Store, message).try_command("tokcache list"));
    }
    let report = format!(
        "{}: whole; accounts {}, access tokens {}, refresh tokens {}\n",
        plain(&store.url),
        cache.accounts(None).len(),
        cache.access_tokens().len(),
        cache.refresh_tokens().len(),
    );
    Ok(output::answer(report.as_bytes())?)
}
