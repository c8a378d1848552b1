//! Parses JSON with `serde_json` alone.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of an object in their order, with the values as in the text.
pub struct Object<'t>(pub Vec<(Name, &'t str)>);

/// A decoded member name. A name with a lone surrogate is not Unicode and is kept as it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Name {
    /// The decoded name, or the text between its quotes.
    pub text: String,
    /// Whether it is Unicode.
    pub is_unicode: bool,
}

impl<'t> Object<'t> {
    /// Parses an object, after an optional byte order mark. Returns `None` if `text` is not one object.
    pub fn parse(text: &'t str) -> Option<Object<'t>> {
        serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).ok()
    }

    /// Returns the value of the last member with this name.
    pub fn raw(&self, name: &str) -> Option<&'t str> {
        self.0.iter().rev().find(|(own, _)| own.text == name).map(|(_, value)| *value)
    }

    /// Returns a string that is not empty.
    pub fn string(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.raw(name)?).ok().filter(|text: &String| !text.is_empty())
    }

    /// Returns a string, or a number as text.
    pub fn text(&self, name: &str) -> Option<String> {
        let number = self.raw(name).filter(|raw| raw.starts_with(|first: char| first == '-' || first.is_ascii_digit()));
        self.string(name).or_else(|| number.map(str::to_owned))
    }

    /// Removes the members that a later one of the same name shadows.
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
