//! The settings of a PostgreSQL store: the address of the server and how to connect, from a URL.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokcache_core::secret::Secret;
use tokio_postgres::config::{ChannelBinding, Host, SslMode, TargetSessionAttrs};

/// The password of a database user.
pub type DatabasePassword = Secret<DatabasePasswordKind>;

/// The kind of secret that a [`DatabasePassword`] is.
#[derive(Clone, Copy)]
pub enum DatabasePasswordKind {}

/// The address of a PostgreSQL server, or of a connection pooler in front of it, and how to connect.
///
/// The URL is a URL of libpq: `postgres://USER@HOST:PORT/DATABASE?NAME=VALUE&…`, also with the folder of a Unix socket
/// as `?host=/run/postgresql`. If it names several hosts, separated by commas, the first one that accepts writes is
/// used. Two parameters differ from libpq:
///
/// - `sslmode`: `verify-full` is the default. `require` and `verify-ca` mean the same: the certificate of the server
///   and its host name are always checked. `disable` is the default for a Unix socket and for a loopback address.
///   `allow` and `prefer` protect nothing and are refused.
/// - `sslrootcert`: a PEM file with the trusted certificates, instead of the system's.
///
/// Environment variables are ignored: give the password in the URL, or [beside it](PostgresSettings::password).
#[derive(Clone)]
pub struct PostgresSettings {
    pub(super) config: tokio_postgres::Config,
    /// The URL without the password.
    pub(super) url: String,
    /// The file with the trusted certificates; `None`: the system's certificates.
    pub(super) root_certificates: Option<PathBuf>,
    pub(super) connections: usize,
    pub(super) connect_timeout: Duration,
    pub(super) statement_timeout: Duration,
}

/// The reason why a URL cannot be used. It contains no part of the URL, which may be a password.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SettingsError(&'static str);

impl PostgresSettings {
    /// Parses a URL.
    ///
    /// # Errors
    /// The text is not a URL of PostgreSQL, or it asks for a connection without protection.
    pub fn parse(url: &str) -> Result<Self, SettingsError> {
        let Parts { shown, forwarded, mode, root_certificates } = Parts::of(url)?;
        let mut config: tokio_postgres::Config = forwarded.parse().map_err(|_| NOT_UNDERSTOOD)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(SettingsError("the URL names no host: write postgres://USER@HOST/DATABASE"));
        }
        if config.get_channel_binding() == ChannelBinding::Require {
            return Err(SettingsError("channel_binding=require is not supported"));
        }
        config.ssl_mode(match mode {
            Some(Mode::Disable) => SslMode::Disable,
            None if is_local(&config) => SslMode::Disable,
            None | Some(Mode::Verify) => SslMode::Require,
        });
        if config.get_application_name().is_none() {
            config.application_name("tokcache");
        }
        match config.get_target_session_attrs() {
            // A standby lags behind: a refresh token on it may already have been used.
            TargetSessionAttrs::Any if config.get_hosts().len() > 1 => {
                config.target_session_attrs(TargetSessionAttrs::ReadWrite);
            }
            TargetSessionAttrs::ReadOnly => {
                return Err(SettingsError("target_session_attrs=read-only cannot be saved to"));
            }
            _ => {}
        }
        let connect_timeout = config.get_connect_timeout().copied().unwrap_or(Duration::from_secs(5));
        // Detects an idle connection that a firewall has forgotten, before it is used.
        config.keepalives_idle(Duration::from_secs(30));
        config.keepalives_interval(Duration::from_secs(5));
        config.keepalives_retries(3);
        let settings = PostgresSettings {
            config,
            url: shown,
            root_certificates,
            connections: 8,
            connect_timeout,
            statement_timeout: Duration::from_secs(10),
        };
        Ok(settings.connect_timeout(connect_timeout))
    }

    /// Sets the password. It replaces one in the URL.
    #[must_use]
    pub fn password(mut self, password: &DatabasePassword) -> Self {
        self.config.password(password.expose());
        self
    }

    /// Trusts the certificates in this PEM file instead of the system's, unless the URL names a file. A connection without
    /// TLS does not use it.
    #[must_use]
    pub fn root_certificates(mut self, file: impl Into<PathBuf>) -> Self {
        self.root_certificates.get_or_insert(file.into());
        self
    }

    /// Returns whether the connections have TLS.
    pub fn has_tls(&self) -> bool {
        self.config.get_ssl_mode() == SslMode::Require
    }

    /// Sets the limit of open connections; the default is 8. Connections are opened when they are needed.
    #[must_use]
    pub fn connections(mut self, most: usize) -> Self {
        self.connections = most.max(1);
        self
    }

    /// Sets how long to wait for a connection; the default is `connect_timeout` in the URL, or 5 s.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        // A host that does not answer leaves time for the next one.
        let hosts = u32::try_from(self.config.get_hosts().len()).unwrap_or(u32::MAX).max(1);
        self.config.connect_timeout(timeout / hosts);
        self
    }

    /// Sets how long to wait for the answer to a statement; the default is 10 s.
    #[must_use]
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout;
        self
    }
}

