//! Escapes text from outside, and formats durations.

use std::fmt::Write;

use anyhow::Context;
use serde::Serialize;
use tokcache_core::secret::SecretBuffer;
use zeroize::Zeroizing;

/// Escapes every character that could deceive or control a terminal: control characters (escape sequences, OSC 52
/// clipboard writes, carriage returns), bidirectional overrides and zero-width characters. Line breaks become spaces,
/// so that one message stays one line.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.trim().chars() {
        match character {
            '\r' => {}
            '\n' | '\t' => plain.push(' '),
            _ if character.is_control() || is_invisible(character) => plain.extend(character.escape_unicode()),
            _ => plain.push(character),
        }
    }
    plain
}

/// Returns one line of JSON that cannot deceive or control a terminal. Such characters are escaped, and JSON parsers
/// restore them.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<Zeroizing<String>> {
    let mut raw = SecretBuffer::new();
    serde_json::to_writer(&mut raw, value).context("cannot write JSON")?;
    let raw = raw.finish();
    let mut line = SecretBuffer::with_capacity(raw.len() + 1);
    for character in raw.chars() {
        if character.is_control() || is_invisible(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(line, "\\u{unit:04x}")?;
            }
        } else {
            line.push(character);
        }
    }
    Ok(line.finish())
}

fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{2800}' | '\u{3164}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Formats seconds for people: `45 s`, `12 min`, `3 h`, `2 d`.
pub(crate) fn about(seconds: i64) -> String {
    match seconds.saturating_abs() {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// Returns an RFC 3339 time in UTC without its seconds, for a table.
pub(super) fn minute(rfc3339: &str) -> String {
    match (rfc3339.get(..10), rfc3339.get(10..11), rfc3339.get(11..16), rfc3339.ends_with('Z')) {
        (Some(date), Some("T"), Some(time), true) => format!("{date} {time}Z"),
        _ => rfc3339.to_owned(),
    }
}

/// The validity of a token without a lifetime.
pub(crate) const UNTIL_REVOKED: &str = "valid until it is revoked";

/// Returns the granted scopes, and the requested ones if they differ.
pub(crate) fn scopes(granted: &str, requested: Option<&str>) -> String {
    requested.map_or_else(|| granted.to_owned(), |requested| format!("{granted} (asked for: {requested})"))
}

/// Returns how long a token is still valid, or how long ago it expired. `seconds` is the time until it expires.
pub(crate) fn validity(seconds: i64) -> String {
    if seconds > 0 {
        format!("valid for {}", about(seconds))
    } else {
        format!("expired {} ago", about(seconds.saturating_neg()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_osc_52_clipboard_write_is_shown_not_obeyed() {
        assert_eq!(plain("\u{1b}]52;c;cm0gLXJmIC8=\u{7}"), "\\u{1b}]52;c;cm0gLXJmIC8=\\u{7}");
    }

    #[test]
    fn a_bidirectional_override_is_shown_not_obeyed() {
        assert_eq!(plain("abc\u{202e}moc.live"), "abc\\u{202e}moc.live");
    }

    #[test]
    fn zero_width_characters_are_shown() {
        assert_eq!(plain("pay\u{200b}pal\u{feff}"), "pay\\u{200b}pal\\u{feff}");
    }

    #[test]
    fn a_line_break_cannot_forge_a_second_line() {
        assert_eq!(plain("one\r\nerror: two\n"), "one error: two");
    }

    #[test]
    fn json_says_the_same_without_such_characters() {
        let text = "\u{202e}\u{9b}31m\u{7f}\u{200b}\u{e0001}Zoë";
        let line = json(&text).unwrap();
        assert_eq!(*line, "\"\\u202e\\u009b31m\\u007f\\u200b\\udb40\\udc01Zoë\"");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }

    #[test]
    fn a_time_in_a_table_has_no_seconds() {
        assert_eq!(minute("2026-11-30T10:42:05Z"), "2026-11-30 10:42Z");
        assert_eq!(minute("253402300800"), "253402300800", "a year that RFC 3339 does not have");
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        assert_eq!(plain("Zoë 名前 🙂"), "Zoë 名前 🙂");
    }
}
