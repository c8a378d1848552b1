//! Merges caches entry by entry, and splits a cache by users, to move tokens from store to store.

mod slot;
mod split;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use self::slot::{Ages, Slot};
use super::text::document::{Document, Entry};
use super::text::edit::Edit;
use super::{Section, TokenCache};

pub use split::{Share, ShareOwner, Split};

/// The numbers of entries of another cache, by the result of the merge.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Merged {
    /// Entries without a counterpart in this cache.
    pub added: usize,
    /// Entries that were newer than those of this cache, and replaced them.
    pub updated: usize,
    /// Entries that this cache already had.
    pub unchanged: usize,
    /// Entries that were left out, because those of this cache are newer or the order is unknown.
    pub outdated: usize,
}

impl Merged {
    /// Adds the counts of another merge.
    pub fn add(&mut self, other: Merged) {
        self.added += other.added;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.outdated += other.outdated;
    }
}

impl TokenCache {
    /// Adds the entries of another cache of the same users, such as a copy of this one in another store.
    ///
    /// If both caches have an entry about the same thing, the newer one is kept, and this cache's entry if the order is
    /// unknown: no entry of this cache is replaced by an older one. Unknown members that this cache lacks are added.
    /// Merging the same cache again changes nothing.
    pub fn merge(&mut self, other: &TokenCache) -> Merged {
        self.change(|edit| Merge::of(edit.document, other.document()).into(edit))
    }
}

/// The two caches to merge, and the ages of their entries.
struct Merge<'o, 't> {
    own: Document<'t>,
    other: Document<'o>,
    own_ages: Ages,
    other_ages: Ages,
    merged: Merged,
}

impl<'o, 't> Merge<'o, 't> {
    fn of(own: Document<'t>, other: Document<'o>) -> Self {
        Merge { own, other, own_ages: Ages::of(own), other_ages: Ages::of(other), merged: Merged::default() }
    }

    fn into(mut self, edit: &mut Edit<'t>) -> Merged {
        Section::ALL.into_iter().for_each(|section| self.section(edit, section));
        let own: BTreeSet<_> = self.own.unknown_members().map(|(name, _)| name).collect();
        for (name, value) in self.other.unknown_members().filter(|(name, _)| !own.contains(name)) {
            edit.add_member(name.into_owned(), verbatim(value));
        }
        self.merged
    }

    fn section(&mut self, edit: &mut Edit<'t>, section: Section) {
        let own = copies(self.own, section);
        let mut taken: BTreeSet<_> = own.values().flatten().map(|entry| entry.key().into_owned()).collect();
        for (slot, new) in copies(self.other, section) {
            let old = own.get(&slot).map(Vec::as_slice).unwrap_or_default();
            let is_taken = matches!(&slot, Slot::Key(key) if taken.contains(key));
            let (count, is_put) = match old {
                [] if !is_taken => (&mut self.merged.added, true),
                [_, ..] if are_among(&new, old) => (&mut self.merged.unchanged, false),
                [_, ..] if is_newer(section, old, &self.own_ages, &new, &self.other_ages) => {
                    (&mut self.merged.updated, true)
                }
                _ => (&mut self.merged.outdated, false),
            };
            *count += new.len();
            if is_put {
                for old in old {
                    edit.remove(section, old);
                    taken.remove(&*old.key());
                }
                new.iter().for_each(|entry| add(edit, section, &mut taken, entry));
            }
        }
    }
}

/// Returns the entries of a section by their slots. Libraries with different keys leave several copies in one slot.
fn copies(document: Document<'_>, section: Section) -> BTreeMap<Slot, Vec<Entry<'_>>> {
    let mut copies: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for entry in document.entries(section) {
        copies.entry(Slot::of(section, &entry)).or_default().push(entry);
    }
    copies
}

/// Whether one of the `new` copies is certainly newer than all of the `old` ones.
fn is_newer(section: Section, old: &[Entry<'_>], old_ages: &Ages, new: &[Entry<'_>], new_ages: &Ages) -> bool {
    if section == Section::AppMetadata {
        // A response without a family does not end a membership.
        let names_family = |entries: &[Entry<'_>]| {
            entries.iter().any(|entry| entry.fields().is_ok_and(|fields| fields.lenient("family_id").is_some()))
        };
        return names_family(new) && !names_family(old);
    }
    let newest = new.iter().filter_map(|entry| new_ages.of_entry(section, entry)).max();
    old.iter().all(|entry| old_ages.of_entry(section, entry).is_some_and(|age| newest > Some(age)))
}

/// Whether each of the `new` entries has the fields and values of an `old` one.
fn are_among(new: &[Entry<'_>], old: &[Entry<'_>]) -> bool {
    let is_same = |one: &Entry<'_>, other: &Entry<'_>| match (one.fields(), other.fields()) {
        (Ok(one), Ok(other)) => one.is_same(&other),
        _ => one.value() == other.value(),
    };
    new.iter().all(|new| old.iter().any(|old| is_same(new, old)))
}

/// Adds an entry to the edited document, verbatim. If another entry has its key, the key gets a number.
fn add(edit: &mut Edit<'_>, section: Section, taken: &mut BTreeSet<String>, entry: &Entry<'_>) {
    let key = entry.key().into_owned();
    let mut keys = std::iter::once(key.clone()).chain((2..).map(|number: u64| format!("{key}-{number}")));
    let Some(key) = keys.find(|key| !taken.contains(key)) else { unreachable!("the numbers do not end") };
    taken.insert(key.clone());
    edit.put(section, key, verbatim(entry.value()));
}

fn verbatim(value: &[u8]) -> Zeroizing<String> {
    // A document is checked to be UTF-8, and values end at ASCII characters.
    Zeroizing::new(String::from_utf8_lossy(value).into_owned())
}
