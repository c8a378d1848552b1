//! The search for an access token: over all tokens with a reason for each, or quickly.

use super::case_rule::CaseRule;
use super::matching::Within;
use super::verdict::resource_scopes;
use crate::cache::text::document::{Document, Entry, FieldTexts};
use crate::cache::{AccessTokenEntry, AccessTokenQuery, Defect, Section, Verdict};
use crate::time::Timestamp;
use crate::types::{ClientId, ScopeSet};

impl<'t> Document<'t> {
    /// Passes every readable access token to `judge`, and returns the best usable one.
    pub(in crate::cache) fn judge_access_tokens(
        self,
        query: &AccessTokenQuery,
        now: Timestamp,
        judge: &mut dyn FnMut(&AccessTokenEntry, Verdict),
    ) -> Option<AccessTokenEntry> {
        let within = Within::of_owner(self, &query.issuer, &query.owner);
        let mut best = Best::default();
        for candidate in self.entries(Section::AccessToken) {
            let Ok(entry) = read(&candidate).map(|entry| query.timed(entry)) else { continue };
            let verdict = query.judge(&entry, now, &within);
            judge(&entry, verdict);
            best.offer(entry, candidate.position, verdict);
        }
        best.into_entry()
    }

    /// Returns the same result as `judge_access_tokens`, but parses only possible matches.
    pub(crate) fn find_access_token(self, query: &AccessTokenQuery, now: Timestamp) -> Option<AccessTokenEntry> {
        let within = Within::of_owner(self, &query.issuer, &query.owner);
        let mut best = Best::default();
        for candidate in self.all_entries(Section::AccessToken).filter(|entry| query.may_match(entry)) {
            let Ok(entry) = read(&candidate).map(|entry| query.timed(entry)) else { continue };
            let verdict = query.judge(&entry, now, &within);
            best.offer(entry, candidate.position, verdict);
        }
        // A shadowed best token is so rare that this is checked last, and only once.
        if best.position().is_some_and(|position| self.is_shadowed(Section::AccessToken, position)) {
            return self.judge_access_tokens(query, now, &mut |_, _| {});
        }
        best.into_entry()
    }

    /// Returns the access tokens that match the query at some time, and perhaps others.
    pub(crate) fn access_tokens_like(self, query: &AccessTokenQuery) -> Vec<AccessTokenEntry> {
        let candidates = self.entries(Section::AccessToken).into_iter().filter(|entry| query.may_match(entry));
        candidates.filter_map(|entry| read(&entry).ok()).collect()
    }
}

pub(in crate::cache) fn read(entry: &Entry<'_>) -> Result<AccessTokenEntry, Defect> {
    AccessTokenEntry::read(&entry.key(), &entry.fields()?)
}

/// The best usable token so far. One that is not aging beats one that is, then the longest lifetime wins, then the
/// first position.
#[derive(Default)]
struct Best(Option<(Rank, usize, AccessTokenEntry)>);

/// The criteria of the comparison: not aging, and the time of expiry.
type Rank = (bool, Timestamp);

impl Best {
    fn offer(&mut self, entry: AccessTokenEntry, position: usize, verdict: Verdict) {
        let Verdict::Usable { aging } = verdict else { return };
        let rank = (!aging, entry.expires_on);
        if self.0.as_ref().is_none_or(|(best, ..)| rank > *best) {
            self.0 = Some((rank, position, entry));
        }
    }

    fn position(&self) -> Option<usize> {
        self.0.as_ref().map(|(_, position, _)| *position)
    }

    fn into_entry(self) -> Option<AccessTokenEntry> {
        self.0.map(|(.., entry)| entry)
    }
}

impl AccessTokenQuery {
    /// Whether the entry may match. Rules out most entries that [`judge`](AccessTokenQuery::judge) would find unusable,
    /// and no others.
    fn may_match(&self, entry: &Entry<'_>) -> bool {
        let Some(texts) = entry.texts() else { return true };
        let case = CaseRule::of(self.issuer.environment());
        is_granted(&texts, &self.client_id, &self.scopes, case)
            && case.same(texts.home_account_id, self.owner.home_account_id().unwrap_or_default())
            && self.realms.iter().any(|realm| case.same(texts.realm, realm.as_str()))
    }
}

/// Whether the token grants these scopes to a client, whoever owns the token.
pub(in crate::cache) fn is_granted(
    texts: &FieldTexts<'_>,
    client_id: &ClientId,
    scopes: &ScopeSet,
    case: CaseRule,
) -> bool {
    let stands_in = |scopes: &str, scope: &str| scopes.split_whitespace().any(|own| case.same(own, scope));
    let granted = |scope: &str| {
        stands_in(texts.target, scope)
            || stands_in(texts.requested, scope)
            // Other libraries store GitHub's format, with commas.
            || texts.target.contains(',') && texts.target.split([',', ' ']).any(|own| case.same(own, scope))
    };
    case.same(texts.client_id, client_id.as_str()) && resource_scopes(scopes).all(granted)
}
