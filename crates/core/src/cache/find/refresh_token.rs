//! Finds the refresh tokens that a client may redeem.

use std::collections::BTreeMap;

use super::matching::Within;
use crate::cache::entry::keys::Key;
use crate::cache::text::document::{Document, Entry};
use crate::cache::{Defect, Owner, RefreshTokenEntry, RefreshTokenQuery, Section};
use crate::time::Timestamp;
use crate::types::{ClientId, FamilyId};

/// The family to try for a client whose family is unknown. No other family exists.
const FIRST_FAMILY: &str = "1";

/// The known family membership of a client.
#[derive(Debug, Eq, PartialEq)]
pub(in crate::cache) enum Membership {
    Member(FamilyId),
    /// The client has received a response that named no family.
    NonMember,
    Unknown,
}

impl Document<'_> {
    /// Returns at most one current token of the family and one of the client itself, in the order to try.
    pub(crate) fn find_refresh_tokens(self, query: &RefreshTokenQuery) -> Vec<RefreshTokenEntry> {
        let owner = Owner::User(query.home_account_id.clone());
        let within = &Within::of_owner(self, &query.issuer, &owner);
        let family = match self.membership(within, &query.client_id) {
            Membership::Member(family_id) => Some(family_id),
            Membership::NonMember => None,
            Membership::Unknown => Some(FamilyId::new(FIRST_FAMILY)),
        };
        let of_user: Vec<RefreshTokenEntry> = self
            .entries(Section::RefreshToken)
            .iter()
            .filter(|entry| entry.fields().is_ok_and(|fields| within.is_of_owner(&fields, &owner)))
            .filter_map(|entry| read(entry).ok())
            .collect();
        let (of_family, others): (Vec<_>, Vec<_>) =
            of_user.into_iter().partition(|entry| family.is_some() && entry.family_id == family);
        let own =
            others.into_iter().filter(|entry| within.case.same(entry.client_id.as_str(), query.client_id.as_str()));
        let live_of_family = self.live(within, &owner, of_family);
        let mut found: Vec<_> = live_of_family.into_iter().chain(self.live(within, &owner, own.collect())).collect();
        found.dedup_by(|second, first| second.secret == first.secret);
        found
    }

    pub(in crate::cache) fn membership(self, within: &Within<'_, '_>, client_id: &ClientId) -> Membership {
        let mut membership = Membership::Unknown;
        for fields in self.entries(Section::AppMetadata).iter().filter_map(|entry| entry.fields().ok()) {
            if !within.is_in_environment(&fields) || !within.has_client(&fields, client_id) {
                continue;
            }
            match fields.lenient("family_id") {
                Some(family_id) => return Membership::Member(FamilyId::new(family_id)),
                None => membership = Membership::NonMember,
            }
        }
        membership
    }

    /// Returns the copy that was changed last. The others have been redeemed, and redeeming one again would end the
    /// sign-in at a provider with reuse detection. Between equal copies, one with a recorded time wins.
    fn live(self, within: &Within<'_, '_>, owner: &Owner, copies: Vec<RefreshTokenEntry>) -> Option<RefreshTokenEntry> {
        let all_record = copies.iter().all(|copy| copy.last_modification_time.is_some());
        let seen = if all_record { BTreeMap::new() } else { self.last_seen(within, owner) };
        let evidence = |copy: &RefreshTokenEntry| {
            let recorded = copy.last_modification_time;
            let writer = writer(within, copy.environment.as_str(), copy.client_id.as_str());
            (recorded.or_else(|| seen.get(&writer).copied()), recorded.is_some())
        };
        // The first of equals wins, as in MSAL; `max_by_key` returns the last.
        copies.into_iter().rev().max_by_key(evidence)
    }

    /// Returns when each writer that does not record the time last stored a token for `owner`. Entries under MSAL
    /// Python's keys are excluded, because their writers record the time.
    fn last_seen(self, within: &Within<'_, '_>, owner: &Owner) -> BTreeMap<(String, String), Timestamp> {
        let mut last = BTreeMap::new();
        for entry in self.entries(Section::AccessToken) {
            let Ok(fields) = entry.fields() else { continue };
            if !within.is_of_owner(&fields, owner) || Key::is_pythons_access_token(&entry.key(), &fields) {
                continue;
            }
            let (environment, client_id) = (fields.lenient("environment"), fields.lenient("client_id"));
            let (Some(environment), Some(client_id)) = (environment, client_id) else { continue };
            let Some(seen) = fields.lenient_time("cached_at") else { continue };
            let last = last.entry(writer(within, &environment, &client_id)).or_insert(seen);
            *last = seen.max(*last);
        }
        last
    }
}

/// Identifies a writer. Each writer uses only one environment.
fn writer(within: &Within<'_, '_>, environment: &str, client_id: &str) -> (String, String) {
    (environment.to_ascii_lowercase(), within.case.folded(client_id).into_owned())
}

pub(in crate::cache) fn read(entry: &Entry<'_>) -> Result<RefreshTokenEntry, Defect> {
    RefreshTokenEntry::read(&entry.key(), &entry.fields()?)
}