impl fmt::Debug for PostgresSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("PostgresSettings").field(&self.url).finish()
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for SettingsError {}

const NOT_UNDERSTOOD: SettingsError = SettingsError(
    "the URL is not understood: write postgres://USER@HOST/DATABASE, and percent-encode every special character of a \
     password",
);

#[derive(Clone, Copy)]
enum Mode {
    Disable,
    Verify,
}

/// The parts of a URL.
struct Parts {
    /// The URL for messages: without the password and the parameters.
    shown: String,
    /// The URL without the parameters that differ from libpq.
    forwarded: String,
    mode: Option<Mode>,
    root_certificates: Option<PathBuf>,
}

impl Parts {
    fn of(url: &str) -> Result<Self, SettingsError> {
        let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
        let rest = rest.ok_or(NOT_UNDERSTOOD)?;
        // As in libpq and tokio-postgres.
        let (credentials, rest) = rest.split_once('@').map_or(("", rest), |(credentials, rest)| (credentials, rest));
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (mut mode, mut root_certificates) = (None, None);
        let (mut forwarded, mut places) = (Vec::new(), Vec::new());
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').ok_or(NOT_UNDERSTOOD)?;
            match name {
                "sslmode" => mode = Some(self::mode(value)?),
                "sslrootcert" => {
                    let path = percent_decode_str(value).decode_utf8().map_err(|_| NOT_UNDERSTOOD)?;
                    root_certificates = Some(path.into_owned()).filter(|path| path != "system").map(PathBuf::from);
                }
                "host" | "hostaddr" | "port" | "user" | "dbname" => {
                    forwarded.push(parameter);
                    places.push(parameter);
                }
                _ => forwarded.push(parameter),
            }
        }
        let user = credentials.split(':').next().filter(|user| !user.is_empty());
        let shown = user.map_or(place.to_owned(), |user| format!("{user}@{place}"));
        let at = if credentials.is_empty() { "" } else { "@" };
        Ok(Parts {
            shown: format!("postgres://{shown}{}{}", mark(&places), places.join("&")),
            forwarded: format!("postgres://{credentials}{at}{place}{}{}", mark(&forwarded), forwarded.join("&")),
            mode,
            root_certificates,
        })
    }
}

fn mark(parameters: &[&str]) -> &'static str {
    if parameters.is_empty() { "" } else { "?" }
}

fn mode(value: &str) -> Result<Mode, SettingsError> {
    match value {
        "disable" => Ok(Mode::Disable),
        "require" | "verify-ca" | "verify-full" => Ok(Mode::Verify),
        "allow" | "prefer" => Err(SettingsError(
            "sslmode=allow and sslmode=prefer protect nothing: write sslmode=verify-full, or sslmode=disable if the \
             network is trusted",
        )),
        _ => Err(SettingsError("sslmode is verify-full or disable")),
    }
}

