//! Prints the device code and the countdown until it expires.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use super::{plain, tell};

/// The parts of a device authorization for the user. The device code is a secret and is not among them.
pub(crate) struct DeviceCodeView<'a> {
    pub(crate) user_code: &'a str,
    pub(crate) verification_uri: &'a str,
    pub(crate) verification_uri_complete: Option<&'a str>,
}

impl DeviceCodeView<'_> {
    /// Returns the address that already contains the code, if it is a web address and differs from the plain one.
    fn filled(&self) -> Option<&str> {
        self.verification_uri_complete.filter(|complete| is_web(complete) && *complete != self.verification_uri)
    }
}

/// Returns the address and the code to type there. The code is shown even beside an address that contains it, because
/// the user must compare the two (RFC 8628 §3.3.1).
fn instructions(view: &DeviceCodeView<'_>) -> String {
    let (uri, code) = (plain(view.verification_uri), plain(view.user_code));
    let mut text = format!(
        "\nTo sign in, open this page in a browser, on any device:\n\n    {uri}\n\nand enter the code:\n\n    {code}\n"
    );
    if let Some(filled) = view.filled() {
        let filled = plain(filled);
        text += &format!(
            "\nOr open this page, which already has the code; check that it shows the same one:\n\n    {filled}\n"
        );
    }
    text
}

/// Prints the address and the code (RFC 8628 §3.3).
pub(crate) fn show_device_code(view: &DeviceCodeView<'_>, qr: bool) {
    tell(instructions(view));
    if qr && is_web(view.verification_uri) {
        match QrCode::new(view.filled().unwrap_or(view.verification_uri)) {
            // On a dark terminal, printed blocks are the light parts of the code.
            Ok(code) => tell(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build()),
            Err(_) => tell("(the address is too long for a QR code)"),
        }
    }
}

/// Whether the address is a web page. A QR code must hold nothing else, because a camera opens it.
fn is_web(address: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| address.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme)))
}

/// Prints the remaining time over the previous one on a terminal, and nothing elsewhere.
pub(crate) fn show_countdown(left: Duration) {
    if io::stderr().is_terminal() {
        let (minutes, seconds) = (left.as_secs() / 60, left.as_secs() % 60);
        let _ = write!(io::stderr().lock(), "\rWaiting for you to sign in, {minutes}:{seconds:02} left   ");
    }
}

/// Clears the line of the countdown.
pub(crate) fn end_countdown() {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr().lock(), "\r{:50}\r", "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(complete: Option<&str>) -> String {
        instructions(&DeviceCodeView {
            user_code: "WDJB-MJHT",
            verification_uri: "https://idp.example.com/device",
            verification_uri_complete: complete,
        })
    }

    #[test]
    fn the_address_that_needs_no_typing_is_shown_beside_the_code() {
        let shown = shown(Some("https://idp.example.com/device?user_code=WDJB-MJHT"));
        assert!(shown.contains("\n    https://idp.example.com/device\n"), "{shown}");
        assert!(shown.contains("\n    WDJB-MJHT\n"), "{shown}");
        assert!(shown.ends_with("\n    https://idp.example.com/device?user_code=WDJB-MJHT\n"), "{shown}");
    }

    #[test]
    fn an_address_that_says_nothing_more_or_attacks_is_not_shown_as_it_is() {
        let bare = shown(None);
        for complete in ["https://idp.example.com/device", "file:///etc/passwd", "javascript:alert(1)", ""] {
            assert_eq!(shown(Some(complete)), bare, "{complete}");
        }
        let attack = shown(Some("https://idp.example.com/\u{1b}]0;x\u{7}\u{202e}?c"));
        assert!(!attack.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{attack}");
    }
}
