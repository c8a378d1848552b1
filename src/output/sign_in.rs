//! The device code, large and plain, and the wait for it.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use tokcache::oauth::DeviceAuthorization;

use super::{plain, tell};

/// Shows where to go and what to type there (RFC 8628 §3.3).
pub(crate) fn show_device_code(authorization: &DeviceAuthorization, qr: bool) {
    let uri = plain(&authorization.verification_uri);
    tell(format_args!("\nTo sign in, open this page in a browser, on any device:\n"));
    tell(format_args!("    {uri}\n"));
    tell(format_args!("and enter the code:\n"));
    tell(format_args!("    {}\n", plain(&authorization.user_code)));
    if qr {
        let complete = authorization.verification_uri_complete.as_deref().unwrap_or(&authorization.verification_uri);
        match QrCode::new(complete) {
            // A terminal is dark: what is printed is what a camera has to see as light.
            Ok(code) => tell(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build()),
            Err(_) => tell("(the address is too long for a QR code)"),
        }
    }
}

/// The time that is left, counted down in place on a terminal; silent elsewhere.
pub(crate) struct Countdown {
    on_terminal: bool,
}

impl Countdown {
    pub(crate) fn new() -> Self {
        Countdown { on_terminal: io::stderr().is_terminal() }
    }

    pub(crate) fn show(&self, left: Duration) {
        if self.on_terminal {
            let (minutes, seconds) = (left.as_secs() / 60, left.as_secs() % 60);
            let _ = write!(io::stderr().lock(), "\rWaiting for you to sign in, {minutes}:{seconds:02} left   ");
        }
    }

    /// Takes the line back.
    pub(crate) fn end(&self) {
        if self.on_terminal {
            let _ = write!(io::stderr().lock(), "\r{:50}\r", "");
        }
    }
}
