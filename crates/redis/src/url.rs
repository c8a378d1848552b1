//! The URLs that name a Redis server, a group of servers that sentinels watch, or a cluster.

use std::fmt;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use tokcache_core::secret::Secret;

use crate::error::Error;

/// The password of a user of a server.
pub type Password = Secret<PasswordKind>;

/// The kind of secret that a [`Password`] is.
#[derive(Clone, Copy)]
pub enum PasswordKind {}

const REDIS_PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;

/// A parsed URL.
#[derive(Clone, Debug)]
pub(crate) struct Url {
    pub(crate) place: Place,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<Password>,
    pub(crate) database: i64,
    pub(crate) is_tls: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Place {
    Server(Host),
    Socket(PathBuf),
    Sentinels { hosts: Vec<Host>, service: String },
    Cluster(Vec<Host>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Host {
    /// The name or address. An IPv6 address has no brackets.
    pub(crate) name: String,
    pub(crate) port: u16,
}

impl Url {
    /// # Errors
    /// The URL has none of these forms. The error does not repeat the URL, which may hold a password.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let (scheme, rest) = text.split_once("://").ok_or_else(|| Error::settings(FORMS))?;
        if rest.contains('#') {
            return Err(Error::settings("the URL of a Redis server has no fragment (#); write %23 in a password"));
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (name, variant) = scheme.split_once('+').unwrap_or((scheme, ""));
        let is_tls = matches!(name, "rediss" | "valkeys");
        match (name, variant) {
            ("unix", "") | ("redis" | "valkey", "unix") => parse_socket(rest, query),
            ("redis" | "rediss" | "valkey" | "valkeys", "" | "sentinel" | "cluster") if query.is_empty() => {
                parse_network(is_tls, variant, rest)
            }
            ("redis" | "rediss" | "valkey" | "valkeys", _) if !query.is_empty() => {
                Err(Error::settings("the URL of a Redis server has no query (?); write %3F in a password"))
            }
            _ => Err(Error::settings(FORMS)),
        }
    }
}

const FORMS: &str = "the URL of a Redis server begins with redis://, rediss://, unix://, redis+sentinel:// or \
                     redis+cluster://";

/// `redis://[user[:password]@]host[:port][,…][/path]`
fn parse_network(is_tls: bool, variant: &str, rest: &str) -> Result<Url, Error> {
    // Some passwords hold an unencoded `@` or `/`. Hosts and paths hold no `@`.
    let (login, rest) = rest.rsplit_once('@').unwrap_or(("", rest));
    let (hosts, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (username, password) = login.split_once(':').unwrap_or((login, ""));
    let default_port = if variant == "sentinel" { SENTINEL_PORT } else { REDIS_PORT };
    let mut hosts = hosts.split(',').map(|host| parse_host(host, default_port)).collect::<Result<Vec<_>, _>>()?;
    let (place, database) = match variant {
        "sentinel" => {
            let (service, database) = path.split_once('/').unwrap_or((path, ""));
            let service = decode(service)?;
            if service.is_empty() {
                return Err(Error::settings("the service is missing: redis+sentinel://HOST,HOST/SERVICE"));
            }
            (Place::Sentinels { hosts, service }, database)
        }
        "cluster" => (Place::Cluster(hosts), path),
        _ if hosts.len() > 1 => {
            return Err(Error::settings("several hosts need redis+sentinel:// or redis+cluster://"));
        }
        _ => (Place::Server(hosts.remove(0)), path),
    };
    let database = parse_database(database)?;
    if database != 0 && variant == "cluster" {
        return Err(Error::settings("a Redis cluster has only the database 0"));
    }
    let password = Some(decode(password)?).filter(|password| !password.is_empty()).map(Password::new);
    let username = Some(decode(username)?).filter(|username| !username.is_empty());
    Ok(Url { place, username, password, database, is_tls })
}

/// `unix:///path[?db=0&user=name&pass=password]`
fn parse_socket(path: &str, query: &str) -> Result<Url, Error> {
    if !path.starts_with('/') {
        return Err(Error::settings("the path of a socket begins with a slash: unix:///run/redis/redis.sock"));
    }
    let mut url =
        Url { place: Place::Socket(decode(path)?.into()), username: None, password: None, database: 0, is_tls: false };
    for (name, value) in
        query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
    {
        match name {
            "db" => url.database = parse_database(value)?,
            "user" => url.username = Some(decode(value)?),
            "pass" => url.password = Some(Password::new(decode(value)?)),
            _ => return Err(Error::settings("the URL of a socket has only db, user and pass behind the ?")),
        }
    }
    Ok(url)
}

fn parse_host(text: &str, default_port: u16) -> Result<Host, Error> {
    let wrong = || Error::settings("the URL of a Redis server has no valid host and port");
    let (name, port) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']').ok_or_else(wrong)?,
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let port = match port.strip_prefix(':') {
        Some(port) => port.parse().map_err(|_| wrong())?,
        None if port.is_empty() => default_port,
        None => return Err(wrong()),
    };
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err(wrong());
    }
    Ok(Host { name: name.to_owned(), port })
}

fn parse_database(text: &str) -> Result<i64, Error> {
    match text.trim_end_matches('/') {
        "" => Ok(0),
        text => {
            let number = text.parse().ok().filter(|number| *number >= 0);
            number.ok_or_else(|| Error::settings("the number of the database is not a number: redis://HOST/0"))
        }
    }
}

fn decode(text: &str) -> Result<String, Error> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(Into::into).map_err(|_| Error::settings("the URL of a Redis server is not UTF-8 when it is decoded"))
}

/// Shows the URL without the password.
impl fmt::Display for Url {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "rediss" } else { "redis" };
        let user = self.username.iter().map(|name| format!("{name}@")).collect::<String>();
        match &self.place {
            Place::Server(host) => write!(formatter, "{scheme}://{user}{host}")?,
            Place::Socket(path) => {
                write!(formatter, "unix://{}", path.display())?;
                return if self.database == 0 { Ok(()) } else { write!(formatter, "?db={}", self.database) };
            }
            Place::Sentinels { hosts, service } => {
                write!(formatter, "{scheme}+sentinel://{user}{}/{service}", listed(hosts))?;
            }
            Place::Cluster(hosts) => write!(formatter, "{scheme}+cluster://{user}{}", listed(hosts))?,
        }
        if self.database == 0 { Ok(()) } else { write!(formatter, "/{}", self.database) }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name.contains(':') {
            true => write!(formatter, "[{}]:{}", self.name, self.port),
            false => write!(formatter, "{}:{}", self.name, self.port),
        }
    }
}

