//! The URLs of shared stores, with the password apart.

use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

/// The beginnings of the URLs of stores that are files. Behind them is a path.
pub(in crate::cli) const FILES: [&str; 2] = ["file:", "sqlite:"];

/// The kind of a shared store: of one with a cache for each user.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::cli) enum Kind {
    Postgres,
    Redis,
    Sqlite,
}

/// The parameter of a URL that says where the password is.
const PASSWORD_FROM: &str = "password-from";

/// The value of [`PASSWORD_FROM`] for the operating system's keyring.
const KEYRING: &str = "keyring";

/// The URL of a shared store.
pub(in crate::cli) struct StoreUrl {
    pub(in crate::cli) kind: Kind,
    /// The URL without the password.
    pub(in crate::cli) shown: String,
    /// The URL for the client of the server, which does not know the parameter `password-from`.
    pub(in crate::cli) address: String,
    pub(in crate::cli) password: Option<Zeroizing<String>>,
    password_from: Option<Zeroizing<String>>,
}

impl StoreUrl {
    /// Takes the URL of a shared store apart; `None` for any other text. The password is found even if its special
    /// characters are not percent-encoded, so that no part of it is shown.
    pub(in crate::cli) fn parse(url: &str) -> Option<Self> {
        let kind = kind(url)?;
        let (parameter, has_query) = match kind {
            Kind::Postgres => ("password", true),
            Kind::Redis => ("pass", false),
            Kind::Sqlite => {
                let (shown, address) = (url.to_owned(), url.to_owned());
                return Some(StoreUrl { kind, shown, address, password: None, password_from: None });
            }
        };
        let of_login = without_login_password(url, has_query);
        let (shown, password) = of_login.unwrap_or_else(|| (url.to_owned(), None));
        let (shown, parameter) = without_parameter(&shown, parameter);
        let (address, password_from) = without_parameter(&shown, PASSWORD_FROM);
        Some(StoreUrl { kind, shown, address, password: password.or(parameter), password_from })
    }

    /// Whether the URL says that the keyring has the password; `None` for any other place.
    pub(in crate::cli) fn is_password_in_keyring(&self) -> Option<bool> {
        match &self.password_from {
            None => Some(self.shown != self.address).filter(|is_empty| !is_empty),
            Some(place) => Some(**place == KEYRING).filter(|is_known| *is_known),
        }
    }

    /// Returns the URL for a password in the keyring.
    pub(in crate::cli) fn with_password_in_keyring(&self) -> String {
        let separator = if self.address.contains('?') { '&' } else { '?' };
        format!("{}{separator}{PASSWORD_FROM}={KEYRING}", self.address)
    }

    /// Whether the store is on a server, which may want a password.
    pub(in crate::cli) fn has_server(&self) -> bool {
        self.kind != Kind::Sqlite
    }
}

fn kind(url: &str) -> Option<Kind> {
    let (scheme, rest) = url.split_once(':')?;
    if scheme != "sqlite" && !rest.starts_with("//") {
        return None;
    }
    let (name, variant) = scheme.split_once('+').unwrap_or((scheme, ""));
    match (name, variant) {
        ("postgres" | "postgresql", "") => Some(Kind::Postgres),
        ("redis" | "rediss" | "valkey" | "valkeys", "" | "cluster" | "sentinel" | "unix") | ("unix", "") => {
            Some(Kind::Redis)
        }
        ("sqlite", "") => Some(Kind::Sqlite),
        _ => None,
    }
}

/// Removes the password before the last `@`. The path of a socket has none. As for the store itself, the parameters begin
/// behind the login: a `?` before the first `@` is part of a password.
fn without_login_password(url: &str, has_query: bool) -> Option<(String, Option<Zeroizing<String>>)> {
    let (scheme, rest) = url.split_once("://").filter(|(_, rest)| !rest.starts_with('/'))?;
    let first = rest.find('@')?;
    let query = rest[first..].find('?').filter(|_| has_query);
    let end = query.map_or(rest.len(), |behind| first + behind);
    let (login, place) = rest.split_at(rest[..end].rfind('@')?);
    let (user, password) = login.split_once(':')?;
    let place = if user.is_empty() { &place[1..] } else { place };
    Some((format!("{scheme}://{user}{place}"), decoded(password)))
}

/// Removes the password from the parameters.
fn without_parameter(url: &str, name: &str) -> (String, Option<Zeroizing<String>>) {
    let Some((place, query)) = url.split_once('?') else { return (url.to_owned(), None) };
    // The store decodes the names too.
    let is_named = |found: &str| percent_decode_str(found).eq(name.bytes());
    let value = |pair: &str| pair.split_once('=').filter(|(found, _)| is_named(found)).and_then(|(_, it)| decoded(it));
    let others: Vec<_> = query.split('&').filter(|pair| !pair.split('=').next().is_some_and(is_named)).collect();
    let password = query.split('&').find_map(value);
    let shown = if others.is_empty() { place.to_owned() } else { format!("{place}?{}", others.join("&")) };
    (shown, password)
}

