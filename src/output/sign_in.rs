//! The device code, large and plain, and the wait for it.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use super::{plain, tell};

/// What a person needs of a device authorization; not its device code, which is a secret.
pub(crate) struct DeviceCodeView<'a> {
    pub(crate) user_code: &'a str,
    pub(crate) verification_uri: &'a str,
    pub(crate) verification_uri_complete: Option<&'a str>,
}

/// Shows where to go and what to type there (RFC 8628 §3.3).
pub(crate) fn show_device_code(view: &DeviceCodeView<'_>, qr: bool) {
    let uri = plain(view.verification_uri);
    tell(format_args!("\nTo sign in, open this page in a browser, on any device:\n"));
    tell(format_args!("    {uri}\n"));
    tell(format_args!("and enter the code:\n"));
    tell(format_args!("    {}\n", plain(view.user_code)));
    if qr && is_web(view.verification_uri) {
        let address =
            view.verification_uri_complete.filter(|complete| is_web(complete)).unwrap_or(view.verification_uri);
        match QrCode::new(address) {
            // A terminal is dark: what is printed is what a camera has to see as light.
            Ok(code) => tell(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build()),
            Err(_) => tell("(the address is too long for a QR code)"),
        }
    }
}

/// A camera opens what it reads: nothing but a page may be in it.
fn is_web(address: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| address.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme)))
}

/// Counts the time that is left down, in place on a terminal; silent elsewhere.
pub(crate) fn show_countdown(left: Duration) {
    if io::stderr().is_terminal() {
        let (minutes, seconds) = (left.as_secs() / 60, left.as_secs() % 60);
        let _ = write!(io::stderr().lock(), "\rWaiting for you to sign in, {minutes}:{seconds:02} left   ");
    }
}

/// Takes the line of the countdown back.
pub(crate) fn end_countdown() {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr().lock(), "\r{:50}\r", "");
    }
}
