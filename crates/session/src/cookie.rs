//! The document in a cookie.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use tokcache_core::secret::{Zeroizing, fingerprint};
use tokcache_core::store::{EncryptionKeys, EnvelopeError};
use tokcache_core::time::Timestamp;
use tower_sessions::cookie::{Cookie, SameSite};

/// Bytes of a cookie that every browser keeps: its name, value and attributes (RFC 6265 §6.1).
pub const LONGEST_COOKIE: usize = 4096;

const TIME_LENGTH: usize = size_of::<i64>();

/// Encrypts a document into the value of a cookie, so that the server keeps nothing.
///
/// A cookie holds about 2.7 KB of document. The documents of MSAL have 6 to 15 KB: with most providers only a document
/// with one short access token fits. Prefer [the user in the session](crate::begin_user_session).
///
/// # Limits
/// - **Replay cannot be prevented.** A browser, or a thief of its cookies, can send an earlier cookie of the same owner
///   until its lifetime is over: the server does not know which one is the newest. A sign-out removes the cookie from the
///   browser, and revokes no copy; revoke the refresh token at the provider.
/// - **Two requests at once.** Both bring the same cookie. If the access token has expired, both redeem the same refresh
///   token, and a provider that rotates refresh tokens ends the sign-in. No lease helps: the second request does not
///   have the cookie that the first one sets.
#[derive(Clone)]
pub struct DocumentCookie {
    name: String,
    keys: EncryptionKeys,
    lifetime: Duration,
}

impl DocumentCookie {
    /// Returns the cookie of this name. A cookie that is older than `lifetime` is refused, whatever the browser does.
    pub fn new(name: impl Into<String>, keys: EncryptionKeys, lifetime: Duration) -> Self {
        DocumentCookie { name: name.into(), keys, lifetime }
    }

    /// Encrypts a document for its owner: any text that the server knows when it reads the cookie again. If there is a
    /// session, take its id, so that the cookie is of no use in another session. If there is none, take a fixed text: a
    /// copy of the cookie then works in every browser.
    ///
    /// The cookie is `Secure`, `HttpOnly`, `SameSite=Lax`, and for the whole site.
    ///
    /// # Errors
    /// [`CookieError::TooLarge`]: browsers would drop the cookie without a word.
    pub fn encrypt(&self, owner: &str, document: &[u8], now: Timestamp) -> Result<Cookie<'static>, CookieError> {
        // The buffer has its final size, because a buffer that grows leaves copies behind.
        let mut dated = Zeroizing::new(Vec::with_capacity(TIME_LENGTH + document.len()));
        dated.extend_from_slice(&now.0.to_be_bytes());
        dated.extend_from_slice(document);
        let encrypted = self.keys.encrypt(&self.place(owner), &dated).map_err(CookieError::Envelope)?;
        let mut cookie = self.cookie(BASE64_URL_SAFE_NO_PAD.encode(&encrypted));
        cookie.set_max_age(tower_sessions::cookie::time::Duration::try_from(self.lifetime).ok());
        let size = cookie.to_string().len();
        if size > LONGEST_COOKIE {
            return Err(CookieError::TooLarge { document: document.len(), cookie: size });
        }
        Ok(cookie)
    }

    /// Decrypts the value of a cookie.
    ///
    /// # Errors
    /// The value was changed, is another owner's, or is older than the lifetime. None of these is an empty document:
    /// the user has to sign in again, and somebody may have tried something.
    pub fn decrypt(&self, owner: &str, value: &str, now: Timestamp) -> Result<Zeroizing<Vec<u8>>, CookieError> {
        let encrypted = BASE64_URL_SAFE_NO_PAD.decode(value).map_err(|_| CookieError::Envelope(EnvelopeError::Torn))?;
        let dated = self.keys.decrypt(&self.place(owner), &encrypted).map_err(CookieError::Envelope)?;
        let (time, document) = dated.split_first_chunk().ok_or(CookieError::Envelope(EnvelopeError::Torn))?;
        let age = now.seconds_since(Timestamp(i64::from_be_bytes(*time)));
        if u64::try_from(age).is_ok_and(|age| age > self.lifetime.as_secs()) {
            return Err(CookieError::Expired);
        }
        Ok(Zeroizing::new(document.to_vec()))
    }

    /// Returns the cookie that removes this one from the browser.
    pub fn removal(&self) -> Cookie<'static> {
        let mut cookie = self.cookie(String::new());
        cookie.make_removal();
        cookie
    }

    fn cookie(&self, value: String) -> Cookie<'static> {
        let cookie = Cookie::build((self.name.clone(), value)).secure(true).http_only(true).path("/");
        cookie.same_site(SameSite::Lax).build()
    }

    /// A digest of the owner, as the cookie shows the place to everybody who has it.
    fn place(&self, owner: &str) -> String {
        format!("cookie:{}:{}", self.name, fingerprint(owner.as_bytes()))
    }
}

/// Why there is no cookie, or no document in it.
#[derive(Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CookieError {
    /// The value is not a document of this owner that one of the keys decrypts.
    Envelope(EnvelopeError),
    /// The cookie is older than its lifetime.
    Expired,
    /// The document does not fit into a cookie.
    TooLarge {
        /// The bytes of the document.
        document: usize,
        /// The bytes that the cookie would have, with its name and attributes.
        cookie: usize,
    },
}

impl fmt::Display for CookieError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CookieError::Envelope(error) => write!(formatter, "the document in the cookie {error}"),
            CookieError::Expired => formatter.write_str("the cookie is older than its lifetime"),
            CookieError::TooLarge { document, cookie } => write!(
                formatter,
                "a document of {document} bytes makes a cookie of {cookie} bytes, and browsers keep no more than \
                 {LONGEST_COOKIE}; keep the document in a store, and the user in the session"
            ),
        }
    }
}

impl std::error::Error for CookieError {}
