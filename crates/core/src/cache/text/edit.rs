//! Collects changes to a document and applies them together.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::document::{Document, Entry};
use super::member::Span;
use super::rewrite::{Change, Rewrite};
use super::style::Style;
use crate::cache::Section;
use crate::secret::SecretBuffer;

/// Changes to a fully parsed document.
pub(in crate::cache) struct Edit<'t> {
    pub(in crate::cache) document: Document<'t>,
    pub(in crate::cache) style: Style,
    changes: [HashMap<usize, Change>; Section::ALL.len()],
    added: [Vec<(String, Zeroizing<String>)>; Section::ALL.len()],
    added_members: Vec<(String, Zeroizing<String>)>,
}

impl<'t> Edit<'t> {
    pub(in crate::cache) fn new(document: Document<'t>) -> Self {
        Edit {
            document,
            style: Style::of(document.index.root.of(document.text)),
            changes: Default::default(),
            added: Default::default(),
            added_members: Vec::new(),
        }
    }

    pub(in crate::cache) fn remove(&mut self, section: Section, entry: &Entry<'_>) {
        self.changes[section as usize].insert(entry.position, Change::Remove);
    }

    pub(in crate::cache) fn replace(&mut self, section: Section, entry: &Entry<'_>, value: Zeroizing<String>) {
        if value.as_bytes() != entry.value() {
            self.changes[section as usize].insert(entry.position, Change::Replace(value));
        }
    }

    /// Sets the entry with this key. An existing entry keeps its position.
    pub(in crate::cache) fn put(&mut self, section: Section, key: String, value: Zeroizing<String>) {
        let existing = self.document.entries(section).into_iter().find(|entry| entry.key() == key);
        match existing {
            Some(entry) => {
                self.changes[section as usize].insert(entry.position, Change::Replace(value));
            }
            None => self.added[section as usize].push((key, value)),
        }
    }

    /// Adds a member to the root, which has none of this name.
    pub(in crate::cache) fn add_member(&mut self, name: String, value: Zeroizing<String>) {
        self.added_members.push((name, value));
    }

    /// Returns the changed text; `None` without changes.
    pub(in crate::cache) fn finish(mut self) -> Option<Zeroizing<String>> {
        let is_untouched =
            |section: &Section| self.changes[*section as usize].is_empty() && self.added[*section as usize].is_empty();
        let untouched: Vec<Section> = Section::ALL.into_iter().filter(is_untouched).collect();
        if untouched.len() == Section::ALL.len() && self.added_members.is_empty() {
            return None;
        }
        let Document { text, index } = self.document;
        let mut sections = [const { None }; Section::ALL.len()];
        for section in Section::ALL.into_iter().filter(|section| !untouched.contains(section)) {
            sections[section as usize] = Some(self.section(section));
        }
        let root = Rewrite { text, object: index.root, members: &index.members, style: self.style, depth: 0 };
        let added = std::mem::take(&mut self.added_members);
        let new = sections.iter().flatten().map(|section| section.len() + 64);
        let new: usize = new.chain(added.iter().map(|(name, value)| 2 * name.len() + value.len() + 32)).sum();
        let mut out = SecretBuffer::with_capacity(text.len() + new);
        out.push_str(&String::from_utf8_lossy(&text[..index.root.start()]));
        let names: Vec<_> = index.members.iter().map(|member| Section::named(&member.name(text))).collect();
        let (mut existing, missing): (Vec<_>, Vec<_>) = Section::ALL
            .into_iter()
            .filter_map(|section| Some((section, sections[section as usize].take()?)))
            .partition(|(section, _)| names.contains(&Some(*section)));
        root.write(
            &mut out,
            |position| {
                let found = existing.iter().position(|(section, _)| names[position] == Some(*section))?;
                Some(Change::Replace(existing.swap_remove(found).1))
            },
            missing.into_iter().map(|(section, value)| (section.name().to_owned(), value)).chain(added),
        );
        out.push_str(&String::from_utf8_lossy(&text[index.root.end()..]));
        Some(out.finish())
    }

    fn section(&mut self, section: Section) -> Zeroizing<String> {
        let Document { text, index } = self.document;
        let mut changes = std::mem::take(&mut self.changes[section as usize]);
        let added = std::mem::take(&mut self.added[section as usize]);
        let member = index.members.iter().rev().find(|member| Section::named(&member.name(text)) == Some(section));
        // A section that is null or missing is written as a new object.
        let object = member.map_or(Span::default(), |member| member.value);
        let members = index.section(section);
        let new: usize = added.iter().map(|(key, value)| 2 * key.len() + value.len() + 32).sum();
        let mut out = SecretBuffer::with_capacity(object.end() - object.start() + new);
        Rewrite { text, object, members, style: self.style, depth: 1 }.write(
            &mut out,
            |position| changes.remove(&position),
            added.into_iter(),
        );
        out.finish()
    }
}
