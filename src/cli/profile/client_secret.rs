//! `tokcache profile secret`: puts the secret of a client into the keyring, where other commands find it.

use clap::Args;
use tokcache_core::oauth::Authority;

use crate::cli::profiles::{self, Profile};
use crate::cli::secrets::passphrase::PromptPolicy;
use crate::cli::settings::Settings;
use crate::cli::settings::credential_flags::CredentialFlags;
use crate::cli::store::password::passwords;
use crate::cli::{Exit, Failure, client_credential, secrets};
use crate::output::{plain, tell};

#[derive(Args, Debug)]
pub(in crate::cli) struct Input {
    /// The name of the profile [default: that of --profile]
    pub(in crate::cli) name: Option<String>,

    /// Remove the secret from the keyring and the profile
    #[arg(long)]
    remove: bool,
}

pub(in crate::cli) fn run(settings: &Settings, name: &str, input: &Input) -> Result<(), Failure> {
    let profile = profiles::load(name)?.ok_or_else(|| profiles::unknown(name))?;
    let key = key(name, &profile)?;
    let keyring = passwords(&PromptPolicy::allowed());
    let failed = |fault: tokcache_file::KeyringFault| {
        Failure::new(Exit::Config, format!("the client secret of {key}: {fault}")).try_tokcache([
            "profile",
            "set",
            name,
            "--client-secret-file",
            "PATH",
        ])
    };
    if input.remove {
        let was_there = keyring.forget(&key).map_err(failed)?;
        save(settings, name, None)?;
        let what = if was_there { "Removed" } else { "The keyring had no secret to remove:" };
        tell(plain(&format!("{what} the client secret of {key}.")));
        return Ok(());
    }
    let secret = secrets::input::typed(&format!("Client secret of {}", plain(&key)))?;
    keyring.keep(&key, &secret).map_err(failed)?;
    save(settings, name, Some(true))?;
    tell(plain(&format!("Saved the client secret of {key} in the keyring; the profile {name:?} says so.")));
    Ok(())
}

/// Returns the name of the keyring item.
fn key(name: &str, profile: &Profile) -> Result<String, Failure> {
    let (Some(authority), Some(client_id)) = (&profile.authority, &profile.client_id) else {
        let message = format!("the profile {name:?} names no client, whose secret could be saved");
        return Err(Failure::new(Exit::Config, message).try_tokcache([
            "profile",
            "set",
            name,
            "--authority",
            "URL",
            "--client-id",
            "ID",
        ]));
    };
    let authority = Authority::of_kind(authority, None, profile.authority_kind.map(Into::into))?;
    Ok(client_credential::keyring_item(client_id, authority.url()))
}

/// Saves in the profile where the secret is. The profile then names no other credential.
fn save(settings: &Settings, name: &str, client_secret_keyring: Option<bool>) -> Result<(), Failure> {
    profiles::update(name, settings.lock_timeout(), |profile| {
        let mut profile = profile.unwrap_or_default();
        let client_auth_method = profile.client_auth_method;
        if client_secret_keyring.is_some() {
            CredentialFlags::default().put_into(&mut profile);
        }
        Ok(Some(Profile { client_secret_keyring, client_auth_method, ..profile }))
    })
}
