//! The command line of the program `keyring`, which pip, uv and others run to get a password.

use std::process::ExitCode;

use tokcache_core::secret::SecretBuffer;

use super::choice::{Helper, unsupported};
use crate::cli::Failure;
use crate::cli::hosts::server::Server;
use crate::output;

/// Prints the token as the password for `get SERVICE USERNAME`. Without a password, keyring prints nothing, with exit
/// status 1.
pub(super) fn run(helper: &Helper<'_>) -> Result<ExitCode, Failure> {
    if helper.word(0) != "get" {
        return Err(unsupported("save or delete", helper.settings, "login"));
    }
    let Some(granted) = helper.token_for(Server::parse(helper.word(1)).as_ref())? else {
        return Ok(ExitCode::FAILURE);
    };
    let mut text = SecretBuffer::new();
    if helper.input.mode.as_deref() == Some("creds") {
        text.push_str(Some(helper.word(2)).filter(|name| !name.is_empty()).unwrap_or(helper.username()));
        text.push('\n');
    }
    text.push_str(granted.secret());
    text.push('\n');
    output::answer(text.finish().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
