use super::find::access_token::is_granted;
use super::find::matching::CaseRule;
use super::text::document::Document;
use super::text::index::Index;
use super::text::sieve::sift;
use super::{AccessTokenEntry, AccessTokenQuery, Account, ParseError};
use crate::secret::{Window, WipedBytes};
use crate::terms::{ClientId, Environment, Issuer, ScopeSet};
use crate::time::Timestamp;

/// A document to take one access token from, quickly: only what may be the answer is parsed. It borrows its text, or
/// has kept only as much of it as may matter ([`skim`](Snapshot::skim)).
///
/// It cannot be changed, so it need not be valid to the last byte: it has to be one whole object, its brackets and
/// strings closed. Anything more is for [`TokenCache`](super::TokenCache).
pub struct Snapshot<'t> {
    text: Text<'t>,
    index: Index,
}

enum Text<'t> {
    Whole(&'t [u8]),
    Sifted(WipedBytes),
}

impl<'t> Snapshot<'t> {
    /// Looks the document over.
    ///
    /// # Errors
    /// Empty or white space, cut off, or not an object.
    pub fn scan(text: &'t [u8]) -> Result<Self, ParseError> {
        Ok(Snapshot { text: Text::Whole(text), index: Index::of(text)? })
    }

    /// Looks the document over that is read through `window`. Where that does not show all of it at once, only those
    /// access tokens are kept that may grant `scopes` to `client_id` in `environment`. No other can be found, and
    /// nothing may be concluded from its absence: whose tokens a client holds, for instance.
    ///
    /// `None`: it cannot be read to its end, or is none for [`scan`](Snapshot::scan).
    pub fn skim(
        window: &'t mut Window<'_>,
        client_id: &ClientId,
        environment: &Environment,
        scopes: &ScopeSet,
    ) -> Option<Self> {
        if window.is_last() {
            return Snapshot::scan(window.text()).ok();
        }
        let case = CaseRule::of(environment);
        let sifted =
            sift(window, &|entry| entry.glance().is_none_or(|glance| is_granted(&glance, client_id, scopes, case)))?;
        let index = Index::of(&sifted).ok()?;
        Some(Snapshot { text: Text::Sifted(sifted), index })
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
            Text::Sifted(text) => &**text,
        };
        Document { text, index: &self.index }
    }
}

impl std::fmt::Debug for Snapshot<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Snapshot([redacted])")
    }
}
