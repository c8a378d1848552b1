//! Decides which URLs secrets may be sent to.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;

/// Parses an absolute URL that secrets may be sent to: https, or http on a loopback host (RFC 8252 §8.3), without user
/// name, password and fragment.
///
/// # Errors
/// The text is not a URL, or others could read requests to it.
pub fn parse_secure(url: &str) -> Result<Uri, AuthorityError> {
    if url.contains('#') {
        return Err(AuthorityError::Fragment);
    }
    // The parser accepts other characters, which RFC 3986 §2 requires to be percent-encoded.
    let uri: Uri = url.parse().ok().filter(|_| url.is_ascii()).ok_or(AuthorityError::NotAUrl)?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(AuthorityError::NotAUrl);
    };
    if authority.as_str().contains('@') {
        return Err(AuthorityError::UserInfo);
    }
    let has_bad_port = authority.port_u16().is_none() && authority.as_str() != authority.host();
    if !is_host(authority.host()) || has_bad_port {
        return Err(AuthorityError::NotAUrl);
    }
    match scheme {
        "https" => Ok(uri),
        "http" if is_loopback(bare_host(&uri)) => Ok(uri),
        // If a password contains a slash, the apparent host may be a part of the password.
        "http" if url.contains('@') => Err(AuthorityError::UserInfo),
        "http" => Err(AuthorityError::Insecure { host: authority.to_string() }),
        _ => Err(AuthorityError::NotAUrl),
    }
}

/// Parses an http URL on a link-local address (RFC 3927), which no router forwards.
pub(super) fn parse_link_local(url: &str) -> Result<Uri, AuthorityError> {
    // Checks everything but the scheme.
    parse_secure(&url.replacen("http:", "https:", 1))?;
    let uri: Uri = url.parse().map_err(|_| AuthorityError::NotAUrl)?;
    let is_link_local = bare_host(&uri).parse::<Ipv4Addr>().is_ok_and(|address| address.is_link_local());
    if is_link_local { Ok(uri) } else { Err(AuthorityError::Insecure { host: bare_host(&uri).to_owned() }) }
}

/// Whether `host` is a name or an address. Only an IPv6 address has brackets (RFC 3986 §3.2.2).
fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(literal) => literal.parse::<Ipv6Addr>().is_ok(),
        None => !host.is_empty() && !host.contains(['[', ']']),
    }
}

/// Returns the host without the brackets of an IPv6 address.
pub fn bare_host(uri: &Uri) -> &str {
    uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
}

/// Whether `host` (without brackets) is this machine: `localhost`, 127.0.0.0/8 or ::1, in their plain forms.
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || host.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

/// Returns the scheme, the host in lower case, and the port unless it is the scheme's default.
pub(super) fn origin(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default();
    let host = uri.host().unwrap_or_default().to_ascii_lowercase();
    match (scheme, uri.port_u16()) {
        (_, None) | ("https", Some(443)) | ("http", Some(80)) => format!("{scheme}://{host}"),
        (_, Some(port)) => format!("{scheme}://{host}:{port}"),
    }
}

/// Resolves the reference `location` against `url` (RFC 3986 §5.2). `None` if it leads to another origin.
pub(super) fn within_origin(url: &str, location: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let location = location.trim().split('#').next().unwrap_or_default();
    let has_scheme = location.split(['/', '?']).next().is_some_and(|start| start.contains(':'));
    let path = uri.path();
    let target = if has_scheme {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{}:{location}", uri.scheme_str()?)
    } else if location.starts_with('/') {
        format!("{}{}", origin(&uri), without_dots(location))
    } else if location.is_empty() || location.starts_with('?') {
        format!("{}{path}{location}", origin(&uri))
    } else {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{}{}", origin(&uri), without_dots(&format!("{folder}/{location}")))
    };
    let there = parse_secure(&target).ok()?;
    (origin(&there) == origin(&uri)).then_some(target)
}

/// Removes the `.` and `..` segments from the path of a path and query, RFC 3986 §5.2.4.
fn without_dots(target: &str) -> String {
    let (path, query) = target.find('?').map_or((target, ""), |at| target.split_at(at));
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            ".." => drop(kept.pop()),
            "." => {}
            _ => kept.push(segment),
        }
        // A final dot segment means a folder.
        if is_last && matches!(segment, "." | "..") {
            kept.push("");
        }
    }
    format!("/{}{query}", kept.join("/"))
}

