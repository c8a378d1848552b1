//! `tokcache cache encrypt|decrypt|rekey`: converts the cache between plain and encrypted, and from key to key.
//!
//! The profile records how the cache is encrypted, so that a replaced cache is noticed. During a conversion the profile
//! allows the old and the new state; it drops the old one only after the cache has changed.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use pollster::FutureExt as _;
use tokcache_core::acquire::hold_refreshes;
use tokcache_core::cache::TokenCache;
use tokcache_core::store::{Partition, StoreError};
use tokcache_file::{Conversion, Encryption, EncryptionError, KeyError, KeySource, Preparation};

use crate::cli::context::Context;
use crate::cli::profiles::promise::NOT_AT_ALL;
use crate::cli::profiles::{self, Changing, Converting, Profile};
use crate::cli::settings::values::path;
use crate::cli::{Exit, Failure};
use crate::output::{plain, tell};

#[derive(Args, Debug)]
pub(super) struct Rekey {
    /// Accept a cache that was moved: bind it to its new path
    #[arg(long)]
    moved: bool,

    /// Read the new passphrase from this file instead of asking for it
    #[arg(long, value_name = "PATH", value_parser = OsStringValueParser::new().try_map(path))]
    pub(in crate::cli) new_passphrase_file: Option<PathBuf>,
}

pub(in crate::cli) fn encrypt(context: &Context) -> Result<(), Failure> {
    let Encryption::By(source) = &context.encryption else { return Err(no_key_named("encrypt")) };
    let is_whole = |bytes: &[u8]| TokenCache::deserialize(bytes).is_ok();
    let prepared = context.store.local("`cache encrypt`")?.prepare_encrypt(source, &is_whole)?;
    let done = converted(context, prepared, Promise::Of(source.clone()))?;
    if done == Conversion::Absent {
        let login = ["login".to_owned(), "--encrypt".to_owned(), source.to_string()];
        return Err(Failure::new(Exit::Store, "there is no cache to encrypt yet").try_tokcache(login));
    }
    let source = plain(&source.to_string());
    if done == Conversion::Already {
        tell(format_args!("The cache is encrypted already: {source}."));
    } else {
        tell(format_args!("The cache is encrypted: {source}."));
        tell("Programs built on MSAL can no longer read it. Old copies and backups are still in plain text.");
    }
    Ok(())
}

pub(in crate::cli) fn decrypt(context: &Context) -> Result<(), Failure> {
    match converted(context, context.store.local("`cache decrypt`")?.prepare_decrypt()?, Promise::None)? {
        Conversion::Absent => tell("There is no cache."),
        Conversion::Already => tell("The cache was not encrypted."),
        Conversion::Done { before, kept } => {
            tell("The cache is no longer encrypted: its tokens are in plain text.");
            of_the_old_key(before.as_ref(), kept);
        }
    }
    Ok(())
}

pub(in crate::cli) fn rekey(context: &Context, input: &Rekey) -> Result<(), Failure> {
    let source = match &context.encryption {
        Encryption::AsItIs => None,
        Encryption::By(source) => Some(source),
        Encryption::None => return Err(no_key_named("rekey")),
    };
    let prepared = context.store.local("`cache rekey`")?.prepare_rekey(source, input.moved);
    // The variable's passphrase has opened the cache, so it cannot be the new one.
    let new_passphrase = |error: &StoreError| {
        matches!(error.backend(), Some(EncryptionError::NewKey { source: KeySource::Passphrase, error })
            if !matches!(error, KeyError::PassphrasesDiffer))
    };
    let lacks_passphrase = prepared.as_ref().is_err_and(new_passphrase);
    let prepared = prepared.map_err(Failure::from).map_err(|failure| {
        if lacks_passphrase { failure.try_with("--new-passphrase-file", "PATH") } else { failure }
    })?;
    let done = converted(context, prepared, source.cloned().map_or(Promise::AsItIs, Promise::IfAny))?;
    let Conversion::Done { before, kept } = done else {
        // A key that the user named is added to the command anyway.
        let words = ["cache", "encrypt", "--encrypt", "keyring"];
        let words = if source.is_some() { &words[..2] } else { &words };
        return Err(Failure::new(Exit::Store, "there is no encrypted cache").try_tokcache(words.iter().copied()));
    };
    let source = source.or(before.as_ref());
    if matches!(source, Some(KeySource::KeyFile(_) | KeySource::Credential)) && source == before.as_ref() {
        tell("The cache is now bound to this path, with the same key.");
    } else {
        tell("The cache is now encrypted with another key.");
        of_the_old_key(before.as_ref(), kept);
    }
    Ok(())
}

