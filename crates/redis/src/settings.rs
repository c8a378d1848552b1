//! How a store is reached, and how long it keeps what is in it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use tokcache_core::secret::Zeroizing;

use crate::error::Error;
use crate::url::{Password, Url};

/// A user is signed out who has not been seen for so long.
const IDLE_TIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Long enough for a server that restarts or a replica that is promoted, so that callers do not notice.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Long enough for a server that is not well; short enough for a person who waits for a page.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(3);

/// Where the store is and how it is used. Made by [`Settings::parse`]; the methods change what is not as it should be.
#[derive(Clone)]
pub struct Settings {
    pub(crate) url: Url,
    pub(crate) sentinel_username: Option<String>,
    pub(crate) sentinel_password: Option<Password>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) client_certificate: Option<(PathBuf, PathBuf)>,
    pub(crate) prefix: String,
    pub(crate) idle_time: Option<Duration>,
    pub(crate) connect_timeout: Duration,
    pub(crate) response_timeout: Duration,
    pub(crate) program: Option<String>,
}

impl Settings {
    /// Returns the settings for the server of a URL. A password may be in the URL.
    ///
    /// | URL | names |
    /// | --- | --- |
    /// | `redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]` | a server |
    /// | `rediss://…` | the same, with TLS |
    /// | `unix:///PATH[?db=DATABASE&user=USER&pass=PASSWORD]` | a server on this machine, by its socket |
    /// | `redis+sentinel://[USER[:PASSWORD]@]HOST[:PORT],…/SERVICE[/DATABASE]` | the primary that sentinels name |
    /// | `redis+cluster://[USER[:PASSWORD]@]HOST[:PORT],…` | a cluster, by some of its nodes |
    ///
    /// `valkey` is another name for `redis`, `redis+unix` for `unix`. `rediss+sentinel` and `rediss+cluster` use TLS.
    ///
    /// # Errors
    /// The URL is none of these. The error does not repeat the URL.
    pub fn parse(url: &str) -> Result<Self, Error> {
        Ok(Settings {
            url: Url::parse(url)?,
            sentinel_username: None,
            sentinel_password: None,
            ca_file: None,
            client_certificate: None,
            prefix: "tokcache:".to_owned(),
            idle_time: Some(IDLE_TIME),
            connect_timeout: CONNECT_TIMEOUT,
            response_timeout: RESPONSE_TIMEOUT,
            program: None,
        })
    }

    /// Sets the password of the user, in the place of the one in the URL.
    #[must_use]
    pub fn password(mut self, password: Password) -> Self {
        self.url.password = Some(password);
        self
    }

    /// Sets the user and the password for the sentinels. The login of the URL is for the servers that the sentinels
    /// watch; sentinels get none by default.
    #[must_use]
    pub fn sentinel_login(mut self, username: Option<&str>, password: Password) -> Self {
        self.sentinel_username = username.map(str::to_owned);
        self.sentinel_password = Some(password);
        self
    }

    /// Sets the file of the certificate authorities (PEM) that the server's certificate must be from, in the place of
    /// those that the system trusts. It is read at each connect, so that it can be renewed.
    #[must_use]
    pub fn ca_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(file.into());
        self
    }

    /// Sets the files of the certificate and the private key (PEM) by which this client authenticates itself in TLS. They
    /// are read at each connect, so that they can be renewed.
    #[must_use]
    pub fn client_certificate(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.client_certificate = Some((certificate.into(), key.into()));
        self
    }

    /// Sets what is put before the name of a partition to make the key of its document; `tokcache:` by default. The store
    /// uses no key that does not begin with it.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets how long after its last save a document is kept that does not say itself until when it is of use; 90 days by
    /// default. With `None`, such a document is kept until it is removed.
    #[must_use]
    pub fn idle_time(mut self, idle_time: Option<Duration>) -> Self {
        self.idle_time = idle_time;
        self
    }

    /// Sets how long a call waits for a server that cannot be reached or says that it is not ready, as during a restart or
    /// a failover, and how long it waits for a response; 5 and 3 seconds by default. When a server could not be reached
    /// for that long, calls within the next second fail at once.
    #[must_use]
    pub fn timeouts(mut self, connect: Duration, response: Duration) -> Self {
        self.connect_timeout = connect;
        self.response_timeout = response;
        self
    }

    /// Sets the name that others are shown while this program holds a lease; the name of the program's file by default.
    #[must_use]
    pub fn program(mut self, name: impl Into<String>) -> Self {
        self.program = Some(name.into());
        self
    }

    /// # Errors
    /// Two settings do not go together.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if !self.url.is_tls && (self.ca_file.is_some() || self.client_certificate.is_some()) {
            return Err(Error::settings("certificates need TLS: a URL that begins with rediss://"));
        }
        let has_whole_tag = |(_, rest): (&str, &str)| rest.find('}').is_some_and(|end| end > 0);
        if !self.prefix.split_once('{').is_none_or(has_whole_tag) {
            return Err(Error::settings("the prefix has a brace that opens no hash tag such as {app}"));
        }
        Ok(())
    }
}

/// Without secrets.
impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Settings");
        shown.field("url", &self.url.to_string()).field("prefix", &self.prefix).field("idle_time", &self.idle_time);
        shown.finish_non_exhaustive()
    }
}

/// Reads a PEM file, which may hold a private key.
pub(crate) fn read(file: &PathBuf) -> Result<Zeroizing<Vec<u8>>, Error> {
    let read = std::fs::read(file).map(Zeroizing::new);
    read.map_err(|error| Error::settings(format!("cannot read {}: {error}", file.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> Settings {
        Settings::parse(url).unwrap()
    }

    #[test]
    fn a_prefix_has_a_whole_hash_tag_or_none() {
        let check = |prefix: &str| settings("redis://cache").prefix(prefix).check();
        for prefix in ["", "msal:", "{app}:", "a}b:", "a}{b}{"] {
            assert_eq!(check(prefix), Ok(()), "{prefix}");
        }
        for prefix in ["{", "{}:", "app{:", "a}b{"] {
            assert!(check(prefix).is_err(), "{prefix}");
        }
    }

    #[test]
    fn certificates_need_tls() {
        assert!(settings("redis://cache").ca_file("ca.pem").check().is_err());
        assert_eq!(settings("rediss://cache").ca_file("ca.pem").check(), Ok(()));
    }

    #[test]
    fn a_password_is_never_shown() {
        let settings = settings("redis://app:canary@cache").password(Password::new("canary"));
        assert!(!format!("{settings:?}").contains("canary"));
    }
}
