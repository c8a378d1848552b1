//! Takes secrets out of what a server says: servers repeat what they were sent, and not always as it was sent.

use std::collections::HashSet;

use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD, Engine};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use super::field::FieldValue;
use super::form::FORM;
use super::request::Request;

/// Stands for what is not repeated.
pub(super) const REDACTED: &str = "[redacted]";
/// So many bytes of a secret, in a row, are no accident.
const TELLING: usize = 16;
/// A secret that is shorter than this may stand in decoded bytes by accident.
const SHORTEST: usize = 4;
/// A secret with fewer letters and digits is not looked for by them alone.
const FEWEST_LETTERS: usize = 8;
/// How many encodings, one within the other, are undone. Escapes do not count.
const DEEPEST: usize = 3;
/// Bytes: a text that takes more than this to be looked at in all its readings is made to cost time.
const LONGEST_LOOK: usize = 1 << 20;

/// What must not be repeated of a request: the values of its secret fields and headers.
pub(super) struct Secrets(Vec<Zeroizing<String>>);

impl Secrets {
    /// The secrets of a request, longest first, so that no secret hides the rest of another one.
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

    /// Those of a request without secrets.
    pub(super) fn none() -> Secrets {
        Secrets(Vec::new())
    }

    /// Returns the text without the secrets ([`without_secrets`]).
    pub(super) fn redact(&self, text: String) -> String {
        without_secrets(text, &self.0.iter().map(|secret| secret.as_str()).collect::<Vec<_>>())
    }
}

/// The parts of a secret header that are secret by themselves: the credentials after the name of a scheme (RFC 9110
/// §11.4), and the password in those of `Basic`, as it is sent (RFC 7617 §2) and as it is (RFC 6749 §2.3.1). The user
/// name is a client's identifier, which is public.
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
/// A secret that stands there as it was sent, as a form spells it or in base64, is replaced by `[redacted]`. Nothing is
/// left of a text that has 16 bytes of a secret (or a whole shorter one) in any other spelling: escaped as in a URL, in
/// JSON or in HTML, in hexadecimal, base32 or base64 of any alignment, in letters of another case, with spaces, line
/// breaks or punctuation in it, or in one of these within another.
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

/// What is looked for.
struct Searches<'s> {
    /// Pieces of the secrets as they are.
    exact: Vec<Pieces<'s>>,
    /// Pieces of their letters and digits alone, in lower case.
    by_letters: Vec<Pieces<'s>>,
}

impl Searches<'_> {
    /// Whether a piece of a secret stands in the text, in any spelling, or there is no telling.
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

/// An encoding that has so many bits in each of its characters.
struct Encoding {
    bits: usize,
    /// How many characters it takes to begin at a whole byte again.
    alignments: usize,
    /// The value of a character.
    value: fn(u8) -> Option<u8>,
    /// What may stand between two characters and means nothing.
    is_gap: fn(u8) -> bool,
}

const ENCODINGS: [Encoding; 3] = [
    Encoding { bits: 4, alignments: 2, value: hexadecimal, is_gap: |byte| !byte.is_ascii_alphanumeric() },
    Encoding { bits: 5, alignments: 8, value: base32, is_gap: |byte| byte.is_ascii_whitespace() || byte == b'-' },
    Encoding { bits: 6, alignments: 4, value: base64, is_gap: |byte| byte.is_ascii_whitespace() || byte == b'\\' },
];

