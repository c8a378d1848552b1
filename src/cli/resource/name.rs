//! The name of a resource's profile.

use tokcache_core::oauth::ResourceUrl;
use tokcache_core::secret::fingerprint;

/// The maximum length of the readable part, so that the whole is a valid name.
const LONGEST: usize = 52;

/// Returns the name: the host and the path, and a digest that tells similar URLs apart.
pub(super) fn of(url: &ResourceUrl) -> String {
    let readable = url.as_str().split_once("://").map_or("", |(_, rest)| rest);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let readable: String = readable.chars().take(LONGEST).map(|c| if is_plain(c) { c } else { '_' }).collect();
    let digest = fingerprint(url.as_str().as_bytes());
    format!("{}-{}", readable.to_ascii_lowercase(), digest.get(..8).unwrap_or(&digest))
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
