use super::text::document::Document;
use super::text::scan::Index;
use super::{AccessTokenEntry, AccessTokenQuery, Account, ParseError};
use crate::secret::RawIdToken;
use crate::terms::{ClientId, Environment};
use crate::time::Timestamp;

/// A document to take one access token from, quickly: the text is borrowed, and only what may be the answer is parsed.
///
/// It cannot be changed, so it need not be valid to the last byte: it has to be one whole object, its brackets and
/// strings closed. Anything more is for [`TokenCache`](super::TokenCache).
pub struct Snapshot<'t> {
    text: &'t [u8],
    index: Index,
}

impl<'t> Snapshot<'t> {
    /// Looks the document over.
    ///
    /// # Errors
    /// Empty or white space, cut off, or not an object.
    pub fn scan(text: &'t [u8]) -> Result<Self, ParseError> {
        Ok(Snapshot { text, index: Index::of(text)? })
    }

    /// What [`TokenCache::accounts`](super::TokenCache::accounts) returns.
    pub fn accounts(&self, environment: Option<&Environment>) -> Vec<Account> {
        self.document().accounts(environment)
    }

    /// What [`TokenCache::id_tokens`](super::TokenCache::id_tokens) returns.
    pub fn id_tokens(&self, account: &Account, client_id: &ClientId) -> Vec<RawIdToken> {
        self.document().id_tokens(account, client_id)
    }

    /// What [`TokenCache::find_access_token`](super::TokenCache::find_access_token) returns.
    pub fn find_access_token(&self, query: &AccessTokenQuery, now: Timestamp) -> Option<AccessTokenEntry> {
        self.document().find_access_token(query, now)
    }

    fn document(&self) -> Document<'_> {
        Document { text: self.text, index: &self.index }
    }
}

impl std::fmt::Debug for Snapshot<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Snapshot([redacted])")
    }
}
