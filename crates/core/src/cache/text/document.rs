//! The text and the positions of its entries. If a name is repeated, the last member counts, as in every MSAL library.

use std::borrow::Cow;

use super::index::Index;
use super::member::{FieldSpans, Member, Span};
use crate::cache::Section;

/// A text with its index.
#[derive(Clone, Copy)]
pub(crate) struct Document<'t> {
    pub(in crate::cache) text: &'t [u8],
    pub(in crate::cache) index: &'t Index,
}

/// An unparsed entry of a section.
#[derive(Clone, Copy)]
pub(in crate::cache) struct Entry<'t> {
    pub(super) text: &'t [u8],
    pub(super) member: Member,
    /// The position among the section's members.
    pub(in crate::cache) position: usize,
}

impl<'t> Document<'t> {
    /// Returns the section's entries without the shadowed ones.
    pub(in crate::cache) fn entries(self, section: Section) -> Vec<Entry<'t>> {
        let members = self.index.section(section);
        let counting = counting(self.text, members);
        self.all_entries(section).filter(|entry| counting[entry.position]).collect()
    }

    /// Returns all entries of the section, including shadowed ones, without inspecting any.
    pub(in crate::cache) fn all_entries(self, section: Section) -> impl Iterator<Item = Entry<'t>> {
        let entry = move |(position, member): (usize, &Member)| Entry { text: self.text, member: *member, position };
        self.index.section(section).iter().enumerate().map(entry)
    }

    /// Returns the members of the root that are no sections of the schema, each with the text of its value.
    pub(in crate::cache) fn unknown_members(self) -> impl Iterator<Item = (Cow<'t, str>, &'t [u8])> {
        let members = &self.index.members;
        let counting = counting(self.text, members);
        let member = move |(member, counts): (&Member, bool)| {
            let name = member.name(self.text);
            (counts && Section::named(&name).is_none()).then(|| (name, member.value.of(self.text)))
        };
        members.iter().zip(counting).filter_map(member)
    }

    /// Whether a later entry of the section has the same key as the one at `position`.
    pub(in crate::cache) fn is_shadowed(self, section: Section, position: usize) -> bool {
        let (entries, later) = self.index.section(section).split_at(position + 1);
        let entry = entries[position];
        later.iter().any(|other| {
            other.key.of(self.text) == entry.key.of(self.text)
                || (other.escaped || entry.escaped) && other.name(self.text) == entry.name(self.text)
        })
    }
}

impl<'t> Entry<'t> {
    /// Returns the decoded key.
    pub(in crate::cache) fn key(&self) -> Cow<'t, str> {
        self.member.name(self.text)
    }

    /// Returns the key if it contains no escapes.
    pub(in crate::cache) fn plain_key(&self) -> Option<&'t str> {
        let quoted = self.member.key.of(self.text);
        str::from_utf8(&quoted[1..quoted.len() - 1]).ok().filter(|_| !self.is_escaped())
    }

    /// Returns the text of the value.
    pub(in crate::cache) fn value(&self) -> &'t [u8] {
        self.member.value.of(self.text)
    }

    /// Whether the text may contain escapes.
    pub(in crate::cache) fn is_escaped(&self) -> bool {
        self.member.escaped
    }
}

/// Returns for each member whether it counts: no later member has its name.
pub(in crate::cache) fn counting(text: &[u8], members: &[Member]) -> Vec<bool> {
    let name = |(position, member): (usize, &Member)| (member.name(text), position);
    let mut names: Vec<_> = members.iter().enumerate().map(name).collect();
    // Sorting avoids a hash table, which would ask the system for random numbers first.
    names.sort_unstable();
    let mut counting = vec![true; members.len()];
    for pair in names.windows(2) {
        counting[pair[0].1] = pair[0].0 != pair[1].0;
    }
    counting
}

/// Some fields of an entry without escapes. A field that is missing or not a string is empty.
pub(in crate::cache) struct FieldTexts<'t> {
    pub(in crate::cache) client_id: &'t str,
    pub(in crate::cache) home_account_id: &'t str,
    pub(in crate::cache) realm: &'t str,
    pub(in crate::cache) target: &'t str,
    pub(in crate::cache) requested: &'t str,
    pub(in crate::cache) username: &'t str,
}

impl<'t> Entry<'t> {
    /// Returns the fields; `None` if the entry may contain escapes and has to be parsed.
    pub(in crate::cache) fn texts(&self) -> Option<FieldTexts<'t>> {
        let FieldSpans { client_id, home_account_id, realm, target, requested, username } = self.member.fields;
        let said = |place| self.string(place).unwrap_or_default();
        (!self.is_escaped()).then(|| FieldTexts {
            client_id: said(client_id),
            home_account_id: said(home_account_id),
            realm: said(realm),
            target: said(target),
            requested: said(requested),
            username: said(username),
        })
    }

    fn string(&self, place: Span) -> Option<&'t str> {
        str::from_utf8(place.of(self.text).strip_prefix(b"\"")?.strip_suffix(b"\"")?).ok()
    }
}
