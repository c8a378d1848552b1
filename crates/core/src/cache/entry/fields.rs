//! The fields of one entry, parsed as leniently as is safe.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroize as _;

use crate::cache::text::document::Entry;
use crate::cache::text::split::split;
use crate::cache::{Defect, Section};
use crate::time::Timestamp;

/// The field with the issuer's [identity](crate::types::Issuer::identity). The MSAL libraries keep fields that they do
/// not know.
pub(in crate::cache) const AUTHORITY: &str = "authority";

/// The unparsed fields of an entry by name. If a name is repeated, the last value counts.
#[derive(Debug)]
pub(in crate::cache) struct Fields<'t> {
    fields: Vec<(Cow<'t, str>, &'t str)>,
    may_be_escaped: bool,
}

/// A secret, borrowed from the document or decoded.
pub(in crate::cache) struct SecretText<'t>(Cow<'t, str>);

impl Deref for SecretText<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Drop for SecretText<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(decoded) = &mut self.0 {
            decoded.zeroize();
        }
    }
}

impl<'t> Entry<'t> {
    /// Parses the fields.
    pub(in crate::cache) fn fields(&self) -> Result<Fields<'t>, Defect> {
        Fields::parse(self.value())
    }
}

impl<'t> Fields<'t> {
    pub(in crate::cache) fn parse(value: &'t [u8]) -> Result<Self, Defect> {
        if let Some(fields) = split(value) {
            let fields = fields.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
            return Ok(Fields { fields, may_be_escaped: false });
        }
        serde_json::from_slice(value).map_err(|_| Defect::NotAnObject)
    }

    /// Returns a string; `None` if it is missing, null or empty, which the libraries use interchangeably.
    pub(in crate::cache) fn text(&self, name: &'static str) -> Result<Option<Cow<'t, str>>, Defect> {
        match self.raw(name) {
            None | Some("null" | "\"\"") => Ok(None),
            Some(raw) => self.string(raw).map(Some).ok_or(Defect::NotAString(name)),
        }
    }

    /// Returns a required string.
    pub(in crate::cache) fn required(&self, name: &'static str) -> Result<Cow<'t, str>, Defect> {
        self.text(name)?.ok_or(Defect::Missing(name))
    }

    /// Returns a string. Any other value counts as missing.
    pub(in crate::cache) fn lenient(&self, name: &'static str) -> Option<Cow<'t, str>> {
        self.text(name).ok().flatten()
    }

    /// Returns the secret for inspection. A decoded copy is wiped on drop.
    pub(in crate::cache) fn secret(&self) -> Option<SecretText<'t>> {
        self.lenient("secret").map(SecretText)
    }

    /// Checks that there is a secret.
    pub(in crate::cache) fn check_secret(&self) -> Result<(), Defect> {
        self.required("secret").map(|secret| drop(SecretText(secret)))
    }

    /// Returns seconds since the epoch. The schema has a string, and some writers use a number. Fractions are cut off.
    pub(in crate::cache) fn time(&self, name: &'static str) -> Result<Option<Timestamp>, Defect> {
        match self.raw(name) {
            None | Some("null") => Ok(None),
            Some(raw) => {
                seconds(&self.string(raw).unwrap_or(Cow::Borrowed(raw))).map(Some).ok_or(Defect::NotATime(name))
            }
        }
    }

    /// Returns a time. Any other value counts as missing.
    pub(in crate::cache) fn lenient_time(&self, name: &'static str) -> Option<Timestamp> {
        self.time(name).ok().flatten()
    }

    /// Whether the field is present and not null, an empty string, an empty array or an empty object.
    pub(in crate::cache) fn says_something(&self, name: &'static str) -> bool {
        let is_blank = |raw: &str| matches!(raw, "null" | "\"\"" | "[]" | "{}");
        self.raw(name).is_some_and(|raw| !is_blank(raw))
    }

    /// Returns the id of the key that binds a proof-of-possession token, under any library's field name.
    pub(in crate::cache) fn key_id(&self) -> Result<Option<Cow<'t, str>>, Defect> {
        for name in ["key_id", "keyid", "kid"] {
            if let Some(key_id) = self.text(name)? {
                return Ok(Some(key_id));
            }
        }
        Ok(None)
    }

    /// Refuses an entry whose `credential_type` is that of another section. A missing one is tolerated.
    pub(in crate::cache) fn check_credential_type(&self, section: Section) -> Result<(), Defect> {
        match self.text("credential_type")? {
            Some(other) if !other.eq_ignore_ascii_case(section.name()) => Err(Defect::OtherCredentialType),
            _ => Ok(()),
        }
    }

    /// Returns every field with its text, including those that a later field of the same name shadows.
    pub(in crate::cache) fn each(&self) -> impl Iterator<Item = (&str, &'t str)> {
        self.fields.iter().map(|(name, value)| (name.as_ref(), *value))
    }

    /// Whether both have the same fields with the same values. Strings may be spelled differently.
    pub(in crate::cache) fn is_same(&self, other: &Fields<'_>) -> bool {
        let same = |name: &str| match (self.raw(name), other.raw(name)) {
            (Some(one), Some(other)) => one == other || same_string(one, other),
            _ => false,
        };
        self.each().chain(other.each()).all(|(name, _)| same(name))
    }

    fn raw(&self, name: &str) -> Option<&'t str> {
        self.fields.iter().rev().find(|(own, _)| own == name).map(|(_, value)| *value)
    }