impl Encoding {
    /// What the runs of characters decode to. Where the encoded text begins within a run is not known: every place that
    /// makes a difference is tried.
    fn readings(&self, text: &[u8]) -> Vec<Bytes> {
        let mut readings = Vec::new();
        let mut run: Bytes = Zeroizing::new(Vec::with_capacity(text.len()));
        for &byte in text.iter().chain(b"\0") {
            match (self.value)(byte) {
                Some(value) => run.push(value),
                None if byte != 0 && (self.is_gap)(byte) => {}
                // As in 0x41 or \x41.
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

/// RFC 4648 §6, in either case.
fn base32(byte: u8) -> Option<u8> {
    match byte.to_ascii_uppercase() {
        letter @ b'A'..=b'Z' => Some(letter - b'A'),
        digit @ b'2'..=b'7' => Some(digit - b'2' + 26),
        _ => None,
    }
}

/// RFC 4648 §4 and §5.
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

/// The text with the escapes of URLs, JSON and HTML undone, once. Shorter than the text if there were any.
fn unescaped(mut text: &[u8]) -> Bytes {
    let mut plain = Zeroizing::new(Vec::with_capacity(text.len()));
    while let Some((&first, rest)) = text.split_first() {
        let (character, length) = escape(first, rest).unwrap_or((u32::from(first), 0));
        match char::from_u32(character).filter(|_| length > 0 && character > 0x7f) {
            // An escaped byte of UTF-8 is that byte, other numbers are characters.
            Some(wide) if first != b'%' => plain.extend_from_slice(wide.encode_utf8(&mut [0; 4]).as_bytes()),
            _ => plain.push(character as u8),
        }
        text = &rest[length..];
    }
    plain
}

/// The text in one line, as it was before it was folded.
fn joined(text: &[u8]) -> Bytes {
    let lines = text.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
    Zeroizing::new(lines.flatten().copied().collect())
}

/// The character that an escape stands for, and the length of the escape after its `first` byte.
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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::oauth::form::Form;
    use crate::secret::{ClientSecret, RefreshToken};

    #[test]
    fn the_secrets_of_a_request_are_its_secret_fields_and_headers() {
        let mut form = Form::new();
        form.public("client_id", "app");
        form.secret("token", &RefreshToken::new("a token"));
        let mut request = Request::post_form("https://idp.example.com", form);
        // app:p%2Bw
        request.headers.push(("Authorization", FieldValue::secret(&ClientSecret::new("Basic YXBwOnAlMkJ3"))));
        request.headers.push(("X-AnchorMailbox", FieldValue::public("Oid:u@t")));
        let secrets = Secrets::of(&request);
        let secrets: Vec<_> = secrets.0.iter().map(|secret| secret.as_str()).collect();
        assert_eq!(secrets, ["Basic YXBwOnAlMkJ3", "YXBwOnAlMkJ3", "a token", "p%2Bw", "p+w"]);
    }

    #[test]
    fn a_header_that_is_not_of_basic_is_secret_whole_and_without_its_scheme() {
        for (value, parts) in
            [("DPoP eyJ", &["eyJ"][..]), ("key", &[]), ("Basic ???", &["???"]), ("Basic YXBw", &["YXBw"])]
        {
            assert_eq!(parts_of_header(value).iter().map(|part| part.as_str()).collect::<Vec<_>>(), parts, "{value}");
        }
    }

    /// As some server might write it.
    fn spelled(text: &[u8], way: usize) -> String {
        let each = |write: &dyn Fn(u8) -> String| text.iter().map(|byte| write(*byte)).collect::<String>();
        match way {
            0 => BASE64_STANDARD_NO_PAD.encode(text),
            1 => BASE64_URL_SAFE_NO_PAD.encode(text),
            2 => each(&|byte| format!("{byte:02x}")),
            3 => each(&|byte| format!("{byte:02X}")),
            4 => each(&|byte| format!("{byte:02x}:")),
            5 => each(&|byte| format!("0x{byte:02X}, ")),
            6 => each(&|byte| format!("%{byte:02X}")),
            7 => each(&|byte| format!("\\u{byte:04x}")),
            8 => each(&|byte| format!("\\x{byte:02x}")),
            9 => each(&|byte| format!("&#{byte};")),
            10 => each(&|byte| {
                if byte.is_ascii_punctuation() { format!("\\{}", byte as char) } else { (byte as char).into() }
            }),
            _ => in_base32(text),
        }
    }

    fn in_base32(text: &[u8]) -> String {
        let bits: String = text.iter().map(|byte| format!("{byte:08b}")).collect();
        let value =
            |group: &[u8]| usize::from_str_radix(&format!("{:0<5}", std::str::from_utf8(group).unwrap()), 2).unwrap();
        bits.as_bytes().chunks(5).map(|group| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[value(group)])).collect()
    }

    fn broken_into_lines(text: &str, width: usize) -> String {
        text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\r\n ")
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

        /// Whatever stands before it, within its encoding or without, and however often it is encoded.
        #[test]
        fn nothing_is_left_of_a_secret_in_any_spelling(
            secret in "[!-~]{8,200}",
            before in "[ -~]{0,7}", after in "[ -~]{0,7}",
            ways in prop::collection::vec(0_usize..12, 1..3),
            width in prop::option::of(3_usize..77),
        ) {
            let mut text = format!("{before}{secret}{after}");
            for way in ways {
                text = spelled(text.as_bytes(), way);
            }
            if let Some(width) = width {
                text = broken_into_lines(&text, width);
            }
            let said = without_secrets(format!("the token {text} is not known"), &[&secret]);
            prop_assert!(!said.contains(&text), "{said}");
        }

        /// An error message is worth reading: no text is lost that has nothing of a secret.
        #[test]
        fn what_is_no_secret_stays(secret in "[!-~]{16,200}", text in "[ -~]{0,200}") {
            prop_assume!(!text.contains(&secret));
            prop_assert_eq!(without_secrets(text.clone(), &[&secret]), text);
        }
    }

    #[test]
    fn a_secret_is_found_at_every_alignment_of_base64_and_in_letters_of_another_case() {
        let secret = "0.AXoAq-Refresh_Token~of.some.length";
        for before in ["", "a", "ab", "abc", "refresh_token="] {
            let encoded = BASE64_STANDARD_NO_PAD.encode(format!("{before}{secret}!"));
            let lines = broken_into_lines(&encoded, 16);
            assert!(!without_secrets(format!("no: {encoded}"), &[secret]).contains(&encoded), "{before}");
            assert!(!without_secrets(format!("no: {lines}"), &[secret]).contains(&lines), "{before}");
        }
        assert_eq!(without_secrets(format!("no: {}", secret.to_uppercase()), &[secret]), REDACTED);
        let in_utf16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(without_secrets(BASE64_STANDARD_NO_PAD.encode(in_utf16), &[secret]), REDACTED);
    }

    #[test]
    fn a_word_of_three_letters_in_secret_does_not_cost_a_message() {
        let said = without_secrets("The refresh token has expired due to inactivity".to_owned(), &["rt1", "c2"]);
        assert_eq!(said, "The refresh token has expired due to inactivity");
    }

    #[test]
    fn a_text_made_to_cost_time_is_not_looked_at_to_its_end() {
        let text = format!("%{}\n", "25".repeat(2000));
        assert_eq!(without_secrets(text, &["some secret"]), REDACTED);
    }
}
