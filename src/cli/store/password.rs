//! The password of a store's server.

use tokcache_file::{KeyringFault, ServerPasswords};
use zeroize::Zeroizing;

use crate::cli::secrets::passphrase::{PromptPolicy, patience};
use crate::cli::settings::store_url::StoreUrl;
use crate::cli::{Exit, Failure, environment};

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

/// Returns the passwords in the keyring.
pub(in crate::cli) fn passwords(asking: &PromptPolicy) -> ServerPasswords {
    ServerPasswords { patience: patience(asking), may_ask: asking.allowed && environment::has_screen() }
}

/// The error of a keyring that cannot be used. A file works without one.
pub(in crate::cli) fn unusable(url: &StoreUrl, is_second: bool) -> impl Fn(KeyringFault) -> Failure {
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
