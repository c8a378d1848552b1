//! Tokens of which the ID tokens beside them tell contradictory things.

use crate::cache::find::matching::{AUTHORITY, UNKNOWN_AUTHORITY, Within};
use crate::cache::text::edit::Edit;
use crate::cache::text::rewrite::with_fields;
use crate::cache::{Owner, Section};

/// Notes beside the tokens of this user that their issuer is unknown, where ID tokens disagree about it. One of these ID
/// tokens is about to go or to name its issuer, and the others would prove what they have not proven before.
pub(in crate::cache) fn note(edit: &mut Edit<'_>, within: &Within<'_, '_>, owner: &Owner) {
    for section in [Section::AccessToken, Section::RefreshToken] {
        for entry in edit.document.entries(section) {
            let is_theirs = |fields| within.has_owner(&fields, owner) && within.is_contested(&fields);
            if entry.fields().is_ok_and(is_theirs) {
                let value = with_fields(entry.value(), &[(AUTHORITY, Some(UNKNOWN_AUTHORITY))], edit.style);
                edit.replace(section, &entry, value);
            }
        }
    }
}
