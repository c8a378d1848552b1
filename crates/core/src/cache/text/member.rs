//! The position of an object's member in the text, and of an entry's fields: enough to rule out most entries without
//! parsing them.

use std::borrow::Cow;

/// A range of bytes in the text. It is small, because a large cache has ten of them for each entry.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::cache) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Creates a span of a text that is no longer than [`LONGEST_TEXT`].
    pub(in crate::cache) fn new(start: usize, end: usize) -> Span {
        debug_assert!(end <= LONGEST_TEXT);
        Span { start: start as u32, end: end as u32 }
    }

    pub(in crate::cache) fn start(self) -> usize {
        self.start as usize
    }

    pub(in crate::cache) fn end(self) -> usize {
        self.end as usize
    }

    pub(in crate::cache) fn of(self, text: &[u8]) -> &[u8] {
        &text[self.start()..self.end()]
    }
}

/// The maximum length: a byte less than 4 GiB.
pub(in crate::cache) const LONGEST_TEXT: usize = u32::MAX as usize;

/// One member of an object.
#[derive(Clone, Copy, Debug)]
pub(in crate::cache) struct Member {
    /// The name with its quotes.
    pub(in crate::cache) key: Span,
    pub(in crate::cache) value: Span,
    /// Whether the name or the value contains a backslash.
    pub(in crate::cache) escaped: bool,
    /// The positions of some fields, if the value is an entry.
    pub(in crate::cache) fields: FieldSpans,
}

impl Member {
    /// Returns the decoded name. A name that cannot be decoded (a lone surrogate) is returned as it is.
    pub(in crate::cache) fn name(self, text: &[u8]) -> Cow<'_, str> {
        let quoted = self.key.of(text);
        let bare = &quoted[1..quoted.len() - 1];
        let bare = str::from_utf8(bare).map_or_else(|_| String::from_utf8_lossy(bare), Cow::Borrowed);
        if !self.escaped || !bare.contains('\\') {
            return bare;
        }
        serde_json::from_slice(quoted).map_or(bare, Cow::Owned)
    }
}

/// The positions of some fields' values, with their quotes. If a name is repeated, the last value counts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::cache) struct FieldSpans {
    pub(super) client_id: Span,
    pub(super) home_account_id: Span,
    pub(super) realm: Span,
    pub(super) target: Span,
    pub(super) requested: Span,
    pub(super) username: Span,
}

impl FieldSpans {
    /// Records the position of `field` if it is one of these.
    pub(super) fn note(&mut self, text: &[u8], field: Member) {
        let place = match field.key.of(text) {
            br#""client_id""# => &mut self.client_id,
            br#""home_account_id""# => &mut self.home_account_id,
            br#""realm""# => &mut self.realm,
            br#""target""# => &mut self.target,
            br#""tokcache_requested_scope""# => &mut self.requested,
            br#""username""# => &mut self.username,
            _ => return,
        };
        *place = field.value;
    }
}
