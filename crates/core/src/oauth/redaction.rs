//! Removes secrets from a server's texts. Servers repeat what they were sent, and not always in the same spelling.

use std::collections::HashSet;

use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD, Engine};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use super::field::FieldValue;
use super::form::FORM;
use super::request::Request;

/// The replacement for a secret.
pub(super) const REDACTED: &str = "[redacted]";
/// The maximum length of a repeated text in bytes.
const MOST_TOLD: usize = 4096;
/// A match of this many successive bytes of a secret is no accident.
const TELLING: usize = 16;
/// A shorter secret may occur in decoded bytes by accident.
const SHORTEST: usize = 4;
/// A secret with fewer letters and digits is not searched for by them alone.
const FEWEST_LETTERS: usize = 8;
/// The maximum number of nested encodings to decode. Escapes do not count.
const DEEPEST: usize = 3;
/// The maximum total size of all decodings of a text in bytes. A text that exceeds it was made to waste time.
const LONGEST_LOOK: usize = 1 << 20;

/// The secrets of a request: the values of its secret fields and headers.
pub(super) struct Secrets(Vec<Zeroizing<String>>);

impl Secrets {
    /// Returns the secrets of a request, longest first, so that no secret hides the rest of another one.
    pub(super) fn of(request: &Request) -> Secrets {
        let secrets = |value: &FieldValue| value.is_secret().then(|| Zeroizing::new(value.expose().to_owned()));
        let fields = request.form().into_iter().flatten().filter_map(|(_, value)| secrets(value));
        let headers = request.headers.iter().filter_map(|(_, value)| secrets(value)).flat_map(|value| {
            let mut parts = parts_of_header(&value);
            parts.push(value);
            parts
        });
        let mut secrets: Vec<_> = fields.chain(headers).collect();
        secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
        Secrets(secrets)
    }

    /// Returns secrets that were sent in another way.
    pub(super) fn new(secrets: &[&str]) -> Secrets {
        Secrets(secrets.iter().map(|secret| Zeroizing::new((*secret).to_owned())).collect())
    }

    /// Returns an empty set, for a request without secrets.
    pub(super) fn none() -> Secrets {
        Secrets(Vec::new())
    }

    /// Returns the first 4 KiB of the text, in whole characters, without the secrets ([`without_secrets`]).
    pub(super) fn redact(&self, mut text: String) -> String {
        let end = (0..=MOST_TOLD).rev().find(|&end| text.is_char_boundary(end));
        text.truncate(end.unwrap_or_default());
        without_secrets(text, &self.0.iter().map(|secret| secret.as_str()).collect::<Vec<_>>())
    }
}

/// Returns the parts of a secret header that are secret by themselves: the credentials behind the name of a scheme (RFC
/// 9110 §11.4), and the password in those of `Basic`, encoded (RFC 7617 §2) and decoded (RFC 6749 §2.3.1). The user
/// name is the client id, which is public.
fn parts_of_header(value: &str) -> Vec<Zeroizing<String>> {
    let Some((scheme, credentials)) = value.trim().split_once(' ') else { return Vec::new() };
    let mut parts = vec![Zeroizing::new(credentials.trim().to_owned())];
    let decoded = scheme.eq_ignore_ascii_case("Basic").then(|| BASE64_STANDARD.decode(&*parts[0]).ok()).flatten();
    if let Some(decoded) = decoded.map(Zeroizing::new)
        && let Some((_, password)) = std::str::from_utf8(&decoded).ok().and_then(|text| text.split_once(':'))
    {
        let spaced = Zeroizing::new(password.replace('+', " "));
        parts.push(Zeroizing::new(percent_decode_str(&spaced).decode_utf8_lossy().into_owned()));
        parts.push(Zeroizing::new(password.to_owned()));
    }
    parts
}

