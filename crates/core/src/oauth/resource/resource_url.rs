//! The URL of a protected resource.

use std::fmt;

use http::Uri;

use crate::oauth::url::{AuthorityError, bare_host, origin, parse_secure};

/// The URL of a protected resource, its resource indicator (RFC 8707 §2): https, or http on a loopback host, with a
/// lower-case host, without the default port, without a fragment, and without the slash of an empty path.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ResourceUrl {
    url: String,
    origin_length: usize,
    host: String,
}

impl ResourceUrl {
    /// Parses the URL as a person types it.
    ///
    /// # Errors
    /// The text is not such a URL.
    pub fn parse(url: &str) -> Result<ResourceUrl, AuthorityError> {
        let uri = parse_secure(url.trim())?;
        let origin = origin(&uri);
        let rest = uri.path_and_query().map_or("", |rest| rest.as_str());
        let rest = if rest == "/" { "" } else { rest };
        Ok(ResourceUrl { origin_length: origin.len(), host: bare_host(&uri).to_ascii_lowercase(), url: origin + rest })
    }

    /// Returns the normalized URL.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Returns the host in lower case, without the brackets of an IPv6 address.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the scheme, the host and the port.
    pub fn origin(&self) -> &str {
        &self.url[..self.origin_length]
    }

    /// Returns the path and the query; empty, or with a slash at the beginning.
    pub fn path_and_query(&self) -> &str {
        &self.url[self.origin_length..]
    }

    /// Whether `other` has the same scheme, host and port.
    pub(super) fn has_origin_of(&self, other: &str) -> bool {
        parse_secure(other).is_ok_and(|other| origin(&other) == self.origin())
    }

    /// Whether `resource`, as the metadata name it, is this resource or a path above it (RFC 9728 §3.3). A server can
    /// describe all resources below a path by one document.
    pub(super) fn is_within(&self, resource: &str) -> bool {
        let Ok(resource) = ResourceUrl::parse(resource) else { return false };
        if self.origin() != resource.origin() {
            return false;
        }
        let (own, above) = (self.path_and_query(), resource.path_and_query());
        let above = above.trim_end_matches('/');
        own == resource.path_and_query()
            || own.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    }

    /// Returns the places of the metadata, in the order in which they are asked: with the path inserted (RFC 9728 §3.1),
    /// then at the root.
    pub(super) fn metadata_urls(&self) -> Vec<String> {
        let root = format!("{}/.well-known/oauth-protected-resource", self.origin());
        let mut urls = vec![format!("{root}{}", self.path_and_query())];
        urls.extend((!self.path_and_query().is_empty()).then_some(root));
        urls
    }
}

impl fmt::Display for ResourceUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.url)
    }
}

/// Returns the URI of a text that [`ResourceUrl::parse`] accepts.
pub(super) fn host_of(url: &str) -> Option<String> {
    let uri: Uri = parse_secure(url).ok()?;
    Some(bare_host(&uri).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> ResourceUrl {
        ResourceUrl::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    #[test]
    fn one_resource_has_one_spelling() {
        for (url, expected) in [
            (" HTTPS://MCP.Example.com:443/ ", "https://mcp.example.com"),
            ("https://mcp.example.com/Mcp?a=B", "https://mcp.example.com/Mcp?a=B"),
            ("https://mcp.example.com/mcp/", "https://mcp.example.com/mcp/"),
            ("http://[::1]:8080/mcp", "http://[::1]:8080/mcp"),
        ] {
            assert_eq!(parse(url).as_str(), expected);
            assert_eq!(parse(expected), parse(url));
        }
        for url in ["http://mcp.example.com/", "https://mcp.example.com/#a", "https://a@mcp.example.com/", "mcp"] {
            assert!(ResourceUrl::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn the_metadata_must_describe_the_resource_or_a_path_above_it() {
        let url = parse("https://a.example/mcp/v1");
        for resource in
            ["https://a.example/mcp/v1", "https://A.example", "https://a.example/", "https://a.example/mcp/"]
        {
            assert!(url.is_within(resource), "{resource}");
        }
        for resource in [
            "https://a.example/mc",
            "https://a.example/mcp/v",
            "https://a.example/mcp/v1/x",
            "https://a.example:444/mcp/v1",
            "https://b.example/mcp/v1",
            "http://a.example/mcp/v1",
            "a.example/mcp",
            "",
        ] {
            assert!(!url.is_within(resource), "{resource}");
        }
    }

    #[test]
    fn the_path_is_inserted_before_the_root_is_asked() {
        let root = "https://a.example/.well-known/oauth-protected-resource";
        assert_eq!(parse("https://a.example/").metadata_urls(), [root]);
        assert_eq!(parse("https://a.example/mcp").metadata_urls(), [&format!("{root}/mcp"), root]);
    }
}
