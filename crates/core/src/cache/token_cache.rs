use std::fmt;

use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use super::change::record::Recording;
use super::change::{remove, rotate, withheld};
use super::entry::access_token::CLOCK_OFFSET;
use super::entry::fields::Fields;
use super::find::matching::Within;
use super::find::{access_token, refresh_token};
use super::text::document::{Document, Entry};
use super::text::edit::Edit;
use super::text::index::Index;
use super::text::style::Style;
use super::{
    AccessTokenEntry, AccessTokenQuery, Account, AccountRemoval, Defect, Grant, Owner, ParseError, Recorded,
    RefreshTokenEntry, RefreshTokenQuery, Refusal, Section, Unreadable, Verdict, Withheld,
};
use crate::secret::{AccessToken, RawIdToken, RefreshToken};
use crate::time::Timestamp;
use crate::types::{ClientId, HomeAccountId, Issuer};

/// A cache document, like `SerializableTokenCache` of the MSAL libraries.
///
/// Unknown data are kept to the byte: unknown members, entries and fields, order, numbers, white space. Entries are
/// found by their fields, so it does not matter which library wrote them. All text is wiped on drop.
///
/// ```
/// use tokcache_core::cache::TokenCache;
///
/// let text = br#"{"AccessToken": {"x": null}, "customized": 1e3}"#;
/// let mut cache = TokenCache::deserialize(text)?;
/// assert_eq!(cache.serialize().as_bytes(), text);
///
/// cache.clear();
/// assert!(cache.has_state_changed());
/// assert_eq!(*cache.serialize(), r#"{"AccessToken": {}, "customized": 1e3}"#);
/// // … save it, and only then:
/// cache.mark_saved();
/// assert!(!cache.has_state_changed());
/// # Ok::<(), tokcache_core::cache::ParseError>(())
/// ```
pub struct TokenCache {
    text: Zeroizing<String>,
    index: Index,
    /// The text as deserialized or last saved; `None` if it was not changed since.
    saved: Option<Zeroizing<String>>,
}

impl TokenCache {
    /// Returns an empty cache.
    pub fn new() -> Self {
        let root = super::text::member::Span::new(0, 2);
        TokenCache { text: Zeroizing::new("{}".to_owned()), index: Index::empty(root), saved: None }
    }

    /// Parses UTF-8 JSON. Accepts a byte order mark. Blank text is an empty cache.
    ///
    /// # Errors
    /// The text is not one JSON object whose sections are objects or null.
    pub fn deserialize(text: &[u8]) -> Result<Self, ParseError> {
        if text.trim_ascii().is_empty() {
            return Ok(TokenCache::new());
        }
        let index = Index::of(text)?;
        let text = std::str::from_utf8(text).map_err(|error| ParseError::NotUtf8 { offset: error.valid_up_to() })?;
        let root = index.root.of(text.as_bytes());
        serde_json::from_slice::<IgnoredAny>(root).map_err(|error| malformed(root, index.root.start(), &error))?;
        for section in Section::ALL {
            let named = |name: &str| Section::named(name) == Some(section);
            let last = index.members.iter().rev().find(|member| named(&member.name(text.as_bytes())));
            match last.map(|member| member.value.of(text.as_bytes())) {
                None | Some(b"null" | [b'{', ..]) => {}
                Some(_) => return Err(ParseError::SectionNotAnObject(section)),
            }
        }
        Ok(TokenCache { text: Zeroizing::new(text.to_owned()), index, saved: None })
    }

    /// Returns the document: without changes, exactly the deserialized bytes (`{}` for blank text). New entries are
    /// written in the style of MSAL Python, or compactly in a compact file.
    ///
    /// Unlike MSAL, this does not reset [`has_state_changed`](TokenCache::has_state_changed), because the caller has
    /// not saved yet.
    pub fn serialize(&self) -> Zeroizing<String> {
        self.text.clone()
    }

