//! The search for an access token: over all of them with a reason for each, or quickly.

use super::case_rule::CaseRule;
use super::matching::Within;
use super::verdict::resource_scopes;
use crate::cache::text::document::FieldTexts;
use crate::cache::text::document::{Document, Entry};
use crate::cache::{AccessTokenEntry, AccessTokenQuery, Defect, Section, Verdict};
use crate::time::Timestamp;
use crate::types::{ClientId, ScopeSet};

impl<'t> Document<'t> {
    /// Shows every readable access token to `judge`, and returns the best usable one.
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

    /// The same answer, but parses only what may be it.
    pub(crate) fn find_access_token(self, query: &AccessTokenQuery, now: Timestamp) -> Option<AccessTokenEntry> {
        let within = Within::of_owner(self, &query.issuer, &query.owner);
        let mut best = Best::default();
        for candidate in self.all_entries(Section::AccessToken).filter(|entry| query.may_match(entry)) {
            let Ok(entry) = read(&candidate).map(|entry| query.timed(entry)) else { continue };
            let verdict = query.judge(&entry, now, &within);
            best.offer(entry, candidate.position, verdict);
        }
        // The best of all counts unless it is shadowed. That is so rare that it is looked at last, and once.
        if best.position().is_some_and(|position| self.is_shadowed(Section::AccessToken, position)) {
            return self.judge_access_tokens(query, now, &mut |_, _| {});
        }
        best.into_entry()
    }

    /// The access tokens that answer a query at some time, and perhaps others.
    pub(crate) fn access_tokens_like(self, query: &AccessTokenQuery) -> Vec<AccessTokenEntry> {
        let candidates = self.entries(Section::AccessToken).into_iter().filter(|entry| query.may_match(entry));
        candidates.filter_map(|entry| read(&entry).ok()).collect()
    }
}

pub(in crate::cache) fn read(entry: &Entry<'_>) -> Result<AccessTokenEntry, Defect> {
    AccessTokenEntry::read(&entry.key(), &entry.fields()?)
}

/// The best usable token so far: one that is not aging before one that is, then the one that lives longest, then
/// the one that stands first.
#[derive(Default)]
struct Best(Option<(Rank, usize, AccessTokenEntry)>);

/// What makes a token the better one: that it is not aging, and when it expires.
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
    /// Rules out most entries that [`judge`](AccessTokenQuery::judge) would find unusable, and no other.
    fn may_match(&self, entry: &Entry<'_>) -> bool {
        let Some(texts) = entry.texts() else { return true };
        let case = CaseRule::of(self.issuer.environment());
        is_granted(&texts, &self.client_id, &self.scopes, case)
            && case.same(texts.home_account_id, self.owner.home_account_id().unwrap_or_default())
            && self.realms.iter().any(|realm| case.same(texts.realm, realm.as_str()))
    }
}

/// Whether a client was granted these scopes by the token that an entry is, whoever's it is.
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
            // GitHub's way, as other libraries store it.
            || texts.target.split([',', ' ']).any(|own| case.same(own, scope))
    };
    case.same(texts.client_id, client_id.as_str()) && resource_scopes(scopes).all(granted)
}