fn decoded(password: &str) -> Option<Zeroizing<String>> {
    let text = percent_decode_str(password).decode_utf8_lossy().into_owned();
    Some(Zeroizing::new(text)).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_a_password_stays_in_the_url() {
        for (url, shown) in [
            ("redis://cache", "redis://cache"),
            ("redis://app@cache/1", "redis://app@cache/1"),
            ("rediss://app:canary@cache:7000/1", "rediss://app@cache:7000/1"),
            ("valkey://:can%41ry@cache", "valkey://cache"),
            ("redis://app:can/a@ry?#@cache", "redis://app@cache"),
            ("redis+cluster://app:canary@a:1,b:2", "redis+cluster://app@a:1,b:2"),
            ("unix:///run/a:b@c.sock?db=1&pass=canary", "unix:///run/a:b@c.sock?db=1"),
            ("redis+unix:///run/redis.sock?pass=canary", "redis+unix:///run/redis.sock"),
            ("postgres://app:canary@db/tokens?sslmode=disable", "postgres://app@db/tokens?sslmode=disable"),
            ("postgresql://app:can@ary@db:5432/tokens", "postgresql://app@db:5432/tokens"),
            ("postgres://app:can/ary@db/tokens", "postgres://app@db/tokens"),
            ("postgres://app:can?ary@db/tokens", "postgres://app@db/tokens"),
            ("postgres://app:can?ary@db/x?user=a@b", "postgres://app@db/x?user=a@b"),
            ("postgres://app@db/x?p%61ssword=canary&user=a", "postgres://app@db/x?user=a"),
            ("unix:///run/redis.sock?db=1&p%61ss=canary", "unix:///run/redis.sock?db=1"),
            ("postgres://app@db:5432/x?password=canary&user=a@b", "postgres://app@db:5432/x?user=a@b"),
            ("postgres:///x?host=/run/postgresql", "postgres:///x?host=/run/postgresql"),
            ("sqlite:/a:b@c", "sqlite:/a:b@c"),
        ] {
            let parsed = StoreUrl::parse(url).unwrap();
            assert_eq!(parsed.shown, shown);
            assert_eq!(parsed.password.is_some(), shown != url, "{url}");
            assert_eq!(parsed.address, shown);
        }
    }

    #[test]
    fn the_place_of_a_password_is_shown_and_is_not_for_the_server() {
        for (url, address, is_in_keyring) in [
            ("redis://app@cache/1?password-from=keyring", "redis://app@cache/1", Some(true)),
            ("unix:///s?db=1&password-from=keyring", "unix:///s?db=1", Some(true)),
            ("postgres://app@db/x?password-from=keyring&user=a", "postgres://app@db/x?user=a", Some(true)),
            ("redis://cache?password-from=canary", "redis://cache", None),
            ("redis://cache?password-from=", "redis://cache", None),
            ("redis://cache?password-from", "redis://cache", None),
            ("redis://cache", "redis://cache", Some(false)),
            ("sqlite:a?password-from=keyring", "sqlite:a?password-from=keyring", Some(false)),
        ] {
            let parsed = StoreUrl::parse(url).unwrap();
            assert_eq!((parsed.shown.as_str(), parsed.address.as_str()), (url, address));
            assert_eq!(parsed.is_password_in_keyring(), is_in_keyring, "{url}");
            assert!(parsed.password.is_none());
        }
        let with = |url| StoreUrl::parse(url).unwrap().with_password_in_keyring();
        assert_eq!(with("redis://cache"), "redis://cache?password-from=keyring");
        assert_eq!(
            with("postgres://db/x?password-from=keyring&user=a"),
            "postgres://db/x?user=a&password-from=keyring"
        );
    }

    #[test]
    fn a_password_is_decoded() {
        let password = |url| StoreUrl::parse(url).unwrap().password.unwrap().to_string();
        assert_eq!(password("postgres://app:a%40b%2F@db/x"), "a@b/");
        assert_eq!(password("unix:///s?pass=a%26b"), "a&b");
    }

    #[test]
    fn other_stores_are_not_shared() {
        for url in [
            "file:",
            "file:/redis://x",
            "memory:",
            "libsecret:a",
            "http://a",
            "redis+http://a",
            "redis:a:b@c",
            "canary",
        ] {
            assert!(StoreUrl::parse(url).is_none(), "{url}");
        }
    }
}
