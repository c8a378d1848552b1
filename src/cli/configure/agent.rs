//! Coding agents: the names of their settings, and the servers that they are for.

use tokcache_core::oauth::ResourceUrl;

use super::Change;
use crate::cli::settings::resource_name;
use crate::cli::{Exit, Failure};

/// The command that prints the headers of requests to an MCP server.
pub(super) const HEADERS: &str = "credential mcp-headers";

/// Returns the URL of the MCP server.
pub(super) fn server<'a>(change: &'a Change<'_>) -> Result<&'a ResourceUrl, Failure> {
    change.settings.protected_resource.as_ref().ok_or_else(no_server)
}

/// The error for a command line that does not name the MCP server.
pub(super) fn no_server() -> Failure {
    Failure::new(Exit::Usage, "say which server the tokens are for").try_with("--for", "URL")
}

/// Returns the name of the server or the gateway in the settings of the program: as typed, else its host.
pub(super) fn name(change: &Change<'_>) -> Result<String, Failure> {
    let is_name_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let Some(name) = &change.target.name else {
        if change.target.model && change.settings.protected_resource.is_none() {
            return Ok(change.name());
        }
        let host = server(change)?.host();
        return Ok(host.chars().map(|c| if is_name_part(c) { c } else { '-' }).collect());
    };
    if name.chars().all(is_name_part) {
        return Ok(name.clone());
    }
    let message = format!("{name:?} is not the name of a server: use letters, digits, - and _");
    Err(Failure::new(Exit::Usage, message).try_with("--name", "NAME"))
}

/// Whether a setting with this URL is that of `--for`, or `--for` was not typed.
pub(super) fn is_for(change: &Change<'_>, url: Option<&str>) -> bool {
    let typed = change.settings.protected_resource.as_ref();
    typed.is_none_or(|typed| url.is_some_and(|url| resource_name::url(url).is_ok_and(|url| url == *typed)))
}

/// Whether a command line of the helper is for the URL of `--for`, or `--for` was not typed.
pub(super) fn names_resource(change: &Change<'_>, line: &str) -> bool {
    let typed = change.settings.protected_resource.as_ref();
    typed.is_none_or(|typed| line.split(' ').any(|word| word.trim_matches(['\'', '"']) == typed.as_str()))
}
