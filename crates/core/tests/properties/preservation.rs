//! No sequence of operations loses what it does not understand.

use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use tokcache_core::cache::{Section, TokenCache};

use crate::documents::{Subject, apply, document, operation};

/// The fields that some operation writes.
const WRITTEN: [&str; 15] = [
    "secret",
    "username",
    "authority",
    "family_id",
    "last_modification_time",
    "client_id",
    "environment",
    "home_account_id",
    "realm",
    "local_account_id",
    "authority_type",
    "credential_type",
    "target",
    "cached_at",
    "expires_on",
];

/// The members of an object, to the letter and in order. The last one counts if a name is repeated.
struct Members(Vec<(String, String)>);

impl Members {
    /// Returns the members; none if this is no object.
    fn of(text: &str) -> Vec<(String, String)> {
        serde_json::from_str(text).map(|Members(members)| members).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    members.retain(|(known, _)| *known != name);
                    members.push((name, value.get().to_owned()));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// A document, taken apart.
#[derive(Debug, PartialEq)]
struct Parts {
    /// The members that are no section.
    unknown: Vec<(String, String)>,
    /// The entries, by section: key and text.
    entries: BTreeMap<&'static str, Vec<(String, String)>>,
}

fn parts(text: &str) -> Parts {
    let (mut unknown, mut entries) = (Vec::new(), BTreeMap::new());
    for (name, value) in Members::of(text) {
        match Section::ALL.into_iter().find(|section| section.name() == name) {
            Some(section) => drop(entries.insert(section.name(), Members::of(&value))),
            None => unknown.push((name, value)),
        }
    }
    Parts { unknown, entries }
}

fn field<'a>(fields: &'a [(String, String)], wanted: &str) -> Option<&'a str> {
    fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
}

/// Returns the fields of an entry that no operation writes.
fn unknown_fields(entry: &str) -> Vec<(String, String)> {
    let mut fields = Members::of(entry);
    fields.retain(|(name, _)| !WRITTEN.contains(&name.as_str()) && !name.starts_with("tokcache_"));
    fields
}

/// Whether an operation for the subject may concern the entry: it is of the same environment, and of the client or user.
fn may_concern(subject: &Subject, fields: &[(String, String)]) -> bool {
    let text = |name| field(fields, name).and_then(|value| serde_json::from_str::<String>(value).ok());
    let is_here = text("environment").is_some_and(|environment| subject.issuer.environment().is_alias_of(&environment));
    let is_users = text("home_account_id").is_some_and(|user| user.eq_ignore_ascii_case(subject.user.as_str()));
    let is_clients = text("client_id").is_some_and(|client| client.eq_ignore_ascii_case(subject.client_id.as_str()));
    is_here && (is_users || is_clients)
}

proptest! {
    #![proptest_config(crate::config(192))]

    #[test]
    fn no_sequence_of_operations_loses_what_it_does_not_understand(
        text in document(true),
        operations in prop::collection::vec(operation(), 1..8),
    ) {
        let mut cache = TokenCache::deserialize(text.as_bytes()).unwrap();
        for (number, (subject, operation)) in operations.iter().enumerate() {
            let before = parts(&cache.serialize());
            apply(&mut cache, subject, operation, number);
            let after = parts(&cache.serialize());
            prop_assert_eq!(&after.unknown, &before.unknown, "unknown members");
            for (section, before) in &before.entries {
                let after = &after.entries[section];
                let is_kept = |(_, entry): &&(String, String)| !may_concern(subject, &Members::of(entry));
                let kept: Vec<_> = before.iter().filter(is_kept).collect();
                let left: Vec<_> = after.iter().filter(is_kept).collect();
                prop_assert_eq!(left, kept, "{} after {:?} of {:?}", section, operation, subject);

                // The other entries that are left are in the same order, with their unknown fields to the letter.
                let mut earlier = before.iter().map(|(key, entry)| (key, unknown_fields(entry)));
                for (key, unknown) in after.iter().map(|(key, entry)| (key, unknown_fields(entry))) {
                    let Some(mark) = field(&unknown, "mark") else { continue };
                    let found = earlier.find(|(_, unknown)| field(unknown, "mark") == Some(mark));
                    prop_assert_eq!(Some((key, unknown)), found, "{} after {:?}", section, operation);
                }
            }
            let again = TokenCache::deserialize(cache.serialize().as_bytes()).unwrap();
            prop_assert_eq!(again.serialize(), cache.serialize());
        }
    }

    #[test]
    fn forgetting_everything_keeps_what_is_no_section(text in document(true)) {
        let mut cache = TokenCache::deserialize(text.as_bytes()).unwrap();
        cache.clear();
        let after = parts(&cache.serialize());
        prop_assert_eq!(after.unknown, parts(&text).unknown);
        prop_assert!(after.entries.values().all(Vec::is_empty));
    }
}
