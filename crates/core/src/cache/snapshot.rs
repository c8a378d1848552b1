use super::find::access_token::is_granted;
use super::find::case_rule::CaseRule;
use super::text::document::{Document, Entry};
use super::text::filter::{Choice, filter};
use super::text::index::Index;
use super::{AccessTokenEntry, AccessTokenQuery, Account, ParseError, Section};
use crate::secret::{Window, WipedBytes};
use crate::time::Timestamp;
use crate::types::{ClientId, Environment, Issuer, ScopeSet};

/// A document for a quick search of one access token: only possible matches are parsed. It borrows the text, or holds
/// only the relevant part of it ([`Skim`]).
///
/// A snapshot cannot be changed, so the text need not be fully valid: it must be one complete object with closed
/// brackets and strings. [`TokenCache`](super::TokenCache) validates everything.
pub struct Snapshot<'t> {
    text: Text<'t>,
    index: Index,
}

enum Text<'t> {
    Whole(&'t [u8]),
    Filtered(WipedBytes),
}

impl<'t> Snapshot<'t> {
    /// Indexes the document.
    ///
    /// # Errors
    /// The text is blank, cut off, or not an object.
    pub fn scan(text: &'t [u8]) -> Result<Self, ParseError> {
        Ok(Snapshot { text: Text::Whole(text), index: Index::of(text)? })
    }

    /// Whether the snapshot contains the whole document.
    pub fn is_whole(&self) -> bool {
        matches!(self.text, Text::Whole(_))
    }

    /// Like [`TokenCache::accounts`](super::TokenCache::accounts).
    pub fn accounts(&self, issuer: Option<&Issuer>) -> Vec<Account> {
        self.document().accounts(issuer)
    }

    /// Like [`TokenCache::find_access_token`](super::TokenCache::find_access_token).
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

/// How many bytes to keep of entries whose owners may turn out to be irrelevant.
const MOST_ON_TRIAL: usize = 1 << 20;

/// A search for an access token in documents that may be too large for memory. It keeps only the relevant parts.
///
/// In a document whose access tokens come before its accounts, the accounts decide late which tokens are relevant. If
/// too many tokens come before them, a second pass is needed.
pub struct Skim<'q> {
    client_id: &'q ClientId,
    scopes: &'q ScopeSet,
    case: CaseRule,
    account: Option<&'q str>,
    /// The home account ids of the relevant accounts, if they are known.
    owners: Option<Vec<String>>,
    needs_second_look: bool,
}

impl<'q> Skim<'q> {
    /// Prepares a search for a token that grants `scopes` to `client_id` in `environment`, for the account with this
    /// user name or home account id; `None` for all accounts.
    pub fn new(
        client_id: &'q ClientId,
        environment: &Environment,
        scopes: &'q ScopeSet,
        account: Option<&'q str>,
    ) -> Self {
        let case = CaseRule::of(environment);
        Skim { client_id, scopes, case, account, owners: None, needs_second_look: false }
    }

    /// Reads the document through `window`. If the window does not show the whole document at once, keeps only access
    /// tokens that may match, and the entries of their owners. In such a snapshot, missing entries prove nothing, for
    /// example about the tokens that a client holds.
    ///
    /// Returns `None` if the document cannot be read to its end, is not valid for [`scan`](Snapshot::scan), or needs [a
    /// second pass](Skim::needs_second_look).
    pub fn look<'t>(&mut self, window: &'t mut Window<'_>) -> Option<Snapshot<'t>> {
        if window.is_last() {
            return Snapshot::scan(window.text()).ok();
        }
        let known = self.owners.take();
        let is_second = known.is_some();
        let owners = known.unwrap_or_default();
        let mut trial = Trial { skim: self, owners, is_known: is_second, has_passed: false, has_dropped: false };
        let filtered = filter(window, &mut trial);
        let Trial { owners, has_dropped, .. } = trial;
        self.needs_second_look = has_dropped && !is_second;
        if has_dropped {
            self.owners = Some(owners);
            return None;
        }
        let filtered = filtered?;
        let index = Index::of(&filtered).ok()?;
        Some(Snapshot { text: Text::Filtered(filtered), index })
    }

    /// Whether the last pass has found the relevant owners but not kept their tokens.
    pub fn needs_second_look(&self) -> bool {
        self.needs_second_look
    }
}

/// The owners that one pass has found.
struct Trial<'s, 'q> {
    skim: &'s Skim<'q>,
    owners: Vec<String>,
    /// Whether `owners` is complete.
    is_known: bool,
    /// Whether an entry was dropped whose owner may still turn out to be relevant.
    has_passed: bool,
    /// Whether an entry of a relevant owner was dropped.
    has_dropped: bool,
}

impl Choice for Trial<'_, '_> {
    /// Stops a pass that will not be used after all accounts have been read.
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
        // Letters may be escaped.
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
        // In most documents, the accounts come after the access tokens.
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
