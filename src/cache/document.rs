//! The text and where its entries stand. Of several members with one name the last counts, as in every MSAL library.

use std::borrow::Cow;
use std::collections::HashMap;

use super::fields::Fields;
use super::scan::{Index, Member};
use super::{Defect, Section};

/// A text with its index.
#[derive(Clone, Copy)]
pub(super) struct Document<'t> {
    pub(super) text: &'t [u8],
    pub(super) index: &'t Index,
}

/// An entry of a section, unparsed.
#[derive(Clone, Copy)]
pub(super) struct Entry<'t> {
    text: &'t [u8],
    member: Member,
    /// Which of the section's members it is.
    pub(super) position: usize,
}

impl<'t> Document<'t> {
    /// The section's entries, without the shadowed ones.
    pub(super) fn entries(self, section: Section) -> Vec<Entry<'t>> {
        let members = self.index.section(section);
        let counting = counting(self.text, members);
        self.all_entries(section).filter(|entry| counting[entry.position]).collect()
    }

    /// The section's entries with the shadowed ones, without a look at any of them.
    pub(super) fn all_entries(self, section: Section) -> impl Iterator<Item = Entry<'t>> {
        let entry = move |(position, member): (usize, &Member)| Entry { text: self.text, member: *member, position };
        self.index.section(section).iter().enumerate().map(entry)
    }

    /// Whether a later entry of the section has the same key.
    pub(super) fn is_shadowed(self, section: Section, entry: Entry<'_>) -> bool {
        let key = entry.member.key.of(self.text);
        let later = &self.index.section(section)[entry.position + 1..];
        later.iter().any(|other| {
            other.key.of(self.text) == key
                || (other.escaped || entry.member.escaped) && other.name(self.text) == entry.key()
        })
    }
}

impl<'t> Entry<'t> {
    /// The key as it stands in the file, decoded.
    pub(super) fn key(&self) -> Cow<'t, str> {
        self.member.name(self.text)
    }

    /// The value's text.
    pub(super) fn value(&self) -> &'t [u8] {
        self.member.value.of(self.text)
    }

    /// Whether some character of it may be written as an escape.
    pub(super) fn is_escaped(&self) -> bool {
        self.member.escaped
    }

    pub(super) fn fields(&self) -> Result<Fields<'t>, Defect> {
        Fields::parse(self.value())
    }
}

/// For each member whether it counts: no later one has its name.
pub(super) fn counting(text: &[u8], members: &[Member]) -> Vec<bool> {
    let last: HashMap<_, _> =
        members.iter().enumerate().map(|(position, member)| (member.name(text), position)).collect();
    members.iter().enumerate().map(|(position, member)| last.get(&member.name(text)) == Some(&position)).collect()
}