    /// Whether [`serialize`](TokenCache::serialize) differs from the deserialized or last
    /// [saved](TokenCache::mark_saved) document. A change without an effect does not count.
    pub fn has_state_changed(&self) -> bool {
        self.saved.as_ref().is_some_and(|saved| *saved != self.text)
    }

    /// Records that the caller has saved the document.
    pub fn mark_saved(&mut self) {
        self.saved = None;
    }

    /// Returns the best usable access token: one that is not aging beats one that is, then the longest lifetime wins.
    pub fn find_access_token(&self, query: &AccessTokenQuery, now: Timestamp) -> Option<AccessTokenEntry> {
        self.document().find_access_token(query, now)
    }

    /// Returns the same, but slowly: passes every readable access token to `judge` with its verdict.
    pub fn judge_access_tokens(
        &self,
        query: &AccessTokenQuery,
        now: Timestamp,
        judge: &mut dyn FnMut(&AccessTokenEntry, Verdict),
    ) -> Option<AccessTokenEntry> {
        self.document().judge_access_tokens(query, now, judge)
    }

    /// Returns the refresh tokens that this client may redeem for this user, in the order to try: at most one of its
    /// family and one of its own. The family is also tried for a client whose family is unknown, but not for one that
    /// is known to have none.
    pub fn find_refresh_tokens(&self, query: &RefreshTokenQuery) -> Vec<RefreshTokenEntry> {
        self.document().find_refresh_tokens(query)
    }

    /// Returns the users who have signed in to this issuer, or all users. An account that names no issuer may belong to
    /// any issuer of its environment, so its tokens decide.
    pub fn accounts(&self, issuer: Option<&Issuer>) -> Vec<Account> {
        self.document().accounts(issuer)
    }

    /// Returns the ID tokens of this issuer that a client holds for a user.
    pub fn id_tokens(&self, issuer: &Issuer, owner: &HomeAccountId, client_id: &ClientId) -> Vec<RawIdToken> {
        self.document().id_tokens(issuer, owner, client_id)
    }

    /// Returns all readable access tokens.
    pub fn access_tokens(&self) -> Vec<AccessTokenEntry> {
        self.readable(Section::AccessToken, access_token::read)
    }

    /// Returns by how many seconds this machine's clock was ahead of the provider's when the access token with this key
    /// was stored. `None`: they agreed within some seconds, or another program stored the token.
    pub fn clock_offset(&self, key: &str) -> Option<i64> {
        let entries = self.document().entries(Section::AccessToken);
        let fields = entries.iter().find(|entry| entry.key() == key)?.fields().ok()?;
        fields.lenient(CLOCK_OFFSET)?.parse().ok()
    }

    /// Returns all readable refresh tokens, including copies.
    pub fn refresh_tokens(&self) -> Vec<RefreshTokenEntry> {
        self.readable(Section::RefreshToken, refresh_token::read)
    }

    /// Whether a library that may overwrite unread changes has written the document at some time. MSAL Node, Go and
    /// .NET are recognized by their lack of white space, or of a time in refresh tokens. MSAL Python, which has
    /// tokcache's style, reads under the lock.
    pub fn has_unsynchronized_writers(&self) -> bool {
        let root = self.index.root.of(self.text.as_bytes());
        Style::of(root) == Style::Compact
            || self.refresh_tokens().iter().any(|entry| entry.last_modification_time.is_none())
    }

    /// Whether an entry holds this access token.
    pub fn holds_access_token(&self, secret: &AccessToken) -> bool {
        self.access_tokens().iter().any(|entry| entry.secret == *secret)
    }

    /// Whether an entry holds this refresh token.
    pub fn holds_refresh_token(&self, secret: &RefreshToken) -> bool {
        self.refresh_tokens().iter().any(|entry| entry.secret == *secret)
    }