fn listed(hosts: &[Host]) -> String {
    hosts.iter().map(Host::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password() {
        let shown = [
            ("redis://cache", "redis://cache:6379"),
            ("redis://cache:7000/", "redis://cache:7000"),
            ("valkeys://app:canary@cache/2", "rediss://app@cache:6379/2"),
            ("redis://:can%40ary@[::1]:7000", "redis://[::1]:7000"),
            ("rediss://app:c/a@nary@cache", "rediss://app@cache:6379"),
            ("unix:///run/a%20b.sock?db=3&user=app&pass=canary", "unix:///run/a b.sock?db=3"),
            ("redis+unix:///run/redis.sock", "unix:///run/redis.sock"),
            ("redis+sentinel://:canary@a,b:5/main/1", "redis+sentinel://a:26379,b:5/main/1"),
            ("rediss+cluster://app:canary@a:1,b:2", "rediss+cluster://app@a:1,b:2"),
        ];
        for (text, expected) in shown {
            let url = Url::parse(text).unwrap();
            assert_eq!(url.to_string(), expected);
            assert!(!format!("{url:?}").contains("canary"));
        }
    }

    #[test]
    fn what_the_url_says_is_decoded() {
        let url = Url::parse("rediss://a%3Ab:c%40d%3F@cache.example.com:7000/9").unwrap();
        let host = Host { name: "cache.example.com".to_owned(), port: 7000 };
        assert_eq!((url.place, url.database, url.is_tls), (Place::Server(host), 9, true));
        assert_eq!(url.username.as_deref(), Some("a:b"));
        assert_eq!(url.password.as_ref().map(Password::expose), Some("c@d?"));
    }

    #[test]
    fn an_error_does_not_repeat_the_url() {
        let wrong = [
            "canary",
            "http://canary",
            "redis+canary://host",
            "redis://canary:canary@",
            "redis://user:canary@host:port",
            "redis://user:canary@host:7000x",
            "redis://user:canary@[::1",
            "redis://user:canary@a,b",
            "redis://user:canary@host/one",
            "redis://user:canary@host/-1",
            "redis://user:canary@host?ssl=canary",
            "redis://user:can#ary@host",
            "redis://user:canary%FF@host",
            "redis+sentinel://user:canary@host",
            "redis+cluster://user:canary@host/1",
            "unix://canary",
            "unix:///canary?passwort=canary",
        ];
        for text in wrong {
            let error = Url::parse(text).expect_err(text).to_string();
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
