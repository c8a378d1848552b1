//! SASL XOAUTH2, by which mail programs send a token to IMAP and SMTP servers.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tokcache_core::secret::SecretBuffer;
use zeroize::Zeroizing;

use super::choice::Helper;
use crate::cli::{Exit, Failure};
use crate::output;

/// Prints the initial client response, in base64.
pub(super) fn run(helper: &Helper<'_>) -> Result<(), Failure> {
    let granted = helper.token()?;
    let account = granted.outcome.account.as_ref().map(|account| account.username.as_str());
    let Some(user) = helper.input.username.as_deref().or(account) else {
        let message = "an application has no user name: name the mailbox";
        return Err(Failure::new(Exit::Usage, message).try_with("--username", "NAME@DOMAIN"));
    };
    if user.contains(char::is_control) {
        let message = "the user name of the account contains a control character";
        return Err(Failure::new(Exit::Usage, message).try_with("--username", "NAME@DOMAIN"));
    }
    let mut response = SecretBuffer::new();
    for part in ["user=", user, "\u{1}auth=Bearer ", granted.secret(), "\u{1}\u{1}"] {
        response.push_str(part);
    }
    let response = response.finish();
    // The text never grows, so no copy of the token is left behind.
    let mut text = Zeroizing::new(String::with_capacity(4 * response.len().div_ceil(3) + "\n".len()));
    BASE64_STANDARD.encode_string(response.as_bytes(), &mut text);
    text.push('\n');
    Ok(output::answer(text.as_bytes())?)
}
