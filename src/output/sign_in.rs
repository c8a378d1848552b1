//! Prints the device code and the countdown until it expires.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use super::big::big;
use super::screen::{bold, can_print_over, has_blocks, is_read_out, width_of_stderr};
use super::text::about;
use super::{plain, tell};

/// The parts of a device authorization for the user. The device code is a secret and is not among them.
pub(crate) struct DeviceCodeView<'a> {
    pub(crate) user_code: &'a str,
    pub(crate) verification_uri: &'a str,
    pub(crate) verification_uri_complete: Option<&'a str>,
    /// The lifetime of the code in seconds.
    pub(crate) expires_in: u64,
}

/// The columns before the address and the code.
const INDENT: &str = "    ";

impl DeviceCodeView<'_> {
    /// Returns the web page to open, with the code if the provider has such an address.
    pub(crate) fn page(&self) -> Option<&str> {
        let is_url = |address: &&str| is_web(address) && address.bytes().all(|byte| byte.is_ascii_graphic());
        self.filled().or(Some(self.verification_uri)).filter(is_url)
    }

    /// Returns the address that already contains the code, if it is a web address and differs from the plain one.
    fn filled(&self) -> Option<&str> {
        self.verification_uri_complete.filter(|complete| is_web(complete) && *complete != self.verification_uri)
    }
}

/// Returns the address and the code to type there. The code is shown even beside an address that contains it, because
/// the user must compare the two (RFC 8628 §3.3.1).
fn instructions(view: &DeviceCodeView<'_>, form: &Form) -> String {
    let (uri, code) = (plain(view.verification_uri), plain(view.user_code));
    let mut text = format!(
        "\nTo sign in, open this page in a browser, on any device:\n\n{INDENT}{uri}\n\nand enter the code:\n\n{INDENT}{}\n",
        (form.bold)(&code)
    );
    if let Some(big) = form.width.and_then(|width| big(&code, INDENT, width)) {
        text += &format!("\n{big}");
    }
    if form.is_spelled {
        text += &format!("\nCharacter by character: {}\n", spelled(&code));
    }
    if let Some(filled) = view.filled() {
        let filled = plain(filled);
        text += &format!(
            "\nOr open this page, which already has the code; check that it shows the same one:\n\n{INDENT}{filled}\n"
        );
    }
    if form.has_lifetime {
        let lifetime = about(i64::try_from(view.expires_in).unwrap_or(i64::MAX));
        text += &format!("\nThe code is valid for {lifetime}. Waiting for you to sign in.\n");
    }
    text
}

/// The form of the instructions.
struct Form {
    bold: fn(&str) -> String,
    /// The width of a terminal that can show the code in large characters.
    width: Option<usize>,
    /// Whether the code is also spelled, because a screen reader would read it as a word.
    is_spelled: bool,
    /// Whether the instructions end with the lifetime of the code, because there is no countdown.
    has_lifetime: bool,
}

/// Prints the address and the code (RFC 8628 §3.3).
pub(crate) fn show_device_code(view: &DeviceCodeView<'_>, qr: bool) {
    let width = width_of_stderr();
    let form = Form {
        bold,
        width: has_blocks().then_some(width),
        is_spelled: is_read_out(),
        has_lifetime: io::stderr().is_terminal() && !can_print_over(),
    };
    tell(instructions(view, &form));
    if let Some(page) = view.page().filter(|_| qr) {
        tell(qr_code(page, io::stderr().is_terminal().then_some(width)));
    }
}

/// Returns the page as a QR code, or why there is none. A code that is wider than the terminal could not be scanned.
fn qr_code(page: &str, width: Option<usize>) -> String {
    let Ok(code) = QrCode::new(page) else { return "(the address is too long for a QR code)".to_owned() };
    // On a dark terminal, printed blocks are the light parts of the code.
    let code = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
    let needed = code.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    match width {
        Some(width) if needed > width => {
            format!("(the terminal is too narrow for the QR code, which needs {needed} columns)")
        }
        _ => code,
    }
}

/// Returns the characters of the code, each apart.
fn spelled(code: &str) -> String {
    let name = |character| match character {
        '-' => "hyphen".to_owned(),
        ' ' => "space".to_owned(),
        other => String::from(other),
    };
    code.chars().map(name).collect::<Vec<_>>().join(" ")
}

/// Whether the address is a web page. A QR code must hold nothing else, because a camera opens it.
fn is_web(address: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| address.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme)))
}

/// Prints the remaining time over the previous one, on a terminal that can do that.
pub(crate) fn show_countdown(left: Duration) {
    if can_print_over() {
        // Spaces remove the end of a longer line.
        let _ = write!(io::stderr().lock(), "\r{}", countdown(left, width_of_stderr()));
    }
}

/// Returns the remaining time in fewer than `width` columns: the last column would start a new line on some terminals.
fn countdown(left: Duration, width: usize) -> String {
    let time = format!("{}:{:02} left", left.as_secs() / 60, left.as_secs() % 60);
    let forms = [format!("Waiting for you to sign in, {time}   "), format!("{time}   ")];
    forms.into_iter().find(|form| form.len() < width).unwrap_or_default()
}

/// Clears the line of the countdown.
pub(crate) fn end_countdown() {
    if can_print_over() {
        let width = width_of_stderr().saturating_sub(1).min(50);
        let _ = write!(io::stderr().lock(), "\r{:width$}\r", "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IN_A_FILE: Form = Form { bold: str::to_owned, width: None, is_spelled: false, has_lifetime: false };

    fn view(complete: Option<&str>) -> DeviceCodeView<'_> {
        DeviceCodeView {
            user_code: "WDJB-MJHT",
            verification_uri: "https://idp.example.com/device",
            verification_uri_complete: complete,
            expires_in: 900,
        }
    }

    fn shown(complete: Option<&str>) -> String {
        instructions(&view(complete), &IN_A_FILE)
    }

    #[test]
    fn a_screen_reader_gets_the_code_character_by_character_and_its_lifetime() {
        let read_out = instructions(&view(None), &Form { is_spelled: true, has_lifetime: true, ..IN_A_FILE });
        let expected = "\n    WDJB-MJHT\n\nCharacter by character: W D J B hyphen M J H T\n\n\
                        The code is valid for 15 min. Waiting for you to sign in.\n";
        assert!(read_out.ends_with(expected), "{read_out}");
    }

    #[test]
    fn the_code_is_large_where_it_fits() {
        let large = instructions(&view(None), &Form { width: Some(60), ..IN_A_FILE });
        assert!(large.contains("\n    WDJB-MJHT\n\n    █   █ █▀▀▀▄"), "{large}");
        assert_eq!(instructions(&view(None), &Form { width: Some(40), ..IN_A_FILE }), shown(None));
    }

    #[test]
    fn the_countdown_stays_on_its_line() {
        assert_eq!(countdown(Duration::from_secs(899), 80), "Waiting for you to sign in, 14:59 left   ");
        assert_eq!(countdown(Duration::from_secs(9), 20), "0:09 left   ");
        for width in 0..60 {
            assert!(countdown(Duration::from_secs(899), width).len() < width.max(1), "{width}");
        }
    }

    #[test]
    fn a_qr_code_is_whole_or_not_there() {
        let page = "https://idp.example.com/device?user_code=WDJB-MJHT";
        let code = qr_code(page, Some(60));
        assert!(code.lines().count() > 15, "{code}");
        assert_eq!(qr_code(page, None), code);
        assert!(qr_code(page, Some(20)).contains("too narrow"));
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
