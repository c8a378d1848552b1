//! The text and where its entries stand. Of several members with one name the last counts, as in every MSAL library.

use std::borrow::Cow;

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

    /// Whether a later entry of the section has the key of the one at `position`.
    pub(super) fn is_shadowed(self, section: Section, position: usize) -> bool {
        let (entries, later) = self.index.section(section).split_at(position + 1);
        let entry = entries[position];
        later.iter().any(|other| {
            other.key.of(self.text) == entry.key.of(self.text)
                || (other.escaped || entry.escaped) && other.name(self.text) == entry.name(self.text)
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
    let name = |(position, member): (usize, &Member)| (member.name(text), position);
    let mut names: Vec<_> = members.iter().enumerate().map(name).collect();
    // Sorted, not hashed: a hash table asks the system for random numbers first.
    names.sort_unstable();
    let mut counting = vec![true; members.len()];
    for pair in names.windows(2) {
        counting[pair[0].1] = pair[0].0 != pair[1].0;
    }
    counting
}