/// Why a URL is not an authority or an endpoint. The messages say what to type, and repeat nothing that may be secret.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AuthorityError {
    /// The URL contains a `#`.
    Fragment,
    /// The URL is plain http to another machine.
    Insecure {
        /// The host, with its port.
        host: String,
    },
    /// The text is not an absolute http or https URL.
    NotAUrl,
    /// The URL contains a `?`.
    Query,
    /// The text is not a tenant's name or identifier.
    Tenant {
        /// The given text.
        tenant: String,
    },
    /// A tenant was given for an authority without tenants.
    TenantUnused,
    /// The URL contains a user name or password before the host.
    UserInfo,
}

impl fmt::Display for AuthorityError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AuthorityError::Fragment => formatter.write_str("leave out the # of the URL and what follows it"),
            AuthorityError::Insecure { host } => {
                write!(formatter, "plain http is accepted for loopback hosts only: type https://{host}")
            }
            AuthorityError::NotAUrl => {
                formatter.write_str("this is no URL of a server: type a whole one, such as https://id.example.com")
            }
            AuthorityError::Query => formatter.write_str("leave out the ? of the URL and what follows it"),
            AuthorityError::Tenant { tenant } => write!(
                formatter,
                "{tenant:?} is not a tenant: type its domain or GUID, or common, organizations or consumers"
            ),
            AuthorityError::TenantUnused => {
                formatter.write_str("only a Microsoft Entra authority has a tenant: leave it out")
            }
            AuthorityError::UserInfo => {
                formatter.write_str("leave out the user name and password before the host of the URL")
            }
        }
    }
}

impl std::error::Error for AuthorityError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_is_accepted_anywhere_and_http_on_loopback() {
        for url in [
            "https://idp.example.com",
            "HTTPS://IDP.example.com:8443/a/b",
            "https://[2001:db8::1]:8443/",
            "http://localhost:8080/oidc",
            "http://LOCALHOST",
            "http://127.8.9.1:1",
            "http://[::1]:9000/x",
        ] {
            assert!(parse_secure(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn http_to_another_machine_says_what_to_type() {
        for host in
            ["idp.example.com:81", "127.0.0.1.example.com", "localhost.example.com", "127.1", "[::2]", "0.0.0.0"]
        {
            let error = parse_secure(&format!("http://{host}/x")).unwrap_err();
            assert!(error.to_string().ends_with(&format!("type https://{host}")), "{host}");
        }
    }

    #[test]
    fn what_is_no_absolute_http_url_is_refused() {
        for url in
            ["", "idp.example.com", "/path", "https://", "https:///x", "ftp://a/", "https://a:b/", "https://a:99999"]
        {
            assert_eq!(parse_secure(url), Err(AuthorityError::NotAUrl), "{url}");
        }
    }

    #[test]
    fn a_url_is_ascii() {
        for url in ["https://idp.example.com/caf\u{e9}", "https://idp.example.com/a\u{85}/"] {
            assert_eq!(parse_secure(url), Err(AuthorityError::NotAUrl), "{url}");
        }
    }

    #[test]
    fn brackets_belong_to_an_ipv6_address_only() {
        for url in
            ["https://idp.[]:443/a", "https://[idp.example.com]/", "https://[]/", "https://[::1/", "https://::1]/"]
        {
            assert_eq!(parse_secure(url), Err(AuthorityError::NotAUrl), "{url}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_refused_and_not_repeated() {
        let error = parse_secure("https://user:canary@idp.example.com/").unwrap_err();
        assert_eq!(error, AuthorityError::UserInfo);
        assert!(!format!("{error} {error:?}").contains("canary"));
        for url in ["http://canary/x@idp.example.com", "http://can:ary/x@idp.example.com"] {
            assert!(!parse_secure(url).unwrap_err().to_string().contains("can"), "{url}");
        }
        assert_eq!(parse_secure("http://localhost@evil.example.com/"), Err(AuthorityError::UserInfo));
    }

    #[test]
    fn a_fragment_is_refused() {
        assert_eq!(parse_secure("https://idp.example.com/#canary"), Err(AuthorityError::Fragment));
    }

    #[test]
    fn a_redirect_means_what_rfc_3986_says() {
        let url = "https://idp.example.com/a/b";
        for (location, target) in [
            ("c", "https://idp.example.com/a/c"),
            ("/c", "https://idp.example.com/c"),
            ("?c", "https://idp.example.com/a/b?c"),
            ("../c?d/../e", "https://idp.example.com/c?d/../e"),
            ("../../../c/./d/..", "https://idp.example.com/c/"),
            ("/x/../c", "https://idp.example.com/c"),
            ("c:d", ""),
            ("/c#d", "https://idp.example.com/c"),
            ("https://idp.example.com/c", "https://idp.example.com/c"),
            ("https://user@idp.example.com/c", ""),
        ] {
            let expected = Some(target.to_owned()).filter(|target| !target.is_empty());
            assert_eq!(within_origin(url, location), expected, "{location}");
        }
    }
}
