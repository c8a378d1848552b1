//! Remembers beside the refresh token that a scope was requested but not granted, so that the next call does not repeat
//! the request.

use crate::cache::entry::asked::{self, WITHHELD, Withheld, withheld_text};
use crate::cache::find::matching::Within;
use crate::cache::text::edit::Edit;
use crate::cache::text::rewrite::with_fields;
use crate::cache::{Owner, Section};
use crate::time::Timestamp;
use crate::types::{ClientId, Issuer};

/// Adds the scopes to every refresh token of this client and user, and keeps earlier notes that are still valid.
pub(in crate::cache) fn note(
    edit: &mut Edit<'_>,
    issuer: &Issuer,
    client_id: &ClientId,
    owner: &Owner,
    withheld: &[Withheld],
    now: Timestamp,
) {
    let within = Within::of_owner(edit.document, issuer, owner);
    for entry in edit.document.entries(Section::RefreshToken) {
        let Ok(fields) = entry.fields() else { continue };
        if !within.has_client(&fields, client_id) || !within.is_of_owner(&fields, owner) {
            continue;
        }
        let is_noted_anew = |before: &Withheld| withheld.iter().any(|new| new.scope == before.scope);
        let mut all = asked::withheld(&fields);
        all.retain(|before| before.is_recent(now) && !is_noted_anew(before));
        all.extend_from_slice(withheld);
        let text = withheld_text(&all);
        let value = with_fields(entry.value(), &[(WITHHELD, Some(&text))], edit.style);
        edit.replace(Section::RefreshToken, &entry, value);
    }
}
