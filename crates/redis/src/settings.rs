//! The settings of a store.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use tokcache_core::secret::Zeroizing;

use crate::error::Error;
use crate::url::{Password, Url};

/// How long a document is kept that nobody saves.
const IDLE_TIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Long enough for a server that restarts or a replica that is promoted, so that callers do not notice.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Long enough for a server that is not well; short enough for a person who waits for a page.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(3);

/// The settings of a [`RedisStore`](crate::RedisStore). [`Settings::parse`] makes them from a URL with the defaults, and the
/// other methods change one each.
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
    /// Returns the settings for the server of a URL. The URL may hold a password.
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

    /// Sets the password. It replaces the one in the URL.
    #[must_use]
    pub fn password(mut self, password: Password) -> Self {
        self.url.password = Some(password);
        self
    }

    /// Sets the user and the password for the sentinels. The user and the password of the URL are for the servers that the
    /// sentinels watch. By default the client does not log in to sentinels.
    #[must_use]
    pub fn sentinel_login(mut self, username: Option<&str>, password: Password) -> Self {
        self.sentinel_username = username.map(str::to_owned);
        self.sentinel_password = Some(password);
        self
    }

    /// Sets the file with the certificate authorities (PEM) to trust instead of the system's. The file is read at each
    /// connect, so that it can be replaced while the program runs.
    #[must_use]
    pub fn ca_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(file.into());
        self
    }

    /// Sets the files with the client certificate and its private key (PEM). The files are read at each connect, so that
    /// they can be replaced while the program runs.
    #[must_use]
    pub fn client_certificate(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.client_certificate = Some((certificate.into(), key.into()));
        self
    }

    /// Sets the prefix of all keys, `tokcache:` by default. The key of a document is the prefix and the name of its
    /// partition.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets how long a document is kept after its last save if the client does not know when it expires, 90 days by
    /// default. With `None`, the document is kept until it is removed.
    #[must_use]
    pub fn idle_time(mut self, idle_time: Option<Duration>) -> Self {
        self.idle_time = idle_time;
        self
    }

    /// Sets how long a call waits for a server that is down or not ready, as during a restart or a failover, and how long
    /// for a response: 5 and 3 seconds by default. If the server cannot be reached for that long, the calls of the next
    /// second fail at once.
    #[must_use]
    pub fn timeouts(mut self, connect: Duration, response: Duration) -> Self {
        self.connect_timeout = connect;
        self.response_timeout = response;
        self
    }

    /// Sets the name that other processes see while this one holds a lease. The default is the name of the executable.
    #[must_use]
    pub fn program(mut self, name: impl Into<String>) -> Self {
        self.program = Some(name.into());
        self
    }

    /// # Errors
    /// Two settings contradict each other.
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

/// Shows no secret.
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
