use super::find::access_token::is_granted;
use super::find::case_rule::CaseRule;
use super::text::document::Document;
use super::text::document::Entry;
use super::text::filter::{Choice, filter};
use super::text::index::Index;
use super::{AccessTokenEntry, AccessTokenQuery, Account, ParseError, Section};
use crate::secret::{Window, WipedBytes};
use crate::time::Timestamp;
use crate::types::{ClientId, Environment, Issuer, ScopeSet};

/// A document to take one access token from, quickly: only what may be the answer is parsed. It borrows its text, or
/// has kept only as much of it as may matter ([`Skim`]).
///
/// It cannot be changed, so it need not be valid to the last byte: it has to be one whole object, its brackets and
/// strings closed. Anything more is for [`TokenCache`](super::TokenCache).
pub struct Snapshot<'t> {
    text: Text<'t>,
    index: Index,
}

enum Text<'t> {
    Whole(&'t [u8]),
    Filtered(WipedBytes),
}

impl<'t> Snapshot<'t> {
    /// Looks the document over.
    ///
    /// # Errors
    /// Empty or white space, cut off, or not an object.
    pub fn scan(text: &'t [u8]) -> Result<Self, ParseError> {
        Ok(Snapshot { text: Text::Whole(text), index: Index::of(text)? })
    }

    /// Whether it shows all of the document.
    pub fn is_whole(&self) -> bool {
        matches!(self.text, Text::Whole(_))
    }

    /// What [`TokenCache::accounts`](super::TokenCache::accounts) returns.
    pub fn accounts(&self, issuer: Option<&Issuer>) -> Vec<Account> {
        self.document().accounts(issuer)
    }

    /// What [`TokenCache::find_access_token`](super::TokenCache::find_access_token) returns.
    pub fn find_access_token(&self, query: &AccessTokenQuery, now: Timestamp) -> Option<AccessTokenEntry> {
        self.document().find_access_token(query, now)
    }

    pub(crate) fn document(&self) -> Document<'_> {
        let text = match &self.text {
            Text::Whole(text) => text,
            Text::Filtered(text) => &**text,
        };
        Document { text, index: &self.index }
    }
}

/// How much is kept of entries whose owners are not known yet to be wanted.
const MOST_ON_TRIAL: usize = 1 << 20;

/// A search for an access token through documents that may be too large to keep: only what may matter of one is kept.
///
/// A document whose access tokens stand before its accounts tells only then who is meant. If it holds too much by then,
/// a second look is needed.
pub struct Skim<'q> {
    client_id: &'q ClientId,
    scopes: &'q ScopeSet,
    case: CaseRule,
    account: Option<&'q str>,
    /// The home account ids of those that are meant, where they are known.
    owners: Option<Vec<String>>,
    needs_second_look: bool,
}

impl<'q> Skim<'q> {
    /// For a token that may grant `scopes` to `client_id` in `environment`, to the account that this user name or home
    /// account id means; `None`: whoever has signed in.
    pub fn new(
        client_id: &'q ClientId,
        environment: &Environment,
        scopes: &'q ScopeSet,
        account: Option<&'q str>,
    ) -> Self {
        let case = CaseRule::of(environment);
        Skim { client_id, scopes, case, account, owners: None, needs_second_look: false }
    }

    /// Looks the document over that is read through `window`. Where that does not show all of it at once, only access
    /// tokens that may be the answer are kept, and what belongs to their owner. No other can be found, and nothing may
    /// be concluded from its absence: whose tokens a client holds, for instance.
    ///
    /// `None`: it cannot be read to its end, is none for [`scan`](Snapshot::scan), or
    /// [a second look](Skim::needs_second_look) at the same document is needed.
    pub fn look<'t>(&mut self, window: &'t mut Window<'_>) -> Option<Snapshot<'t>> {
        if window.is_last() {
            return Snapshot::scan(window.text()).ok();
        }
        let known = self.owners.take();
        let is_second = known.is_some();
        let owners = known.unwrap_or_default();
        let mut trial = Trial { skim: self, owners, is_known: is_second, has_passed: false, has_dropped: false };
        let sifted = filter(window, &mut trial);
        let Trial { owners, has_dropped, .. } = trial;
        self.needs_second_look = has_dropped && !is_second;
        if has_dropped {
            self.owners = Some(owners);
            return None;
        }
        let sifted = sifted?;
        let index = Index::of(&sifted).ok()?;
        Some(Snapshot { text: Text::Filtered(sifted), index })
    }

    /// Whether the last look has shown whose tokens matter, but not kept them.
    pub fn needs_second_look(&self) -> bool {
        self.needs_second_look
    }
}

/// What one look knows of owners.
struct Trial<'s, 'q> {
    skim: &'s Skim<'q>,
    owners: Vec<String>,
    /// Whether all owners that matter are among them.
    is_known: bool,
    /// Whether something was not kept whose owner may still turn out to matter.
    has_passed: bool,
    /// Whether one has.
    has_dropped: bool,
}

impl Choice for Trial<'_, '_> {
    /// A look whose result will not be used ends where all accounts have been seen.
    fn is_enough(&mut self, section: Section) -> bool {
        section == Section::Account && self.has_dropped
    }

    fn is_wanted(&mut self, section: Section, entry: &Entry<'_>, kept: usize) -> bool {
        let Skim { client_id, scopes, case, account, .. } = *self.skim;
        if section == Section::AccessToken
            && entry.texts().is_some_and(|texts| !is_granted(&texts, client_id, scopes, case))
        {
            return false;
        }
        let Some(account) = account else { return true };
        // Letters may be written as escapes.
        let parsed = entry.texts().is_none().then(|| entry.fields().ok()).flatten();
        let text = |name: &'static str| parsed.as_ref().and_then(|fields| fields.lenient(name)).unwrap_or_default();
        let (owner, username) = match entry.texts() {
            Some(texts) => (texts.home_account_id.into(), texts.username.into()),
            None => (text("home_account_id"), text("username")),
        };
        if section == Section::Account {
            let is_meant = case.same(&owner, account) || !account.is_empty() && username.eq_ignore_ascii_case(account);
            if is_meant && !self.is_owner(&owner) {
                self.owners.push(owner.into_owned());
                self.has_dropped |= self.has_passed;
            }
            return is_meant;
        }
        if self.is_owner(&owner) || case.same(&owner, account) {
            return true;
        }
        // The accounts come after the access tokens in most documents.
        let is_kept = !self.is_known && self.owners.is_empty() && kept < MOST_ON_TRIAL;
        self.has_passed |= !is_kept;
        is_kept
    }
}

impl Trial<'_, '_> {
    fn is_owner(&self, owner: &str) -> bool {
        self.owners.iter().any(|known| self.skim.case.same(known, owner))
    }
}

impl std::fmt::Debug for Snapshot<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Snapshot([redacted])")
    }
}
