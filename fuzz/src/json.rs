//! JSON read plainly, by `serde_json` alone: what counts in an answer or an entry.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of an object in their order, values as they stand in the text.
pub struct Object<'t>(pub Vec<(Name, &'t str)>);

/// A member's name, decoded. One that is not Unicode, for a lone surrogate in it, stands for itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Name {
    /// The name, or what stands between its quotes.
    pub text: String,
    /// Whether it is Unicode.
    pub is_unicode: bool,
}

impl<'t> Object<'t> {
    /// `None` if `text` is not one object; a byte order mark may stand before it.
    pub fn parse(text: &'t str) -> Option<Object<'t>> {
        serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).ok()
    }

    /// The value of the last member of that name.
    pub fn raw(&self, name: &str) -> Option<&'t str> {
        self.0.iter().rev().find(|(own, _)| own.text == name).map(|(_, value)| *value)
    }

    /// A string that is not empty.
    pub fn string(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.raw(name)?).ok().filter(|text: &String| !text.is_empty())
    }

    /// The same, or a number as it stands there.
    pub fn text(&self, name: &str) -> Option<String> {
        let number = self.raw(name).filter(|raw| raw.starts_with(|first: char| first == '-' || first.is_ascii_digit()));
        self.string(name).or_else(|| number.map(str::to_owned))
    }

    /// Without the members that a later one of the same name shadows.
    pub fn without_shadowed(self) -> Object<'t> {
        let is_last = |place: usize, name: &Name| self.0[place + 1..].iter().all(|(later, _)| later.text != name.text);
        let counts: Vec<bool> = self.0.iter().enumerate().map(|(place, (name, _))| is_last(place, name)).collect();
        Object(self.0.into_iter().zip(counts).filter(|(_, counts)| *counts).map(|(member, _)| member).collect())
    }
}

impl<'de: 't, 't> Deserialize<'de> for Object<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Vec<(Name, &'de str)>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
                    members.push((decoded(name.get()), value.get()));
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Members).map(Object)
    }
}

fn decoded(quoted: &str) -> Name {
    match serde_json::from_str(quoted) {
        Ok(text) => Name { text, is_unicode: true },
        Err(_) => Name { text: quoted[1..quoted.len() - 1].to_owned(), is_unicode: false },
    }
}
