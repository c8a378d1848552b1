//! A look at an entry's fields where they lie, without parsing it: enough to rule most entries out.

use super::document::Entry;
use super::scan::each_member;

/// What an entry says in which nothing is escaped, if it can be read at all. Empty is what is missing or no string.
#[derive(Default)]
pub(in crate::cache) struct Glance<'t> {
    pub(in crate::cache) client_id: &'t str,
    pub(in crate::cache) home_account_id: &'t str,
    pub(in crate::cache) realm: &'t str,
    pub(in crate::cache) target: &'t str,
}

impl<'t> Entry<'t> {
    /// `None` where only parsing tells: letters may be written as escapes, or it may be no object.
    pub(in crate::cache) fn glance(&self) -> Option<Glance<'t>> {
        if self.is_escaped() {
            return None;
        }
        let (value, mut glance) = (self.value(), Glance::default());
        let scanned = each_member(value, |member| {
            let field = match member.key.of(value) {
                br#""client_id""# => &mut glance.client_id,
                br#""home_account_id""# => &mut glance.home_account_id,
                br#""realm""# => &mut glance.realm,
                br#""target""# => &mut glance.target,
                _ => return,
            };
            // Of two fields with one name the last counts.
            *field = text(member.value.of(value)).unwrap_or_default();
        });
        scanned.is_ok().then_some(glance)
    }
}

fn text(quoted: &[u8]) -> Option<&str> {
    str::from_utf8(quoted.strip_prefix(b"\"")?.strip_suffix(b"\"")?).ok()
}
