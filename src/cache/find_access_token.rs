//! The search for an access token: over all of them with a reason for each, or quickly.

use super::document::{Document, Entry};
use super::matching::CaseRule;
use super::search::{Needle, Search};
use super::{AccessTokenEntry, AccessTokenQuery, Defect, Section, Verdict};
use crate::time::Timestamp;

impl<'t> Document<'t> {
    /// Shows every readable access token to `judge`, and returns the best usable one.
    pub(super) fn judge_access_tokens(
        self,
        query: &AccessTokenQuery,
        now: Timestamp,
        judge: &mut dyn FnMut(&AccessTokenEntry, Verdict),
    ) -> Option<AccessTokenEntry> {
        let mut best = Best::default();
        for entry in self.entries(Section::AccessToken).iter().filter_map(|entry| read(entry).ok()) {
            let verdict = query.judge(&entry, now);
            judge(&entry, verdict);
            best.offer(entry, verdict);
        }
        best.into_entry()
    }

    /// The same answer, but parses only what may be it.
    pub(super) fn find_access_token(self, query: &AccessTokenQuery, now: Timestamp) -> Option<AccessTokenEntry> {
        let filter = Filter::new(query, Search::of(self.text.len()));
        let mut best = Best::default();
        for candidate in self.all_entries(Section::AccessToken).filter(|entry| filter.may_match(entry)) {
            let Ok(entry) = read(&candidate) else { continue };
            let verdict = query.judge(&entry, now);
            if best.is_beaten_by(&entry, verdict) && !self.is_shadowed(Section::AccessToken, candidate) {
                best.offer(entry, verdict);
            }
        }
        best.into_entry()
    }
}

pub(super) fn read(entry: &Entry<'_>) -> Result<AccessTokenEntry, Defect> {
    AccessTokenEntry::read(&entry.key(), &entry.fields()?)
}

/// The best usable token so far: one that is not aging before one that is, then the one that lives longest, then
/// the one that stands first.
#[derive(Default)]
struct Best(Option<(bool, AccessTokenEntry)>);

impl Best {
    fn is_beaten_by(&self, entry: &AccessTokenEntry, verdict: Verdict) -> bool {
        match (verdict, &self.0) {
            (Verdict::Unusable(_), _) => false,
            (Verdict::Usable { .. }, None) => true,
            (Verdict::Usable { aging }, Some((best_aging, best))) => {
                (!aging, entry.expires_on) > (!best_aging, best.expires_on)
            }
        }
    }

    fn offer(&mut self, entry: AccessTokenEntry, verdict: Verdict) {
        if let Verdict::Usable { aging } = verdict
            && self.is_beaten_by(&entry, verdict)
        {
            self.0 = Some((aging, entry));
        }
    }

    fn into_entry(self) -> Option<AccessTokenEntry> {
        self.0.map(|(_, entry)| entry)
    }
}

/// Rules out entries by their bytes.
///
/// What a matching entry has to say, it says in these very bytes, unless it says it in escapes: so an entry
/// with a backslash in it always passes, and so does one where letters may differ by case.
struct Filter<'q> {
    /// Of each group, one has to occur.
    groups: Vec<Vec<Needle<'q>>>,
}

impl<'q> Filter<'q> {
    fn new(query: &'q AccessTokenQuery, search: Search) -> Self {
        let case = CaseRule::of(&query.environment);
        let needle = |text: &'q str| search.needle(caseless(text, case));
        let mut groups: Vec<_> = query.resource_scopes().map(|scope| vec![needle(scope)]).collect();
        groups.push(vec![needle(query.client_id.as_str())]);
        groups.extend(query.owner.home_account_id().map(|id| vec![needle(id)]));
        groups.push(query.realms.iter().map(|realm| needle(realm.as_str())).collect());
        Filter { groups }
    }

    fn may_match(&self, entry: &Entry<'_>) -> bool {
        let occurs = |group: &Vec<Needle<'_>>| group.iter().any(|needle| needle.occurs_in(entry.value()));
        entry.is_escaped() || self.groups.iter().all(occurs)
    }
}

/// What occurs in every spelling of `text`: all of it, or where case is folded its longest part without a letter.
fn caseless(text: &str, case: CaseRule) -> &[u8] {
    match case {
        CaseRule::Exact => text.as_bytes(),
        CaseRule::Folded => {
            text.as_bytes().split(u8::is_ascii_alphabetic).max_by_key(|part| part.len()).unwrap_or_default()
        }
    }
}
