//! The client secret, for providers that require one even from native clients (RFC 6749 §2.3.1).

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use tokcache_core::acquire::{Credential, CredentialContext};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::ClientAuthentication;
use tokcache_core::secret::ClientSecret;
use tokcache_file::platform;
use zeroize::Zeroizing;

/// An upper bound for any real client secret, in bytes.
const LONGEST: u64 = 4096;

/// The file with the client secret, if there is one. The file is read when a request is sent: a cached token needs no
/// secret.
#[derive(Default)]
pub(super) struct SecretFile {
    path: Option<PathBuf>,
    has_failed: AtomicBool,
}

impl SecretFile {
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        SecretFile { path, has_failed: AtomicBool::new(false) }
    }

    /// Whether the secret could not be read, so that a request was not sent.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }
}

impl SecretFile {
    fn read(&self) -> Result<ClientAuthentication, String> {
        let Some(path) = &self.path else { return Ok(ClientAuthentication::None) };
        let wrong = |why: String| {
            self.has_failed.store(true, Ordering::Relaxed);
            format!("the client secret in {} cannot be used: {why}", path.display())
        };
        let bytes = Zeroizing::new(platform::read_trusted(path, LONGEST).map_err(|error| wrong(error.to_string()))?);
        let text = str::from_utf8(&bytes).map_err(|_| wrong("it is not UTF-8".to_owned()))?.trim();
        if text.is_empty() || text.contains(char::is_control) {
            return Err(wrong("the file must contain the secret alone, on one line".to_owned()));
        }
        Ok(ClientAuthentication::SecretPost(ClientSecret::new(text)))
    }
}

impl Credential for SecretFile {
    fn authentication<'a>(
        &'a self,
        _context: &'a CredentialContext<'a>,
    ) -> BoxFuture<'a, Result<ClientAuthentication, String>> {
        Box::pin(std::future::ready(self.read()))
    }
}