    /// Whether there is nothing in the cache that a user would miss: no entry other than the metadata of clients, and no
    /// member that the schema does not know.
    pub fn holds_nothing(&self) -> bool {
        let has_entries = |section| self.document().all_entries(section).next().is_some();
        let sections = [Section::AccessToken, Section::Account, Section::IdToken, Section::RefreshToken];
        !sections.into_iter().any(has_entries) && self.document().unknown_members().next().is_none()
    }

    /// Returns the entries that cannot be read. They stay in the document.
    pub fn unreadable(&self) -> Vec<Unreadable> {
        let mut unreadable = Vec::new();
        for section in Section::ALL {
            for entry in self.document().entries(section) {
                if let Err(reason) = check(section, &entry) {
                    unreadable.push(Unreadable { section, key: entry.key().into(), reason });
                }
            }
        }
        unreadable
    }

    /// Records a token response.
    ///
    /// Removes the access tokens that it replaces, and updates every copy of the redeemed refresh token, whatever
    /// library wrote it. Stores nothing if the account was signed out during the request.
    pub fn record(&mut self, grant: &Grant, now: Timestamp) -> Recorded {
        self.change(|edit| {
            let within = Within::new(edit.document, &grant.issuer);
            Recording { edit, grant, within, now }.record()
        })
    }

    /// Replaces every copy of `spent`, which `issuer` issued, by `successor`. Without a copy, changes nothing.
    pub fn replace_refresh_token(
        &mut self,
        issuer: &Issuer,
        spent: &RefreshToken,
        successor: &RefreshToken,
        now: Timestamp,
    ) {
        self.change(|edit| rotate::replace_refresh_token(edit, issuer, spent, successor, now));
    }

    /// Records beside a refresh token that its issuer refused it. The record does not apply to a successor of the
    /// token.
    pub fn note_refusal(&mut self, issuer: &Issuer, refused: &RefreshToken, refusal: &Refusal) {
        self.change(|edit| refusal.note(edit, issuer, refused));
    }

    /// Records beside the refresh tokens of a client and user that the server did not grant these scopes.
    pub fn note_withheld(
        &mut self,
        issuer: &Issuer,
        client_id: &ClientId,
        owner: &Owner,
        scopes: &[Withheld],
        now: Timestamp,
    ) {
        self.change(|edit| withheld::note(edit, issuer, client_id, owner, scopes, now));
    }

    /// Removes a user's tokens, whatever library wrote them. Returns the refresh tokens, each once, for revocation.
    pub fn remove_account(&mut self, removal: &AccountRemoval) -> Vec<RefreshTokenEntry> {
        self.change(|edit| remove::remove_account(edit, removal))
    }

    /// Removes the expired access tokens of callers whose assertions were exchanged.
    pub(crate) fn remove_expired_exchanges(&mut self, now: Timestamp) {
        self.change(|edit| remove::remove_expired_exchanges(edit, now));
    }

    /// Removes the access tokens that a client holds for itself.
    pub fn remove_client_tokens(&mut self, client_id: &ClientId, issuer: &Issuer) {
        self.change(|edit| remove::remove_client_tokens(edit, client_id, issuer));
    }

    /// Returns the refresh tokens of this client and its family that `issuer` issued, for all users, each once.
    pub fn refresh_tokens_of(&self, issuer: &Issuer, client_id: &ClientId) -> Vec<RefreshTokenEntry> {
        remove::refresh_tokens_of(self.document(), issuer, client_id)
    }

    /// Empties the five sections and keeps unknown data. Returns the refresh tokens, each once.
    pub fn clear(&mut self) -> Vec<RefreshTokenEntry> {
        self.change(remove::clear)
    }

