//! Records what ID tokens prove about the entries beside them. This happens before such an ID token is removed or
//! marked with its issuer, since afterwards it proves nothing about other entries.

use crate::cache::entry::fields::AUTHORITY;
use crate::cache::entry::fields::Fields;
use crate::cache::find::mark::{UNKNOWN_AUTHORITY, is_marked};
use crate::cache::find::matching::Within;
use crate::cache::text::edit::Edit;
use crate::cache::text::rewrite::with_fields;
use crate::cache::{Owner, Section};

/// Marks this user's tokens as of unknown issuer if the ID tokens disagree about it. Otherwise, once some ID tokens are
/// gone, the remaining ones would seem to prove an issuer.
pub(in crate::cache) fn note_contested(edit: &mut Edit<'_>, within: &Within<'_, '_>, owner: &Owner) {
    let is_contested = |fields: &Fields<'_>| within.is_contested(fields);
    note(edit, within, owner, &[Section::AccessToken, Section::RefreshToken], UNKNOWN_AUTHORITY, &is_contested);
}

/// Marks everything of this user that the ID tokens prove to be of this issuer.
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
