//! Parses a cache document in a simple way: five sections of entries, and all other members.

use tokcache_core::cache::Section;
use tokcache_core::types::Environment;

use crate::json::{Name, Object};

/// The members of a document that count. Shadowed members are left out.
pub struct Document<'t> {
    /// The other members of the root.
    pub others: Vec<(Name, &'t str)>,
    /// The sections in the order of [`Section::ALL`].
    pub sections: [Vec<(Name, &'t str)>; Section::ALL.len()],
}

impl<'t> Document<'t> {
    /// Parses every document that [`tokcache_core::cache::TokenCache::deserialize`] accepts.
    pub fn read(text: &'t str) -> Document<'t> {
        let root = if text.trim_ascii().is_empty() { "{}" } else { text };
        let root = Object::parse(root).expect("a document is an object").without_shadowed();
        let mut document = Document { others: Vec::new(), sections: Default::default() };
        for (name, value) in root.0 {
            match Section::ALL.into_iter().position(|section| section.name() == name.text) {
                None => document.others.push((name, value)),
                Some(place) => {
                    let entries = Object::parse(value).map(|section| section.without_shadowed().0);
                    document.sections[place] = entries.unwrap_or_default();
                }
            }
        }
        document
    }

    /// Returns the entries of a section: key and text.
    pub fn section(&self, section: Section) -> &[(Name, &'t str)] {
        let place = Section::ALL.into_iter().position(|other| other == section).expect("it is one of all");
        &self.sections[place]
    }

    /// Returns the fields of the entry with this key.
    pub fn entry(&self, section: Section, key: &str) -> Option<Object<'t>> {
        let (_, text) = self.section(section).iter().find(|(own, _)| own.text == key)?;
        Object::parse(text)
    }

    /// Asserts that the change to `after` has kept all unknown members and all foreign entries, verbatim and in order.
    pub fn assert_spared(&self, after: &Document<'_>, is_foreign: impl Fn(Section, &Object<'_>) -> bool) {
        assert_eq!(self.others, after.others, "unknown members of the root");
        for section in Section::ALL {
            let mut survivors = after.section(section).iter();
            for (key, text) in self.section(section) {
                let fields = Object::parse(text);
                if !fields.is_some_and(|fields| is_foreign(section, &fields)) {
                    continue;
                }
                let survives = survivors.any(|(own, now)| own == key && now == text);
                assert!(survives, "{section}/{} is lost, changed or moved", key.text);
            }
        }
    }
}

/// Whether two identifiers are equal in an environment.
pub fn same(environment: &Environment, a: &str, b: &str) -> bool {
    if environment.folds_case() { a.eq_ignore_ascii_case(b) } else { a == b }
}

/// Whether an entry belongs to the environment.
pub fn is_within(environment: &Environment, fields: &Object<'_>) -> bool {
    fields.string("environment").is_some_and(|own| environment.is_alias_of(&own))
}

/// Whether an entry belongs to the client.
pub fn is_of_client(environment: &Environment, client_id: &str, fields: &Object<'_>) -> bool {
    fields.string("client_id").is_some_and(|own| same(environment, &own, client_id))
}

/// Whether an entry belongs to the user; `None`: to no user.
pub fn is_of_owner(environment: &Environment, owner: Option<&str>, fields: &Object<'_>) -> bool {
    match (owner, fields.string("home_account_id")) {
        (Some(owner), Some(own)) => same(environment, &own, owner),
        (None, None) => matches!(fields.raw("home_account_id"), None | Some("null" | "\"\"")),
        _ => false,
    }
}