    pub(crate) fn document(&self) -> Document<'_> {
        Document { text: self.text.as_bytes(), index: &self.index }
    }

    fn readable<T>(&self, section: Section, read: fn(&Entry<'_>) -> Result<T, Defect>) -> Vec<T> {
        self.document().entries(section).iter().filter_map(|entry| read(entry).ok()).collect()
    }

    pub(super) fn change<T>(&mut self, change: impl FnOnce(&mut Edit<'_>) -> T) -> T {
        let mut edit = Edit::new(self.document());
        let answer = change(&mut edit);
        if let Some(text) = edit.finish() {
            let Ok(index) = Index::of(text.as_bytes()) else { unreachable!("an edit leaves JSON behind") };
            let before = std::mem::replace(&mut self.text, text);
            self.index = index;
            self.saved.get_or_insert(before);
        }
        answer
    }
}

impl Default for TokenCache {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenCache([redacted])")
    }
}

fn check(section: Section, entry: &Entry<'_>) -> Result<(), Defect> {
    match section {
        Section::AccessToken => access_token::read(entry).map(drop),
        Section::Account => Account::read(&entry.fields()?).map(drop),
        Section::IdToken => {
            let fields: Fields<'_> = entry.fields()?;
            fields.check_credential_type(section)?;
            fields.check_secret()
        }
        Section::RefreshToken => refresh_token::read(entry).map(drop),
        Section::AppMetadata => {
            let fields = entry.fields()?;
            fields.required("client_id")?;
            fields.required("environment").map(drop)
        }
    }
}

fn malformed(root: &[u8], start: usize, error: &serde_json::Error) -> ParseError {
    let lines = root.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1));
    ParseError::Malformed { offset: start + lines.map(<[u8]>::len).sum::<usize>() + error.column().saturating_sub(1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::RemovalScope;
    use crate::types::Environment;

    #[test]
    fn nesting_of_any_depth_is_kept() {
        let depth = 100_000;
        let text = format!("{{\"deep\": {}1{}, \"RefreshToken\": {{}}}}", "[".repeat(depth), "]".repeat(depth));
        let mut cache = TokenCache::deserialize(text.as_bytes()).unwrap();
        cache.clear();
        assert_eq!(*cache.serialize(), text);
        assert!(!cache.has_state_changed());
    }

    #[test]
    fn what_is_not_utf8_is_refused() {
        assert_eq!(TokenCache::deserialize(b"{\"a\": \"\xff\"}").unwrap_err(), ParseError::NotUtf8 { offset: 7 });
    }

    #[test]
    fn a_sign_out_takes_the_shadowed_entries_too() {
        let entry = |user: &str, secret: &str| {
            let fields = format!("\"environment\": \"idp\", \"client_id\": \"c\", \"home_account_id\": \"{user}\"");
            format!("\"k\": {{{fields}, \"secret\": \"{secret}\"}}")
        };
        let text = format!("{{\"RefreshToken\": {{{}, {}}}}}", entry("u", "SHADOWED"), entry("other", "THEIRS"));
        let mut cache = TokenCache::deserialize(text.as_bytes()).unwrap();
        let removed = cache.remove_account(&AccountRemoval {
            home_account_id: HomeAccountId::new("u"),
            issuer: Environment::new("idp").into(),
            scope: RemovalScope::Everything,
        });
        assert_eq!(removed[0].secret.expose(), "SHADOWED");
        assert!(!cache.serialize().contains("SHADOWED"));
        assert!(cache.serialize().contains("THEIRS"));
    }

    #[test]
    fn a_change_that_changes_nothing_does_not_count() {
        let text = r#"{"AccessToken": {"a": 1, "b": 2}}"#;
        let mut cache = TokenCache::deserialize(text.as_bytes()).unwrap();
        cache.clear();
        assert!(cache.has_state_changed());
        cache.mark_saved();
        cache.clear();
        assert!(!cache.has_state_changed());
        assert_eq!(*cache.serialize(), r#"{"AccessToken": {}}"#);
    }

    #[test]
    fn nothing_of_the_text_is_printed() {
        let text = br#"{"RefreshToken": {"k": {"secret": "canary"}}}"#;
        let cache = TokenCache::deserialize(text).unwrap();
        let snapshot = crate::cache::Snapshot::scan(text).unwrap();
        assert!(!format!("{cache:?} {snapshot:?}").contains("canary"));
    }
}