/// Returns the text without the secrets.
///
/// Replaces a secret by `[redacted]` if it is spelled as sent, as in a form or in base64. Drops the whole text if it
/// contains 16 bytes of a secret (or a whole shorter one) in any other spelling: escaped as in a URL, in JSON or in
/// HTML, in hexadecimal, base32 or base64 of any alignment, in another case, with spaces, line breaks or punctuation in
/// it, or nested encodings of these.
fn without_secrets(text: String, secrets: &[&str]) -> String {
    let secrets = || secrets.iter().filter(|secret| !secret.is_empty());
    let mut text = Zeroizing::new(text);
    for spelling in secrets().flat_map(|secret| spellings(secret)) {
        if text.contains(&*spelling) {
            text = Zeroizing::new(text.replace(&*spelling, REDACTED));
        }
    }
    let letters: Vec<_> = secrets().map(|secret| letters_of(secret.as_bytes())).collect();
    let searches = Searches {
        exact: secrets()
            .filter(|secret| secret.len() >= SHORTEST)
            .map(|secret| Pieces::of(secret.as_bytes()))
            .collect(),
        by_letters: letters.iter().filter(|own| own.len() >= FEWEST_LETTERS).map(|own| Pieces::of(own)).collect(),
    };
    if searches.find(text.as_bytes()) {
        return REDACTED.to_owned();
    }
    std::mem::take(&mut *text)
}

fn spellings(secret: &str) -> [Zeroizing<String>; 5] {
    [
        secret.to_owned(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        utf8_percent_encode(secret, FORM).to_string(),
        BASE64_STANDARD_NO_PAD.encode(secret),
        BASE64_URL_SAFE_NO_PAD.encode(secret),
    ]
    .map(Zeroizing::new)
}

type Bytes = Zeroizing<Vec<u8>>;

/// The patterns to search for.
struct Searches<'s> {
    /// Pieces of the secrets.
    exact: Vec<Pieces<'s>>,
    /// Pieces of their letters and digits alone, in lower case.
    by_letters: Vec<Pieces<'s>>,
}

impl Searches<'_> {
    /// Whether the text contains a piece of a secret in any spelling, or is too complex to tell.
    fn find(&self, text: &[u8]) -> bool {
        if self.exact.is_empty() {
            return false;
        }
        let mut readings: Vec<(usize, Bytes)> = vec![(0, Zeroizing::new(text.to_vec()))];
        let mut looked_at = 0;
        while let Some((depth, text)) = readings.pop() {
            looked_at += text.len();
            if looked_at > LONGEST_LOOK {
                return true;
            }
            let letters = letters_of(&text);
            let is_here = self.exact.iter().any(|pieces| pieces.are_in(&text))
                || self.by_letters.iter().any(|pieces| pieces.are_in(&letters));
            if is_here {
                return true;
            }
            for plainer in [unescaped(&text), joined(&text)] {
                if plainer.len() < text.len() {
                    readings.push((depth, plainer));
                }
            }
            if depth < DEEPEST {
                let decoded = ENCODINGS.iter().flat_map(|encoding| encoding.readings(&text));
                readings.extend(decoded.map(|decoded| (depth + 1, decoded)));
            }
        }
        false
    }
}

/// All pieces of one length of a secret.
struct Pieces<'s> {
    length: usize,
    all: HashSet<&'s [u8]>,
}

impl<'s> Pieces<'s> {
    fn of(secret: &'s [u8]) -> Self {
        let length = secret.len().min(TELLING);
        Pieces { length, all: secret.windows(length).collect() }
    }

    fn are_in(&self, text: &[u8]) -> bool {
        text.windows(self.length).any(|window| self.all.contains(window))
    }
}

fn letters_of(text: &[u8]) -> Bytes {
    let letters = text.iter().filter(|byte| byte.is_ascii_alphanumeric());
    Zeroizing::new(letters.map(u8::to_ascii_lowercase).collect())
}

/// An encoding with a fixed number of bits for each character.
struct Encoding {
    bits: usize,
    /// The number of characters after which a whole byte begins again.
    alignments: usize,
    /// Returns the value of a character.
    value: fn(u8) -> Option<u8>,
    /// Whether the byte may occur between two characters without a meaning.
    is_gap: fn(u8) -> bool,
}

const ENCODINGS: [Encoding; 3] = [
    Encoding { bits: 4, alignments: 2, value: hexadecimal, is_gap: |byte| !byte.is_ascii_alphanumeric() },
    Encoding { bits: 5, alignments: 8, value: base32, is_gap: |byte| byte.is_ascii_whitespace() || byte == b'-' },
    Encoding { bits: 6, alignments: 4, value: base64, is_gap: |byte| byte.is_ascii_whitespace() || byte == b'\\' },
];

