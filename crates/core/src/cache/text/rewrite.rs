//! Rewrites one object: replaces, removes or adds members, and copies everything else verbatim.

use zeroize::Zeroizing;

use super::document::counting;
use super::index::members;
use super::member::{Member, Span};
use super::style::Style;
use crate::secret::SecretBuffer;

/// A change of a member.
pub(in crate::cache) enum Change {
    Remove,
    Replace(Zeroizing<String>),
}

/// An object to rewrite.
pub(in crate::cache) struct Rewrite<'t> {
    pub(in crate::cache) text: &'t [u8],
    pub(in crate::cache) object: Span,
    pub(in crate::cache) members: &'t [Member],
    pub(in crate::cache) style: Style,
    /// The nesting depth of the object in the file.
    pub(in crate::cache) depth: usize,
}

impl Rewrite<'_> {
    /// Appends the object to `out`. Drops shadowed members, because a reader that uses the first of them would see
    /// them.
    pub(in crate::cache) fn write(
        &self,
        out: &mut SecretBuffer,
        mut change: impl FnMut(usize) -> Option<Change>,
        added: impl Iterator<Item = (String, Zeroizing<String>)>,
    ) {
        let counting = counting(self.text, self.members);
        let mut start = self.object.start() + 1;
        let mut separator = "{";
        for (position, member) in self.members.iter().enumerate() {
            let is_last = position + 1 == self.members.len();
            // Only white space separates a value from its comma.
            let blank = self.text[member.value.end()..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let end = if is_last { member.value.end() } else { member.value.end() + blank };
            let change = if counting[position] { change(position) } else { Some(Change::Remove) };
            if !matches!(change, Some(Change::Remove)) {
                out.push_str(separator);
                separator = ",";
            }
            match change {
                None => self.copy(out, Span::new(start, end)),
                Some(Change::Remove) => {}
                Some(Change::Replace(value)) => {
                    self.copy(out, Span::new(start, member.value.start()));
                    out.push_str(&value);
                    self.copy(out, Span::new(member.value.end(), end));
                }
            }
            start = end + 1;
        }
        for (name, value) in added {
            out.push_str(separator);
            separator = ",";
            self.style.name(out, &name, self.depth + 1);
            out.push_str(&value);
        }
        match (separator, self.members.last()) {
            ("{", _) => out.push('{'),
            (_, None) => self.style.end_line(out, self.depth),
            (_, Some(last)) => self.copy(out, Span::new(last.value.end(), self.object.end() - 1)),
        }
        out.push('}');
    }

    fn copy(&self, out: &mut SecretBuffer, span: Span) {
        // The text was checked to be UTF-8, and spans end at ASCII characters.
        out.push_str(&String::from_utf8_lossy(span.of(self.text)));
    }
}

/// The nesting depth of an entry in the file.
const ENTRY_DEPTH: usize = 2;

/// Returns the entry `value` with these fields set, at their positions or at the end. Copies its other fields verbatim.
pub(in crate::cache) fn with_fields(value: &[u8], fields: &[(&str, Option<&str>)], style: Style) -> Zeroizing<String> {
    let Ok(members) = members(value) else { return style.object(fields, ENTRY_DEPTH) };
    let named = |name: &str| fields.iter().find(|(own, _)| *own == name);
    let has = |name: &str| members.iter().any(|member| member.name(value) == name);
    let added = fields.iter().filter(|(name, _)| !has(name));
    let object = Span::new(0, value.len());
    let rewrite = Rewrite { text: value, object, members: &members, style, depth: ENTRY_DEPTH };
    let mut out = SecretBuffer::with_capacity(value.len() * 2);
    rewrite.write(
        &mut out,
        |position| {
            let (_, value) = named(&members[position].name(value))?;
            Some(Change::Replace(style.string_or_null(*value)))
        },
        added.map(|(name, value)| ((*name).to_owned(), style.string_or_null(*value))),
    );
    out.finish()
}

/// Returns the entry `value` without these fields. Copies the others verbatim.
pub(in crate::cache) fn without_fields(value: &[u8], names: &[&str], style: Style) -> Zeroizing<String> {
    let Ok(members) = members(value) else { return style.object(&[], ENTRY_DEPTH) };
    let object = Span::new(0, value.len());
    let rewrite = Rewrite { text: value, object, members: &members, style, depth: ENTRY_DEPTH };
    let mut out = SecretBuffer::with_capacity(value.len());
    let is_named = |position: usize| names.contains(&&*members[position].name(value));
    rewrite.write(&mut out, |position| is_named(position).then_some(Change::Remove), std::iter::empty());
    out.finish()
}
