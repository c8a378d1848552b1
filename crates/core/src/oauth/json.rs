//! Reads a JSON object member by member, so that an invalid member does not affect others.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::secret::Secret;
use crate::types::ScopeSet;

/// The maximum lifetime, 136 years, so that sums do not overflow.
const LONGEST: u64 = u32::MAX as u64;

/// The members of a JSON object, borrowed from the received buffer: no secret is copied before it is requested. If a
/// name is repeated, the last value counts, as in Python. A sorted map, because a hash table would ask the system for a
/// random number, and a cached access token needs the ID token too.
pub(super) struct Members<'a>(BTreeMap<Name, &'a RawValue>);

impl<'a> Members<'a> {
    /// Parses one JSON object, after an optional byte order mark.
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let json = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        serde_json::from_slice(json).ok().map(Members)
    }

    /// Like [`parse`](Members::parse), but returns `None` if a name is repeated: two parsers must not read a signed
    /// document differently (RFC 8725 §2.4, RFC 7515 §4).
    pub(super) fn parse_unique(body: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(body).ok().map(|Unique(members)| Members(members))
    }

    /// Returns a string that is not empty.
    pub(super) fn string(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.0.get(name)?.get()).ok().filter(|text: &String| !text.is_empty())
    }

    /// Returns a string that is not empty, or a number as text, because some providers write identifiers as numbers.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let is_number = |raw: &str| raw.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        self.string(name).or_else(|| Some(self.0.get(name)?.get()).filter(|raw| is_number(raw)).map(str::to_owned))
    }

    /// Returns a secret string that is not empty.
    pub(super) fn secret<Kind>(&self, name: &str) -> Option<Secret<Kind>> {
        self.string(name).map(Secret::new)
    }

    /// Returns seconds, from a number or a string. Fractions are cut off; negative values count as missing.
    pub(super) fn seconds(&self, name: &str) -> Option<u64> {
        // The conversion saturates.
        self.number(name).map(|seconds| (seconds as u64).min(LONGEST))
    }

    /// Returns seconds to wait. Fractions are rounded up, so that the wait is not too short.
    pub(super) fn seconds_to_wait(&self, name: &str) -> Option<u64> {
        let seconds = self.number(name)?;
        Some((seconds.ceil() as u64).min(LONGEST))
    }

    /// Returns a number, or a string with one, that is not negative.
    fn number(&self, name: &str) -> Option<f64> {
        let raw = self.0.get(name)?.get();
        let number = match self.string(name) {
            Some(text) => text.trim().parse::<f64>(),
            None => raw.parse(),
        };
        number.ok().filter(|number| *number >= 0.0)
    }

    /// Returns the whole numbers of a list.
    pub(super) fn numbers(&self, name: &str) -> Vec<u64> {
        let list: Vec<&RawValue> =
            self.0.get(name).and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        list.iter().filter_map(|raw| raw.get().trim_matches('"').parse().ok()).collect()
    }

    /// Returns the strings of a list; `None` if the member is not a list.
    pub(super) fn strings(&self, name: &str) -> Option<Vec<String>> {
        let list: Vec<&RawValue> = serde_json::from_str(self.0.get(name)?.get()).ok()?;
        Some(list.iter().filter_map(|raw| serde_json::from_str(raw.get()).ok()).collect())
    }

    /// Returns the member, if it is exactly of this type.
    pub(super) fn read<Kind: Deserialize<'a>>(&self, name: &str) -> Option<Kind> {
        serde_json::from_str(self.0.get(name)?.get()).ok()
    }

    /// Whether there is such a member, of any type.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Returns scopes, from the string of RFC 6749 §3.3 or from the list that some servers send. Empty scopes count as
    /// missing.
    pub(super) fn scopes(&self, name: &str) -> Option<ScopeSet> {
        let scopes = match self.string(name) {
            Some(text) => ScopeSet::parse(&text),
            None => ScopeSet::parse(&serde_json::from_str::<Vec<String>>(self.0.get(name)?.get()).ok()?.join(" ")),
        };
        (!scopes.is_empty()).then_some(scopes)
    }
}

