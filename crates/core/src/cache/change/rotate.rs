//! Stores a rotated refresh token.

use std::collections::HashSet;

use super::record::{Recording, target_of};
use super::refusal;
use crate::cache::entry::asked;
use crate::cache::entry::fields::AUTHORITY;
use crate::cache::entry::fields::Fields;
use crate::cache::entry::keys::Key;
use crate::cache::find::matching::Within;
use crate::cache::find::refresh_token::Membership;
use crate::cache::text::document::Entry;
use crate::cache::text::edit::Edit;
use crate::cache::text::rewrite::{with_fields, without_fields};
use crate::cache::{Recorded, Section};
use crate::secret::RefreshToken;
use crate::time::Timestamp;
use crate::types::{FamilyId, Issuer};

impl<'t> Recording<'_, 't> {
    /// Determines what happened to the redeemed refresh token meanwhile: it is still there, it was replaced, or the
    /// account was removed, so that neither the token nor a successor is left.
    pub(in crate::cache) fn standing(&self) -> Recorded {
        if self.grant.spent.is_none() || self.grant.sign_in.is_some() {
            return Recorded::Stored;
        }
        let live = self.live_refresh_tokens();
        if live.iter().any(|copy| self.is_spent(&copy.fields)) {
            Recorded::Stored
        } else if live.is_empty() {
            Recorded::SignedOut
        } else {
            Recorded::Overtaken
        }
    }

    /// Updates every copy of the refresh token. The libraries keep copies of one token under different keys and
    /// environments. At a provider with reuse detection, a stale copy would end the sign-in.
    pub(in crate::cache) fn refresh_token(&mut self) {
        let Some(secret) = &self.grant.refresh_token else { return };
        let (spent, others): (Vec<_>, Vec<_>) =
            self.live_refresh_tokens().into_iter().partition(|copy| self.is_spent(&copy.fields));
        let mut renewed = HashSet::new();
        for copy in &spent {
            renewed.insert(copy.environment());
            self.renew(copy, secret);
        }
        let placed = if self.grant.spent.is_none() || self.grant.sign_in.is_some() {
            renewed.insert(self.grant.issuer.environment().as_str().to_owned());
            Some(self.put_refresh_token(secret))
        } else {
            None
        };
        for copy in others.iter().filter(|copy| placed.as_deref() != Some(&*copy.entry.key())) {
            if !self.is_superseded_by(copy, &spent) {
                continue;
            }
            // The only copy in an environment belongs to another library, which continues with the new token.
            if renewed.insert(copy.environment()) {
                self.renew(copy, secret);
            } else {
                self.edit.remove(Section::RefreshToken, &copy.entry);
            }
        }
    }

    /// Returns the entries that hold the redeemed refresh token, and those of this client and its family for the user.
    fn live_refresh_tokens(&self) -> Vec<Copy<'t>> {
        let family_id = match self.edit.document.membership(&self.within, &self.grant.client_id) {
            Membership::Member(family_id) => Some(family_id),
            Membership::NonMember | Membership::Unknown => self.grant.family_id.clone(),
        };
        let is_of_family = |fields: &Fields<'_>| {
            family_id
                .as_ref()
                .is_some_and(|family_id| fields.lenient("family_id").as_deref() == Some(family_id.as_str()))
                && self.within.is_of_owner(fields, &self.grant.owner)
        };
        self.edit
            .document
            .entries(Section::RefreshToken)
            .into_iter()
            .filter_map(|entry| Some(Copy { entry, fields: entry.fields().ok()? }))
            .filter(|Copy { fields, .. }| self.is_spent(fields) || self.is_own(fields) || is_of_family(fields))
            .collect()
    }

    fn is_spent(&self, entry: &Fields<'_>) -> bool {
        let Some(spent) = &self.grant.spent else { return false };
        // A copy of the redeemed token belongs to this issuer, unless it names another one or is proven to be of
        // another one.
        entry.lenient("secret").is_some_and(|own| RefreshToken::new(own) == *spent) && self.within.may_hold(entry)
    }

    /// Whether `copy` is an older version of the redeemed token or, at a sign-in, of this client's token.
    fn is_superseded_by(&self, copy: &Copy<'_>, spent: &[Copy<'_>]) -> bool {
        let family_id = copy.fields.lenient("family_id");
        if self.grant.sign_in.is_some() || self.grant.spent.is_none() {
            let new_family_id = self.grant.family_id.as_ref().map(|family_id| family_id.as_str());
            return self.is_own(&copy.fields) && (family_id.is_none() || family_id.as_deref() == new_family_id);
        }
        spent.iter().any(|spent| {
            let client_id = spent.fields.lenient("client_id");
            self.within.case.same_option(client_id.as_deref(), copy.fields.lenient("client_id").as_deref())
                && self.within.is_of_owner(&copy.fields, &self.grant.owner)
                && spent.fields.lenient("family_id") == family_id
        })
    }

    fn renew(&mut self, copy: &Copy<'_>, secret: &RefreshToken) {
        let family_id = self.grant.family_id.as_ref().filter(|_| self.is_own(&copy.fields));
        copy.renew(self.edit, secret, family_id, self.grant.issuer.identity(), self.now, self.grant.sign_in.is_some());
    }

    /// Adds an entry for the refresh token and returns its key.
    fn put_refresh_token(&mut self, secret: &RefreshToken) -> String {
        let grant = self.grant;
        let (target, now) = (grant.scopes.to_target(), self.now.to_string());
        let mut fields = vec![
            ("credential_type", Some(Section::RefreshToken.name())),
            ("secret", Some(secret.expose())),
            ("home_account_id", grant.owner.home_account_id()),
            ("environment", Some(grant.issuer.environment().as_str())),
            ("client_id", Some(grant.client_id.as_str())),
            ("target", Some(&target)),
            ("last_modification_time", Some(&now)),
        ];
        fields.extend(grant.family_id.as_ref().map(|family_id| ("family_id", Some(family_id.as_str()))));
        let (requested, not_granted) = (target_of(&grant.requested_scopes), target_of(&grant.scopes_not_granted));
        for (name, text) in [(asked::REQUESTED, &requested), (asked::NOT_GRANTED, &not_granted)] {
            fields.extend(text.as_deref().map(|text| (name, Some(text))));
        }
        fields.extend(self.mark());
        self.put_new(Section::RefreshToken, Key::refresh_token(grant), &fields, Self::is_own)
    }
}

