//! A look at an entry's fields where they lie, without parsing it: enough to rule most entries out.

use super::document::Entry;
use super::scan::{Member, Span};

/// Where the values of some fields stand, with their quotes. Of two fields with one name the last counts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::cache) struct FieldSpans {
    client_id: Span,
    home_account_id: Span,
    realm: Span,
    target: Span,
    requested: Span,
    username: Span,
}

/// What an entry says in which nothing is escaped. Empty is what is missing or no string.
pub(in crate::cache) struct FieldTexts<'t> {
    pub(in crate::cache) client_id: &'t str,
    pub(in crate::cache) home_account_id: &'t str,
    pub(in crate::cache) realm: &'t str,
    pub(in crate::cache) target: &'t str,
    pub(in crate::cache) requested: &'t str,
    pub(in crate::cache) username: &'t str,
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

impl<'t> Entry<'t> {
    /// `None` where only parsing tells, as letters may be written as escapes.
    pub(in crate::cache) fn texts(&self) -> Option<FieldTexts<'t>> {
        let FieldSpans { client_id, home_account_id, realm, target, requested, username } = self.member.look;
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
