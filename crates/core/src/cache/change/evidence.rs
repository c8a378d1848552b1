//! What ID tokens tell of the entries beside them, noted before one of these ID tokens goes or names its issuer: from then
//! on it tells nothing of the others.

use crate::cache::entry::fields::Fields;
use crate::cache::find::mark::{AUTHORITY, UNKNOWN_AUTHORITY, is_marked};
use crate::cache::find::matching::Within;
use crate::cache::text::edit::Edit;
use crate::cache::text::rewrite::with_fields;
use crate::cache::{Owner, Section};

/// Notes beside the tokens of this user that their issuer is unknown, where ID tokens disagree about it: those that
/// stay would prove what they have not proven before.
pub(in crate::cache) fn note_contested(edit: &mut Edit<'_>, within: &Within<'_, '_>, owner: &Owner) {
    let is_contested = |fields: &Fields<'_>| within.is_contested(fields);
    note(edit, within, owner, &[Section::AccessToken, Section::RefreshToken], UNKNOWN_AUTHORITY, &is_contested);
}

/// Notes the issuer beside everything of this user that the ID tokens prove to be the issuer's.
pub(in crate::cache) fn note_proven(edit: &mut Edit<'_>, within: &Within<'_, '_>, owner: &Owner) {
    let Some(identity) = within.issuer.identity().filter(|_| !within.issuer.is_proven_by_environment()) else { return };
    let is_proven = |fields: &Fields<'_>| !is_marked(fields) && within.holds(fields);
    note(edit, within, owner, &[Section::AccessToken, Section::RefreshToken, Section::Account], identity, &is_proven);
}

fn note(
    edit: &mut Edit<'_>,
    within: &Within<'_, '_>,
    owner: &Owner,
    sections: &[Section],
    authority: &str,
    is_meant: &dyn Fn(&Fields<'_>) -> bool,
) {
    for section in sections {
        for entry in edit.document.entries(*section) {
            if entry.fields().is_ok_and(|fields| within.has_owner(&fields, owner) && is_meant(&fields)) {
                let value = with_fields(entry.value(), &[(AUTHORITY, Some(authority))], edit.style);
                edit.replace(*section, &entry, value);
            }
        }
    }
}