    fn string(&self, raw: &'t str) -> Option<Cow<'t, str>> {
        if self.may_be_escaped { string(raw) } else { bare(raw).map(Cow::Borrowed) }
    }
}

fn string(raw: &str) -> Option<Cow<'_, str>> {
    let bare = bare(raw)?;
    if bare.contains('\\') { serde_json::from_str(raw).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(bare)) }
}

/// Returns the text between the quotes of a string.
fn bare(raw: &str) -> Option<&str> {
    raw.strip_prefix('"')?.strip_suffix('"')
}

fn same_string(one: &str, other: &str) -> bool {
    let text = |raw| string(raw).map(SecretText);
    matches!((text(one), text(other)), (Some(one), Some(other)) if *one == *other)
}

fn seconds(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Timestamp(seconds));
    }
    let seconds: f64 = text.parse().ok()?;
    (seconds.abs() < 9e18).then_some(Timestamp(seconds as i64))
}

/// A name, borrowed from the text if it has no escapes. A name that cannot be decoded (a lone surrogate) is kept as it
/// is: it matches nothing and does not affect other fields.
#[derive(Debug)]
struct Name<'t>(Cow<'t, str>);

impl<'de: 't, 't> Deserialize<'de> for Name<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let quoted = <&RawValue>::deserialize(deserializer)?.get();
        Ok(Name(string(quoted).unwrap_or(Cow::Borrowed(quoted))))
    }
}

impl<'de: 't, 't> Deserialize<'de> for Fields<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::with_capacity(16);
        while let Some((Name(name), value)) = map.next_entry::<_, &RawValue>()? {
            fields.push((name, value.get()));
        }
        Ok(Fields { fields, may_be_escaped: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_however_they_are_written() {
        let read = |value: &str| {
            let entry = format!("{{\"t\": {value}}}");
            Fields::parse(entry.as_bytes()).unwrap().time("t").map(|time| time.map(|time| time.0))
        };
        for (value, seconds) in
            [("\"1700000000\"", 1_700_000_000), ("17", 17), ("17.9", 17), ("1e3", 1000), ("\" 17.9 \"", 17)]
        {
            assert_eq!(read(value), Ok(Some(seconds)), "{value}");
        }
        assert_eq!(read("null"), Ok(None));
        for value in ["\"\"", "\"soon\"", "\"nan\"", "\"inf\"", "1e400", "1e30", "true", "[]", "{}"] {
            assert_eq!(read(value), Err(Defect::NotATime("t")), "{value}");
        }
    }

    #[test]
    fn escapes_are_decoded_in_names_and_values_and_the_last_of_two_counts() {
        let fields = Fields::parse(br#"{"se\u0063ret": "x", "secret": "a\u0062"}"#).unwrap();
        assert_eq!(fields.required("secret").unwrap(), "ab");
    }

    #[test]
    fn half_a_surrogate_pair_in_a_name_costs_that_field_alone() {
        let fields = Fields::parse(br#"{"\ud800": "x", "secret": "a", "\udc00": {}}"#).unwrap();
        assert_eq!(fields.required("secret").unwrap(), "a");
    }
}
