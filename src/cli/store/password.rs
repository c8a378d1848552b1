//! `tokcache cache password`: puts the password of a store's server into the keyring, where other commands find it.

use clap::Args;
use tokcache_file::{KeyringFault, ServerPasswords};
use zeroize::Zeroizing;

use crate::cli::secrets::passphrase::{PromptPolicy, patience};
use crate::cli::settings::Settings;
use crate::cli::settings::store_url::StoreUrl;
use crate::cli::{Exit, Failure, environment, profiles, secrets};
use crate::output::{plain, tell};

#[derive(Args, Debug)]
pub(in crate::cli) struct Input {
    /// Remove the password from the keyring
    #[arg(long)]
    remove: bool,
}

pub(in crate::cli) fn run(settings: &Settings, input: &Input) -> Result<(), Failure> {
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

/// Returns the password of a store: from the environment, else from the keyring, if the URL says so and has no password
/// itself. Without `asking`, the keyring is not used.
pub(in crate::cli) fn find(
    url: &StoreUrl,
    is_second: bool,
    asking: Option<&PromptPolicy>,
) -> Result<Option<Zeroizing<String>>, Failure> {
    let password = environment::store_password(is_second)?;
    if password.is_some() || url.password.is_some() {
        return Ok(password);
    }
    match url.is_password_in_keyring() {
        Some(false) => return Ok(None),
        Some(true) => {}
        None => {
            let message = format!("the password of {} can only come from the keyring: type keyring", url.address);
            return Err(Failure::new(Exit::Config, message).try_with(flag(is_second), url.with_password_in_keyring()));
        }
    }
    let Some(asking) = asking else { return Ok(None) };
    let password = passwords(asking).find(&url.address).map_err(unusable(url, is_second))?;
    let missing = || {
        let words = ["cache", "password", "--store", &url.shown].map(str::to_owned);
        Failure::new(Exit::Store, format!("the keyring has no password of {}", url.address)).try_tokcache(words)
    };
    password.map(Some).ok_or_else(missing)
}

/// Returns the flag that names the store.
fn flag(is_second: bool) -> &'static str {
    if is_second { "--to" } else { "--store" }
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

/// Returns the passwords in the keyring.
pub(in crate::cli) fn passwords(asking: &PromptPolicy) -> ServerPasswords {
    ServerPasswords { patience: patience(asking), may_ask: asking.allowed && environment::has_screen() }
}

/// The error of a keyring that cannot be used. A file works without one.
fn unusable(url: &StoreUrl, is_second: bool) -> impl Fn(KeyringFault) -> Failure {
    let server = url.address.clone();
    move |fault| {
        let of_server = |why: &str| Failure::new(Exit::Store, format!("the password of {server}: {why}"));
        match fault {
            KeyringFault::Locked if environment::has_screen() => {
                let why = "the keyring is locked, and only `login` and `cache` ask for its password";
                of_server(why).try_tokcache(["cache", "check"])
            }
            fault => {
                let [file, _] = environment::store_password_variables(is_second);
                of_server(&fault.to_string()).try_shell(format!("export {file}=FILE"))
            }
        }
    }
}