impl Encoding {
    /// Decodes the runs of characters. The start of the encoded text within a run is unknown, so all different
    /// alignments are tried.
    fn readings(&self, text: &[u8]) -> Vec<Bytes> {
        let mut readings = Vec::new();
        let mut run: Bytes = Zeroizing::new(Vec::with_capacity(text.len()));
        for &byte in text.iter().chain(b"\0") {
            match (self.value)(byte) {
                Some(value) => run.push(value),
                None if byte != 0 && (self.is_gap)(byte) => {}
                // For 0x41 and \x41.
                None if self.bits == 4 && byte == b'x' => _ = run.pop_if(|value| *value == 0),
                None => {
                    if run.len() * self.bits >= 8 * SHORTEST {
                        readings.extend((0..self.alignments).map(|start| self.decode(&run[start..])));
                    }
                    run.clear();
                }
            }
        }
        readings
    }

    fn decode(&self, values: &[u8]) -> Bytes {
        let mut bytes = Zeroizing::new(Vec::with_capacity(values.len() * self.bits / 8));
        let (mut pending, mut bits) = (0_u32, 0);
        for value in values {
            pending = pending << self.bits | u32::from(*value);
            bits += self.bits;
            if bits >= 8 {
                bits -= 8;
                bytes.push((pending >> bits) as u8);
            }
        }
        bytes
    }
}

fn hexadecimal(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| digit.try_into().ok())
}

/// Decodes a character of RFC 4648 §6, in either case.
fn base32(byte: u8) -> Option<u8> {
    match byte.to_ascii_uppercase() {
        letter @ b'A'..=b'Z' => Some(letter - b'A'),
        digit @ b'2'..=b'7' => Some(digit - b'2' + 26),
        _ => None,
    }
}

/// Decodes a character of RFC 4648 §4 and §5.
fn base64(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// Undoes the escapes of URLs, JSON and HTML once. The result is shorter if there were any.
fn unescaped(mut text: &[u8]) -> Bytes {
    let mut plain = Zeroizing::new(Vec::with_capacity(text.len()));
    while let Some((&first, rest)) = text.split_first() {
        let (character, length) = escape(first, rest).unwrap_or((u32::from(first), 0));
        match char::from_u32(character).filter(|_| length > 0 && character > 0x7f) {
            // A percent escape is a byte of UTF-8; other numbers are characters.
            Some(wide) if first != b'%' => plain.extend_from_slice(wide.encode_utf8(&mut [0; 4]).as_bytes()),
            _ => plain.push(character as u8),
        }
        text = &rest[length..];
    }
    plain
}

/// Unfolds the text into one line.
fn joined(text: &[u8]) -> Bytes {
    let lines = text.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
    Zeroizing::new(lines.flatten().copied().collect())
}

/// Returns the character of an escape, and the length of the escape behind its `first` byte.
fn escape(first: u8, rest: &[u8]) -> Option<(u32, usize)> {
    let number = |digits: &[u8], radix| u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok();
    match (first, rest) {
        (b'%', _) => Some((number(rest.get(..2)?, 16)?, 2)),
        (b'\\', [b'u', digits @ ..]) => Some((number(digits.get(..4)?, 16)?, 5)),
        (b'\\', [b'x', digits @ ..]) => Some((number(digits.get(..2)?, 16)?, 3)),
        (b'\\', [b'n' | b'r', ..]) => Some((u32::from(b'\n'), 1)),
        (b'\\', [b'b' | b'f' | b't', ..]) => Some((u32::from(b' '), 1)),
        (b'\\', [character, ..]) => Some((u32::from(*character), 1)),
        (b'&', _) => {
            let end = rest.iter().take(10).position(|byte| *byte == b';')?;
            let character = match &rest[..end] {
                b"amp" => u32::from(b'&'),
                b"apos" => u32::from(b'\''),
                b"gt" => u32::from(b'>'),
                b"lt" => u32::from(b'<'),
                b"quot" => u32::from(b'"'),
                [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
                [b'#', digits @ ..] => number(digits, 10)?,
                _ => return None,
            };
            Some((character, end + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
