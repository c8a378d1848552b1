//! Reads a password or a client secret that is to be saved in the keyring.

use std::io::{self, IsTerminal as _, Read as _};

use tokcache_file::platform;
use zeroize::Zeroizing;

use super::values::{LONGEST_PASSWORD, password_line};
use super::{Exit, Failure};

/// Asks for the password on a terminal, or reads it from another standard input.
pub(super) fn typed(what: &str) -> Result<Zeroizing<String>, Failure> {
    let wrong = |why: String| Failure::new(Exit::Usage, format!("no password was read: {why}")).try_again();
    if io::stdin().is_terminal() {
        let typed = platform::read_password(&format!("{what}: "));
        let typed = typed.map_err(|error| wrong(error.to_string()))?;
        return password_line(typed.as_bytes()).map_err(|_| wrong("nothing was typed".to_owned()));
    }
    // A buffer that grows would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST_PASSWORD as usize + 1));
    let read = io::stdin().lock().take(LONGEST_PASSWORD + 1).read_to_end(&mut bytes);
    read.map_err(|error| wrong(error.to_string()))?;
    if bytes.len() as u64 > LONGEST_PASSWORD {
        return Err(wrong(format!("it is longer than {}", platform::bytes(LONGEST_PASSWORD))));
    }
    password_line(&bytes).map_err(|why| wrong(format!("the standard input {why}")))
}