/// Returns whether the connection stays on this machine.
fn is_local(config: &tokio_postgres::Config) -> bool {
    let is_loopback =
        |name: &str| name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    let by_address = config.get_hostaddrs();
    if !by_address.is_empty() {
        return by_address.iter().all(IpAddr::is_loopback);
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => is_loopback(name),
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> PostgresSettings {
        PostgresSettings::parse(url).unwrap()
    }

    #[test]
    fn what_is_shown_has_no_password() {
        for (url, shown) in [
            ("postgres://app:canary@db.example.com:6432/tokens", "postgres://app@db.example.com:6432/tokens"),
            ("postgresql://app@db/tokens?sslmode=disable&password=canary", "postgres://app@db/tokens"),
            ("postgres:///tokens?host=/run/postgresql&user=app", "postgres:///tokens?host=/run/postgresql&user=app"),
            ("postgres://a,b:5433/tokens?target_session_attrs=read-write", "postgres://a,b:5433/tokens"),
        ] {
            let settings = parse(url);
            assert_eq!(settings.url, shown);
            assert!(!format!("{settings:?}{:?}", settings.config).contains("canary"));
        }
    }

    #[test]
    fn an_error_repeats_nothing_of_the_url() {
        for url in [
            "postgres://app@db/tokens?canary=1",
            "postgres://app@db:canary/tokens",
            "canary://app@db",
            "postgres://app@db/tokens?sslmode=canary",
        ] {
            let error = PostgresSettings::parse(url).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("ary"), "{error:?}");
        }
    }

    #[test]
    fn another_machine_is_reached_by_tls_unless_somebody_says_otherwise() {
        let mode = |url| parse(url).config.get_ssl_mode();
        for url in ["postgres://db/x", "postgres://db/x?sslmode=require", "postgres://localhost,db/x"] {
            assert_eq!(mode(url), SslMode::Require, "{url}");
        }
        assert_eq!(mode("postgres://localhost/x?sslmode=verify-ca"), SslMode::Require);
        for url in [
            "postgres://db/x?sslmode=disable",
            "postgres://localhost/x",
            "postgres://127.0.0.1/x",
            "postgres://[::1]/x",
            "postgres:///x?host=/run/postgresql",
            "postgres://db/x?hostaddr=127.0.0.1",
        ] {
            assert_eq!(mode(url), SslMode::Disable, "{url}");
        }
        for url in ["postgres://db/x?sslmode=prefer", "postgres://db/x?sslmode=allow", "postgres:///x"] {
            assert!(PostgresSettings::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn several_hosts_share_the_time_and_none_of_them_is_a_standby() {
        let settings = parse("postgres://a,b/x?sslmode=disable&connect_timeout=4");
        assert_eq!(settings.config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        assert_eq!(settings.config.get_connect_timeout(), Some(&Duration::from_secs(2)));
        assert_eq!(parse("postgres://a/x").config.get_target_session_attrs(), TargetSessionAttrs::Any);
        assert!(PostgresSettings::parse("postgres://a,b/x?target_session_attrs=read-only").is_err());
    }

    #[test]
    fn the_url_says_whom_to_trust_and_how_long_to_wait() {
        let settings = parse("postgres://db/x?sslrootcert=/etc/ca%20s.pem&connect_timeout=3");
        assert_eq!(settings.root_certificates, Some(PathBuf::from("/etc/ca s.pem")));
        assert_eq!(settings.connect_timeout, Duration::from_secs(3));
        assert_eq!(parse("postgres://db/x?sslrootcert=system").root_certificates, None);
    }

    #[test]
    fn a_file_of_certificates_does_not_replace_that_of_the_url() {
        let file = |url| parse(url).root_certificates("/other.pem").root_certificates;
        assert_eq!(file("postgres://db/x"), Some(PathBuf::from("/other.pem")));
        assert_eq!(file("postgres://db/x?sslrootcert=/ca.pem"), Some(PathBuf::from("/ca.pem")));
        assert!(parse("postgres://db/x").has_tls() && !parse("postgres://localhost/x").has_tls());
    }
}
