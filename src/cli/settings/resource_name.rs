//! The URL of a protected resource, and the name of its profile.

use std::borrow::Cow;

use tokcache_core::oauth::ResourceUrl;
use tokcache_core::secret::fingerprint;

/// The maximum length of the readable part, so that the whole is a valid name.
const LONGEST: usize = 52;

/// Parses the URL of `--for`. A host stands for its https URL.
pub(in crate::cli) fn url(text: &str) -> Result<ResourceUrl, String> {
    let url = if text.contains("://") { Cow::Borrowed(text) } else { Cow::Owned(format!("https://{text}")) };
    ResourceUrl::parse(&url).map_err(|error| error.to_string())
}

/// Returns the name: the host and the path, and a digest that tells similar URLs apart.
pub(in crate::cli) fn of(url: &ResourceUrl) -> String {
    let readable = url.as_str().split_once("://").map_or("", |(_, rest)| rest);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let readable: String = readable.chars().take(LONGEST).map(|c| if is_plain(c) { c } else { '_' }).collect();
    let digest = fingerprint(url.as_str().as_bytes());
    format!("{}-{}", readable.to_ascii_lowercase(), digest.get(..8).unwrap_or(&digest))
}

/// Whether the profile is named after the resource.
pub(in crate::cli) fn is_named_after(url: &ResourceUrl, profile: &str) -> bool {
    of(url) == profile
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_readable_valid_and_of_one_url_alone() {
        let name = |url: &str| of(&ResourceUrl::parse(url).unwrap());
        assert!(name("https://mcp.example.com/mcp").starts_with("mcp_example_com_mcp-"));
        let similar = [
            "https://a.b/c",
            "https://a.b/C",
            "https://a.b/c/",
            "https://a.b/c?",
            "https://a_b/c",
            "http://127.0.0.1/c",
        ];
        let names: std::collections::BTreeSet<_> = similar.into_iter().map(name).collect();
        assert_eq!(names.len(), similar.len());
        let long = name(&format!("https://mcp.example.com/{}", "a/".repeat(200)));
        assert!(long.len() <= 64 && long.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)), "{long}");
    }
}
