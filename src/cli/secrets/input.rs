//! Reads a password or a client secret that is to be saved in the keyring.

use std::io::{self, IsTerminal as _};

use tokcache_file::platform;
use zeroize::Zeroizing;

use crate::cli::settings::values::{LONGEST_PASSWORD, password_line, read_at_most};
use crate::cli::{Exit, Failure};

/// Asks for the password on a terminal, or reads it from another standard input.
pub(in crate::cli) fn typed(what: &str) -> Result<Zeroizing<String>, Failure> {
    let wrong = |why: String| Failure::new(Exit::Usage, format!("nothing was read: {why}")).try_again();
    if io::stdin().is_terminal() {
        let typed = platform::read_password(&format!("{what}: "));
        let typed = typed.map_err(|error| wrong(error.to_string()))?;
        return password_line(typed.as_bytes()).map_err(|_| wrong("nothing was typed".to_owned()));
    }
    let bytes = read_at_most(io::stdin().lock(), LONGEST_PASSWORD).map_err(|error| wrong(error.to_string()))?;
    password_line(&bytes).map_err(|why| wrong(format!("the standard input {why}")))
}