/// Members with distinct names.
struct Unique<'a>(BTreeMap<Name, &'a RawValue>);

impl<'de> Deserialize<'de> for Unique<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Unique<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object without repeated names")
            }

            fn visit_map<Map: MapAccess<'de>>(self, mut map: Map) -> Result<Self::Value, Map::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry()? {
                    if members.insert(name, value).is_some() {
                        return Err(de::Error::custom("a name is repeated"));
                    }
                }
                Ok(Unique(members))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

/// A decoded member name. A name with half a surrogate pair cannot be decoded and is kept as it is: no requested member
/// has such a name, and the other members count.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct Name(String);

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let quoted = <&RawValue>::deserialize(deserializer)?.get();
        Ok(Name(serde_json::from_str(quoted).unwrap_or_else(|_| quoted.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_has_members() {
        for body in ["", "[]", "\"a\"", "{\"a\":1", "{} x", "<html>", "null", "\u{0}"] {
            assert!(Members::parse(body.as_bytes()).is_none(), "{body}");
        }
        assert!(Members::parse(b"{\"a\": \"\xFF\"}").is_none());
        assert!(Members::parse("\u{FEFF} {}".as_bytes()).is_some());
    }

    #[test]
    fn seconds_come_in_many_forms() {
        let members = Members::parse(
            br#"{"number": 3599, "string": " 3599 ", "float": 3599.9, "text_float": "3599.0", "huge": 1e300,
                 "negative": -1, "null": null, "bool": true, "empty": "", "word": "soon", "nan": "NaN", "list": [1]}"#,
        )
        .unwrap();
        for name in ["number", "string", "float", "text_float"] {
            assert_eq!(members.seconds(name), Some(3599), "{name}");
        }
        assert_eq!(members.seconds("huge"), Some(LONGEST));
        assert_eq!(
            ["number", "float", "huge"].map(|name| members.seconds_to_wait(name)),
            [3599, 3600, LONGEST].map(Some)
        );
        for name in ["negative", "null", "bool", "empty", "word", "nan", "list", "missing"] {
            assert_eq!(members.seconds(name), None, "{name}");
        }
    }

    #[test]
    fn lists_of_numbers_leave_out_what_is_none() {
        let members = Members::parse(br#"{"codes": [50076, "700082", null, "x"], "no": 1}"#).unwrap();
        assert_eq!(members.numbers("codes"), [50076, 700082]);
        assert!(members.numbers("no").is_empty());
    }

    #[test]
    fn scopes_come_as_text_or_list() {
        let members = Members::parse(br#"{"text": "b a", "list": ["b", "a"], "blank": " ", "none": 1}"#).unwrap();
        assert_eq!(members.scopes("text"), Some(ScopeSet::parse("b a")));
        assert_eq!(members.scopes("list"), Some(ScopeSet::parse("b a")));
        assert_eq!(members.scopes("blank"), None);
        assert_eq!(members.scopes("none"), None);
    }

    #[test]
    fn half_a_surrogate_pair_in_a_name_costs_that_member_alone() {
        let members = Members::parse(br#"{"\ud800": 1, "\u0061": "2", "\udc00b": 3, "c": "4"}"#).unwrap();
        assert_eq!(members.string("a").as_deref(), Some("2"));
        assert_eq!(members.string("c").as_deref(), Some("4"));
    }

    #[test]
    fn a_repeated_name_is_refused_where_names_must_be_unique() {
        for body in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"a":1,"b":2,"a":null}"#, "[]", "", "{} {}"] {
            assert!(Members::parse_unique(body.as_bytes()).is_none(), "{body}");
        }
        let members = Members::parse_unique(br#"{"a": [1, 2], "b": {"a": 1, "a": 2}}"#).unwrap();
        assert_eq!(members.read("a"), Some(vec![1, 2]));
        assert!(members.has("b") && !members.has("c"));
        assert_eq!(members.read::<String>("a"), None);
    }

    #[test]
    fn the_last_of_repeated_names_counts() {
        assert_eq!(Members::parse(br#"{"a": "1", "a": "2"}"#).unwrap().string("a").as_deref(), Some("2"));
    }
}
