//! Where a member of an object lies in the text, and the fields of an entry: enough to rule most entries out without
//! parsing them.

use std::borrow::Cow;

/// A range of bytes of the text. Small, as a large cache has ten for each entry.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::cache) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Of a text that is no longer than [`LONGEST_TEXT`].
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

/// A byte less than 4 GiB.
pub(in crate::cache) const LONGEST_TEXT: usize = u32::MAX as usize;

/// One member of an object.
#[derive(Clone, Copy, Debug)]
pub(in crate::cache) struct Member {
    /// The name with its quotes.
    pub(in crate::cache) key: Span,
    pub(in crate::cache) value: Span,
    /// Whether a backslash stands in the name or the value.
    pub(in crate::cache) escaped: bool,
    /// What is to be seen in the entry that the value is.
    pub(in crate::cache) look: FieldSpans,
}

impl Member {
    /// The name, decoded. One that has no decoded form (a lone surrogate) stands for itself.
    pub(in crate::cache) fn name(self, text: &[u8]) -> Cow<'_, str> {
        let quoted = self.key.of(text);
        let bare = String::from_utf8_lossy(&quoted[1..quoted.len() - 1]);
        if !self.escaped || !bare.contains('\\') {
            return bare;
        }
        serde_json::from_slice(quoted).map_or(bare, Cow::Owned)
    }
}

/// Where the values of some fields stand, with their quotes. Of two fields with one name the last counts.
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
    /// Keeps the place of `field`, if it is one of these.
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
