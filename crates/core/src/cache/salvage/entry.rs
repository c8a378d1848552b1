//! Recovers one entry of a damaged document: its end, and its section.

use serde_json::Deserializer;
use serde_json::value::RawValue;

use crate::cache::Section;
use crate::cache::entry::fields::Fields;

/// The maximum nesting depth of an entry, which no library reaches. The limit keeps the search from restarting at every
/// bracket.
const DEEPEST: usize = 8;

/// Determines the section of an entry by its content: by its `credential_type`, by an account's `authority_type`, or by
/// the key of a client's metadata.
pub(super) fn section_of(name: &str, value: &str) -> Option<Section> {
    // Shallow enough for recursion.
    object_end(value.as_bytes(), 0)?;
    let fields = Fields::parse(value.as_bytes()).ok().filter(|_| !has_swallowed_others(value))?;
    fields.required("environment").ok()?;
    let has = |field| fields.required(field).is_ok();
    match fields.lenient("credential_type") {
        Some(kind) => {
            let kinds = [Section::AccessToken, Section::IdToken, Section::RefreshToken];
            let known = kinds.into_iter().find(|section| kind.eq_ignore_ascii_case(section.name()));
            known.filter(|_| has("secret") && has("client_id"))
        }
        None if has("authority_type") && has("home_account_id") => Some(Section::Account),
        None if name.to_ascii_lowercase().trim_start_matches('"').starts_with("appmetadata-") && has("client_id") => {
            Some(Section::AppMetadata)
        }
        None => None,
    }
}

/// Whether an entry without its closing bracket contains sections or other entries as fields.
pub(super) fn has_swallowed_others(entry: &str) -> bool {
    let Ok(fields) = Fields::parse(entry.as_bytes()) else { return false };
    let is_other = |name: &str, value: &str| {
        value.starts_with('{') && (Section::named(name).is_some() || section_of(name, value).is_some())
    };
    fields.each().any(|(name, value)| is_other(name, value))
}

/// Parses the JSON value that begins at `at`, and returns it with its end.
pub(super) fn value(bytes: &[u8], at: usize) -> Option<(&str, usize)> {
    let rest = bytes.get(at..)?;
    let mut values = Deserializer::from_slice(rest).into_iter::<&RawValue>();
    let value = values.next()?.ok()?;
    Some((value.get(), at + values.byte_offset()))
}

/// Returns the end of the object that begins at `at`, by its brackets and quotes.
pub(super) fn object_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0;
    let mut is_quoted = false;
    let mut rest = bytes.iter().enumerate().skip(at);
    while let Some((position, byte)) = rest.next() {
        match byte {
            b'\\' if is_quoted => drop(rest.next()),
            b'"' => is_quoted = !is_quoted,
            0..0x20 if is_quoted => return None,
            _ if is_quoted => {}
            b'{' if depth == DEEPEST => return None,
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(position + 1),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

pub(super) fn named(quoted: &str) -> Option<Section> {
    Section::named(&serde_json::from_str::<String>(quoted).ok()?)
}

/// Whether the byte is white space, or a zero, which some file systems leave after a crash.
pub(super) fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0
}