/// An entry that holds a copy of a refresh token, or an older version of the token.
struct Copy<'t> {
    entry: Entry<'t>,
    fields: Fields<'t>,
}

/// Replaces every copy of `spent` by `successor`.
pub(in crate::cache) fn replace_refresh_token(
    edit: &mut Edit<'_>,
    issuer: &Issuer,
    spent: &RefreshToken,
    successor: &RefreshToken,
    now: Timestamp,
) {
    let within = Within::new(edit.document, issuer);
    for entry in edit.document.entries(Section::RefreshToken) {
        let Ok(fields) = entry.fields() else { continue };
        let is_spent = fields.lenient("secret").is_some_and(|own| RefreshToken::new(own) == *spent);
        if is_spent && within.may_hold(&fields) {
            Copy { entry, fields }.renew(edit, successor, None, issuer.identity(), now, false);
        }
    }
}

impl Copy<'_> {
    /// Replaces the secret of an entry. Drops the notes about the old secret and, at a new sign-in, about the old
    /// sign-in. Records `identity`, the issuer, which the server's response has just proven.
    fn renew(
        &self,
        edit: &mut Edit<'_>,
        secret: &RefreshToken,
        family_id: Option<&FamilyId>,
        identity: Option<&str>,
        now: Timestamp,
        is_sign_in: bool,
    ) {
        let now = now.to_string();
        let mut fields = vec![("secret", Some(secret.expose()))];
        // A writer that does not record the time would not update it either, and an outdated time would hide that it
        // wrote last.
        if self.fields.lenient("last_modification_time").is_some() {
            fields.push(("last_modification_time", Some(now.as_str())));
        }
        fields.extend(family_id.map(|family_id| ("family_id", Some(family_id.as_str()))));
        fields.extend(identity.map(|identity| (AUTHORITY, Some(identity))));
        let of_sign_in = if is_sign_in { &asked::OF_SIGN_IN[..] } else { &[] };
        let void = [&refusal::FIELDS, of_sign_in].concat();
        let unrefused = without_fields(self.entry.value(), &void, edit.style);
        edit.replace(Section::RefreshToken, &self.entry, with_fields(unrefused.as_bytes(), &fields, edit.style));
    }

    fn environment(&self) -> String {
        self.fields.lenient("environment").unwrap_or_default().to_ascii_lowercase()
    }
}
