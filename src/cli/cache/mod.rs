//! `tokcache cache`: inspect, repair and encrypt the cache.

mod check_users;
mod copy;
mod encrypt_users;
mod encryption;
mod password;

use clap::{Args, Subcommand};
use serde_json::json;
use tokcache_core::store::{Description, StoreError};
use tokcache_file::Repair;
use tokcache_file::platform::{self, Distrust};

use super::context::Context;
use super::failure::hint::set_aside;
use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use super::{Exit, Failure, profiles};
use crate::output::{self, AnswerFormat, command_line, plain, tell};

#[derive(Args, Debug)]
pub(super) struct Input {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print where the cache is
    Path {
        /// The output format
        #[arg(short, long, value_enum, default_value_t)]
        output: AnswerFormat,
    },
    /// Check the whole cache, and report what is damaged
    Check {
        /// Save the intact entries of a damaged cache, and leave the damaged file beside it
        #[arg(long)]
        repair: bool,
        /// The output format
        #[arg(short, long, value_enum, default_value_t)]
        output: AnswerFormat,
    },
    /// Copy the tokens to another store; the same command continues a copy that was interrupted
    Copy(copy::Input),
    /// Save the password of a shared store's server in the keyring, for a URL with ?password-from=keyring
    ///
    /// The password is asked for on a terminal, or read from the standard input.
    Password(password::Input),
    /// Encrypt a plain cache with the key that --encrypt names
    Encrypt,
    /// Remove the encryption of the cache
    Decrypt,
    /// Change the key of the cache: to the one that --encrypt names, or to a new one in the same place
    Rekey(encryption::Rekey),
}

pub(super) fn run(settings: &Settings, input: Input) -> Result<(), Failure> {
    let asking = match &input.action {
        // No store is opened: its password is not there yet.
        Action::Password(input) => return password::run(settings, input),
        Action::Path { .. } => PromptPolicy::never(),
        Action::Rekey(rekey) => PromptPolicy { allowed: true, new_passphrase_file: rekey.new_passphrase_file.clone() },
        Action::Check { .. } | Action::Copy(_) | Action::Decrypt | Action::Encrypt => PromptPolicy::allowed(),
    };
    let context = Context::new(settings, asking)?;
    match input.action {
        Action::Path { output } => path(&context, output),
        Action::Check { repair, output } => {
            if repair {
                self::repair(&context)?;
            }
            check(&context, output)
        }
        Action::Copy(input) => copy::run(&context, &input),
        Action::Password(_) => Ok(()), // Done above.
        Action::Encrypt => match context.store.shared() {
            Some(shared) => encrypt_users::run(&context, shared),
            None => encryption::encrypt(&context),
        },
        Action::Decrypt => encryption::decrypt(&context),
        Action::Rekey(input) => encryption::rekey(&context, &input),
    }
}

fn path(context: &Context, format: AnswerFormat) -> Result<(), Failure> {
    let store = context.store.describe();
    if format == AnswerFormat::Json {
        return Ok(output::answer_json(&json!({ "path": store.path, "store": store.url }))?);
    }
    let place = store.path.map_or(store.url, |path| path.display().to_string());
    Ok(output::answer(format!("{place}\n").as_bytes())?)
}

/// Repairs without confirmation: the user typed `--repair`, and the damaged file is kept.
fn repair(context: &Context) -> Result<(), Failure> {
    let repaired = tokcache_file::repair(context.store.local("--repair")?).map_err(beyond)?;
    let Some(Repair { kept, salvage }) = repaired else { return Ok(()) };
    for key in &salvage.lost {
        tell(format_args!("lost: {}", plain(key)));
    }
    if salvage.lost_bytes > 0 {
        tell(format_args!("lost: {} bytes that belong to no intact entry", salvage.lost_bytes));
    }
    let kept = kept.display().to_string();
    tell(format_args!(
        "the damaged cache is now {}; it may contain tokens, so delete it when you no longer need it",
        plain(&kept)
    ));
    Ok(())
}

/// Maps the error of a file that is not a cache at all. The file may be valuable, so the advice is to move it away.
fn beyond(error: StoreError) -> Failure {
    let StoreError::Damaged { path, .. } = error else { return error.into() };
    let path = path.display().to_string();
    Failure::new(Exit::Store, format!("{path} is not a token cache; it was not changed")).try_shell(set_aside(&path))
}

/// Warns that other users can replace the cache or the profiles, and prints the command that fixes the permissions.
fn warn_weak(what: &str, weak: &Distrust) {
    let remedy =
        weak.remedy.as_ref().map(|words| format!("; to repair it: {}", command_line(words))).unwrap_or_default();
    let path = weak.path.display();
    tell(plain(&format!("warning: another user could replace {what} through {path}: {}{remedy}", weak.why)));
}

fn warn_exposed(store: &Description) {
    for path in &store.exposed {
        tell(format_args!("warning: other users have access to {}", plain(&path.display().to_string())));
    }
}

fn check(context: &Context, format: AnswerFormat) -> Result<(), Failure> {
    let store = context.store.describe();
    let profiles = profiles::folder()?.map(|folder| ("the profiles", folder));
    for (what, place) in store.path.clone().map(|path| ("the cache", path)).into_iter().chain(profiles) {
        let weak = platform::weak_places(&place);
        weak.iter().filter(|weak| !store.exposed.contains(&weak.path)).for_each(|weak| warn_weak(what, weak));
    }
    if let Some(shared) = context.store.shared() {
        warn_exposed(&store);
        return check_users::check(context, shared, format);
    }
    let cache = context.store.load()?;
    let unreadable = cache.unreadable();
    for entry in &unreadable {
        tell(plain(&format!("{} {}: {}", entry.section, entry.key, entry.reason)));
    }
    if let Some(holder) = &store.lock_holder {
        tell(format_args!("the cache lock is held by {}", plain(&holder.to_string())));
    }
    warn_exposed(&store);
    if !unreadable.is_empty() {
        let message = format!("unreadable entries in {}: {}; they were not changed", store.url, unreadable.len());
        return Err(Failure::new(Exit::Store, message).try_tokcache(["list"]));
    }
    let counts = [cache.accounts(None).len(), cache.access_tokens().len(), cache.refresh_tokens().len()];
    let absence = if counts == [0; 3] { context.absence()? } else { None };
    let verdict = if absence.is_some() { "empty" } else { "intact" };
    if let Some(absence) = absence {
        tell(absence);
    }
    let [accounts, access_tokens, refresh_tokens] = counts;
    if format == AnswerFormat::Json {
        let report = json!({
            "store": store.url,
            "accounts": accounts,
            "access_tokens": access_tokens,
            "refresh_tokens": refresh_tokens,
        });
        return Ok(output::answer_json(&report)?);
    }
    let report = format!(
        "{}: {verdict}; accounts {accounts}, access tokens {access_tokens}, refresh tokens {refresh_tokens}\n",
        plain(&store.url),
    );
    Ok(output::answer(report.as_bytes())?)
}