/// How the profile's record changes after the conversion.
enum Promise {
    /// Stays as it is.
    AsItIs,
    /// Becomes this key, if the profile records a key now.
    IfAny(KeySource),
    Of(KeySource),
    None,
}

impl Promise {
    fn after(&self, now: Option<String>) -> Option<String> {
        match self {
            Promise::AsItIs => now,
            Promise::IfAny(source) => now.map(|_| source.to_string()),
            Promise::Of(source) => Some(source.to_string()),
            Promise::None => None,
        }
    }
}

/// Converts the cache while no other process refreshes, and updates the profile. Meanwhile the profile allows the old
/// and the new state, so that its record is true even if the process is killed.
fn converted(context: &Context, prepared: Preparation<'_>, promise: Promise) -> Result<Conversion, Failure> {
    let nothing_to_do = matches!(prepared.outcome(), Some(Conversion::Absent));
    let patience = context.settings.lock_timeout();
    let refreshes = if prepared.outcome().is_none() {
        Some(hold_refreshes(context.store.contract(), &Partition::whole(), patience, &context.observer).block_on()?)
    } else {
        None
    };
    let changing = if nothing_to_do { None } else { begin(context, &promise)? };
    let done = prepared.commit();
    if let Some(changing) = changing
        && let Err(failure) = changing.end(&context.profile_name, context.store.local("this")?)
    {
        // A warning is enough: the next command updates the profile.
        tell(format_args!(
            "warning: the profile {:?} is not changed yet: {}",
            context.profile_name,
            plain(failure.message())
        ));
    }
    drop(refreshes);
    Ok(done?)
}

/// Records the upcoming change in the profile, if there is one. Returns `None` if the record is the same before and
/// after.
fn begin(context: &Context, promise: &Promise) -> Result<Option<Changing>, Failure> {
    let is_settled =
        |profile: &Profile| profile.converting.is_none() && promise.after(profile.encrypt.clone()) == profile.encrypt;
    let name = &context.profile_name;
    if profiles::load_saved(name)?.is_none_or(|profile| is_settled(&profile)) {
        return Ok(None);
    }
    let changing = Changing::begin(context.settings.lock_timeout())?;
    let Some(profile) = profiles::load_saved(name)?.filter(|profile| !is_settled(profile)) else { return Ok(None) };
    let to = promise.after(profile.encrypt.clone()).unwrap_or_else(|| NOT_AT_ALL.to_owned());
    let converting = Some(Converting { store: context.store.describe().url, to });
    changing.save(name, &Profile { converting, ..profile })?;
    Ok(Some(changing))
}

fn of_the_old_key(before: Option<&KeySource>, kept: Option<String>) {
    if let Some(why) = kept {
        tell(format_args!("warning: the old key could not be removed: {}", plain(&why)));
    }
    if let Some(KeySource::KeyFile(path)) = before {
        tell(format_args!("This cache no longer needs {}.", plain(&path.display().to_string())));
    }
}

pub(super) fn no_key_named(command: &str) -> Failure {
    Failure::new(Exit::Usage, "--encrypt must name a key for the cache").try_tokcache([
        "cache",
        command,
        "--encrypt",
        "keyring",
    ])
}
