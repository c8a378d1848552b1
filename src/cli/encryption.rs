//! `tokcache cache encrypt|decrypt|rekey`: the cache from plain to encrypted, back, and from key to key.
//!
//! What the profile promises is changed so that at every moment it fits the cache: taken back before the cache becomes
//! something else, and made after it has.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use tokcache::cache::TokenCache;
use tokcache::store::{Conversion, Encryption, KeyError, KeySource, SealError, StoreError};

use super::args::path;
use super::context::Context;
use super::profiles::{self, Profile};
use super::{Exit, Failure};
use crate::output::{plain, tell};

#[derive(Args, Debug)]
pub(super) struct Rekey {
    /// The cache was moved here on purpose: bind it to this place
    #[arg(long)]
    moved: bool,

    /// Change to the passphrase in this file, instead of asking for it
    #[arg(long, value_name = "PATH", value_parser = OsStringValueParser::new().try_map(path))]
    pub(super) new_passphrase_file: Option<PathBuf>,
}

pub(super) fn encrypt(context: &Context) -> Result<(), Failure> {
    let Encryption::By(source) = &context.encryption else { return Err(no_key_named("encrypt")) };
    let is_whole = |bytes: &[u8]| TokenCache::deserialize(bytes).is_ok();
    let done = context.store.encrypt(source, &is_whole)?;
    if done == Conversion::Absent {
        let login = ["login".to_owned(), "--encrypt".to_owned(), source.to_string()];
        return Err(Failure::new(Exit::Store, "there is no cache to encrypt yet").try_tokcache(login));
    }
    remember(context, Some(source))?;
    let source = plain(&source.to_string());
    if done == Conversion::Already {
        tell(format_args!("The cache was encrypted before: {source}."));
    } else {
        tell(format_args!("The cache is encrypted: {source}."));
        tell("Programs built on MSAL cannot read it any more. Old copies and backups are as plain as they were.");
    }
    Ok(())
}

pub(super) fn decrypt(context: &Context) -> Result<(), Failure> {
    let promised = promise(context);
    remember(context, None)?;
    match restored(context, context.store.decrypt(), promised)? {
        Conversion::Absent => tell("There is no cache."),
        Conversion::Already => tell("The cache was not encrypted."),
        Conversion::Done { before, kept } => {
            tell("The cache is not encrypted any more: it holds tokens in plain text.");
            of_the_old_key(before.as_ref(), kept);
        }
    }
    Ok(())
}

pub(super) fn rekey(context: &Context, input: &Rekey) -> Result<(), Failure> {
    let source = match &context.encryption {
        Encryption::AsItIs => None,
        Encryption::By(source) => Some(source),
        Encryption::None => return Err(no_key_named("rekey")),
    };
    let promised = promise(context);
    remember(context, None)?;
    let rekeyed = context.store.rekey(source, input.moved);
    // What the environment names has opened the cache, and so is not the new passphrase.
    let new_passphrase = |error: &StoreError| {
        matches!(error, StoreError::Sealed(SealError::NewKey { source: KeySource::Passphrase, error })
            if !matches!(error, KeyError::PassphrasesDiffer))
    };
    let lacks_passphrase = rekeyed.as_ref().is_err_and(new_passphrase);
    let done = restored(context, rekeyed, promised.clone()).map_err(|failure| {
        if lacks_passphrase { failure.try_with("--new-passphrase-file", "PATH") } else { failure }
    })?;
    let Conversion::Done { before, kept } = done else {
        if let Some(promised) = &promised {
            remember(context, Some(promised))?;
        }
        // A key that was named is added to the advice.
        let words = ["cache", "encrypt", "--encrypt", "keyring"];
        let words = if source.is_some() { &words[..2] } else { &words };
        return Err(Failure::new(Exit::Store, "there is no encrypted cache to change the key of")
            .try_tokcache(words.iter().copied()));
    };
    let source = source.or(before.as_ref());
    if promised.is_some() {
        remember(context, source)?;
    }
    if matches!(source, Some(KeySource::KeyFile(_) | KeySource::Credential)) && source == before.as_ref() {
        tell("The cache is encrypted for this place, with the same key.");
    } else {
        tell("The cache is encrypted with another key.");
        of_the_old_key(before.as_ref(), kept);
    }
    Ok(())
}

/// What the profile promises.
fn promise(context: &Context) -> Option<KeySource> {
    match context.profile.as_ref()?.encrypt.as_deref()?.parse().ok()? {
        Encryption::By(source) => Some(source),
        _ => None,
    }
}

/// Writes into the profile, if there is one, what the cache is encrypted with.
fn remember(context: &Context, source: Option<&KeySource>) -> Result<(), Failure> {
    let encrypt = source.map(ToString::to_string);
    if profiles::load_saved(&context.profile_name)?.is_none_or(|profile| profile.encrypt == encrypt) {
        return Ok(());
    }
    profiles::update(&context.profile_name, context.settings.lock_timeout(), |profile| {
        Ok(profile.map(|profile| Profile { encrypt, ..profile }))
    })
}

/// The profile promises again what it promised, when nothing came of it.
fn restored(
    context: &Context,
    done: Result<Conversion, StoreError>,
    promised: Option<KeySource>,
) -> Result<Conversion, Failure> {
    if let (Err(_), Some(promised)) = (&done, &promised) {
        remember(context, Some(promised))?;
    }
    Ok(done?)
}

fn of_the_old_key(before: Option<&KeySource>, kept: Option<String>) {
    if let Some(why) = kept {
        tell(format_args!("warning: the old key could not be removed from its place: {}", plain(&why)));
    }
    if let Some(KeySource::KeyFile(path)) = before {
        tell(format_args!("This cache does not need {} any more.", plain(&path.display().to_string())));
    }
}

fn no_key_named(command: &str) -> Failure {
    Failure::new(Exit::Usage, "no key is named to encrypt the cache with").try_tokcache([
        "cache",
        command,
        "--encrypt",
        "keyring",
    ])
}
