//! `tokcache cache password`: puts the password of a store's server into the keyring, where other commands find it.

use clap::Args;

use crate::cli::secrets::passphrase::PromptPolicy;
use crate::cli::settings::Settings;
use crate::cli::settings::store_url::StoreUrl;
use crate::cli::store::password::{passwords, unusable};
use crate::cli::{Exit, Failure, profiles, secrets};
use crate::output::{plain, tell};

#[derive(Args, Debug)]
pub(super) struct Input {
    /// Remove the password from the keyring
    #[arg(long)]
    remove: bool,
}

pub(super) fn run(settings: &Settings, input: &Input) -> Result<(), Failure> {
    let url = server(settings)?;
    let (shown, passwords) = (plain(&url.shown), passwords(&PromptPolicy::allowed()));
    if input.remove {
        let was_there = passwords.forget(&url.address).map_err(unusable(&url, false))?;
        tell(if was_there {
            format!("Removed the password of {shown} from the keyring.")
        } else {
            format!("The keyring has no password of {shown}.")
        });
        return Ok(());
    }
    passwords
        .keep(&url.address, &secrets::input::typed(&format!("Password of {shown}"))?)
        .map_err(unusable(&url, false))?;
    tell(format_args!("Saved the password of {shown} in the keyring."));
    if url.is_password_in_keyring() != Some(true) {
        tell(plain(&format!("To use it, write the store as {}", url.with_password_in_keyring())));
    }
    Ok(())
}

/// Returns the server that the settings name. Nothing is opened: the password is not there yet.
fn server(settings: &Settings) -> Result<StoreUrl, Failure> {
    let remembered = || Ok::<_, Failure>(profiles::load(&profiles::chosen(settings)?)?.and_then(|it| it.store));
    let url = settings.store.clone().map_or_else(remembered, |url| Ok(Some(url)))?;
    let url = url.as_deref().and_then(StoreUrl::parse).filter(StoreUrl::has_server);
    url.ok_or_else(|| {
        Failure::new(Exit::Usage, "only the server of a shared store has a password")
            .try_with("--store", "rediss://HOST")
    })
}
