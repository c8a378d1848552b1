//! A look at an entry's fields where they lie, without parsing it: enough to rule most entries out.

use super::document::Entry;
use super::scan::{Member, members};

/// The fields of an entry in which nothing is escaped.
pub(super) struct Glance<'t> {
    value: &'t [u8],
    members: Vec<Member>,
}

impl<'t> Entry<'t> {
    /// `None` where only parsing tells: letters may be written as escapes, or it may be no object.
    pub(super) fn glance(&self) -> Option<Glance<'t>> {
        let value = self.value();
        let members = members(value).ok().filter(|_| !self.is_escaped())?;
        Some(Glance { value, members })
    }
}

impl<'t> Glance<'t> {
    /// What an entry says that can be read and holds this field; the empty text where it is missing or no string.
    pub(super) fn text(&self, name: &str) -> &'t str {
        let is_named = |member: &&Member| unquoted(member.key.of(self.value)) == Some(name);
        // Of two fields with one name the last counts.
        let member = self.members.iter().rev().find(is_named);
        member.and_then(|member| unquoted(member.value.of(self.value))).unwrap_or_default()
    }
}

fn unquoted(text: &[u8]) -> Option<&str> {
    str::from_utf8(text.strip_prefix(b"\"")?.strip_suffix(b"\"")?).ok()
}
