//! Coding agents: the names of their settings, and the command lines that they run.

use std::path::PathBuf;

use tokcache_core::oauth::ResourceUrl;
use tokcache_file::text_of_path;

use super::{Change, words};
use crate::cli::settings::resource_name;
use crate::cli::settings::store_url::{self, StoreUrl};
use crate::cli::{Exit, Failure, environment, profiles};
use crate::output::command_line;

/// The command that prints the headers of requests to an MCP server.
pub(super) const HEADERS: &str = "credential mcp-headers";

/// The command that prints the token for a model gateway.
pub(super) const TOKEN: &str = "token";

/// The environment in which a program runs a helper.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Environment {
    /// That of the person.
    Inherited,
    /// Some variables only, such as `HOME` and `PATH`.
    Cleared,
}

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

/// Whether a command line starts tokcache with `command`, and nothing else. A pipeline is another helper.
pub(super) fn is_own(line: &str, command: &str) -> bool {
    const OPERATORS: [&str; 6] = [" | ", "; ", " & ", " && ", " || ", " > "];
    let line = format!("{line} ");
    let Some((program, _)) = line.split_once(&format!(" {command} ")) else { return false };
    let name = program.trim_end_matches(['\'', '"']).rsplit(['/', '\\']).next();
    name.is_some_and(|name| matches!(name, "tokcache" | "tokcache.exe"))
        && !OPERATORS.iter().any(|operator| line.contains(operator))
}

/// Returns the words that start the helper.
pub(super) fn words(change: &Change<'_>, command: &str, environment: Environment) -> Result<Vec<String>, Failure> {
    let program = match environment {
        Environment::Inherited => words::program()?,
        Environment::Cleared => words::program_by_path()?,
    };
    let mut words = vec![program];
    words.extend(command.split(' ').map(str::to_owned));
    words.extend(change.flags.iter().cloned());
    words.extend(places(change, environment)?);
    Ok(words)
}

/// Returns a command line for the shell of the system.
pub(super) fn line(words: &[String]) -> String {
    if !cfg!(windows) {
        return command_line(words);
    }
    let quoted = |word: &String| {
        let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/\\@+,".contains(c));
        if is_plain { word.clone() } else { format!("\"{word}\"") }
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// Returns the flags for the profile and the cache that the person means, as far as the helper would not find them itself.
fn places(change: &Change<'_>, environment: Environment) -> Result<Vec<String>, Failure> {
    let settings = change.settings;
    let profile = profiles::load(&change.profile)?.unwrap_or_default();
    let is_cleared = environment == Environment::Cleared;
    let counts = |variable: &str| is_cleared || !settings.variables.contains(&variable);
    let config_dir = match &settings.config_dir {
        None if is_cleared && environment::is_config_dir_moved() => environment::config_dir()?,
        typed => typed.clone(),
    };
    let is_of_cache = profile.store.as_deref().is_none_or(|store| store == "file:");
    let store = match settings.store.clone().filter(|_| counts("TOKCACHE_STORE")) {
        None if is_cleared && is_of_cache && environment::is_state_dir_moved() => {
            environment::state_dir()?.map(|folder| file_url(folder.join("token_cache.json")))
        }
        store => store.map(|store| store_url::FILES.into_iter().fold(store, lasting)),
    };
    if store.as_deref().and_then(StoreUrl::parse).is_some_and(|url| url.password.is_some()) {
        let message = "the URL of the store has a password, which must not get into the settings of a program";
        return Err(Failure::new(Exit::Config, message).try_tokcache(["help", "environment"]));
    }
    let encrypt = settings.encrypt.clone().filter(|_| counts("TOKCACHE_ENCRYPT"));
    let ca_file = settings.ca_file.clone().filter(|_| counts("TOKCACHE_CA_FILE"));
    let text = |path: PathBuf| std::path::absolute(&path).unwrap_or(path).to_string_lossy().into_owned();
    let flags = [
        ("--store", store.filter(|store| profile.store.as_ref() != Some(store))),
        ("--encrypt", encrypt.map(|key| lasting(key, "key-file:")).filter(|key| profile.encrypt.as_ref() != Some(key))),
        ("--ca-file", ca_file.filter(|file| profile.ca_file.as_ref() != Some(file)).map(text)),
        ("--config-dir", config_dir.map(text)),
    ];
    let flags = flags.into_iter().filter_map(|(flag, value)| Some([flag.to_owned(), value?]));
    Ok(flags.flatten().collect())
}

fn file_url(path: PathBuf) -> String {
    format!("file:{}", text_of_path(&std::path::absolute(&path).unwrap_or(path)))
}

/// Returns a URL whose path does not depend on the current folder.
fn lasting(url: String, scheme: &str) -> String {
    match url.strip_prefix(scheme) {
        Some(path) if !path.is_empty() && !path.starts_with('/') => {
            let path = PathBuf::from(path);
            format!("{scheme}{}", text_of_path(&std::path::absolute(&path).unwrap_or(path)))
        }
        _ => url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_another_helper_is_not_ours() {
        for line in
            ["tokcache token --for https://a.example", "'/opt/my tools/tokcache' token --for a", "/a/tokcache token a"]
        {
            assert!(is_own(line, TOKEN), "{line}");
        }
        for line in [
            "other token --for a",
            "tokcache credential mcp-headers ",
            "tokcache token --for a | other",
            "A=1 tokcache token",
            "tokcache",
        ] {
            assert!(!is_own(line, TOKEN), "{line}");
        }
        assert!(is_own("tokcache credential mcp-headers --for https://a.example", HEADERS));
        assert!(is_own("tokcache credential mcp-headers", HEADERS));
    }
}
