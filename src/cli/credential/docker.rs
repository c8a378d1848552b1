//! The credential helper protocol of Docker, Podman and skopeo (docker-credential-helpers).

use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use tokcache_core::secret::AccessToken;

use super::choice::{Helper, request, request_text, unknown_word, unreadable, unsupported};
use super::wiped::Wiped;
use crate::cli::hosts::server::Server;
use crate::cli::token::Selection;
use crate::cli::{Exit, Failure};
use crate::output;

/// The client recognises this text and the next two, alone on stdout.
const NOT_FOUND: &str = "credentials not found in native keychain\n";
const NO_SERVER: &str = "no credentials server URL";
const NO_USERNAME: &str = "no credentials username";

/// The user name that Google's registries want beside an access token.
const GOOGLE_USERNAME: &str = "oauth2accesstoken";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Found<'a> {
    #[serde(rename = "ServerURL")]
    server_url: &'a str,
    username: &'a str,
    secret: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stored {
    #[serde(default, rename = "ServerURL")]
    server_url: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: Wiped,
}

pub(super) fn run(helper: &Helper<'_>) -> Result<ExitCode, Failure> {
    let result = match helper.word(0) {
        "get" => get(helper),
        "store" => store(helper),
        "erase" => erase(helper),
        "list" => list(helper),
        "version" => version(),
        word => Err(unknown_word(word, "get, store, erase, list or version")),
    };
    if let Err(failure) = &result {
        // The client shows the text on stdout, and not every client shows stderr.
        output::answer(format!("{}\n", output::plain(failure.message())).as_bytes())?;
    }
    result
}

fn get(helper: &Helper<'_>) -> Result<ExitCode, Failure> {
    let asked = request_text()?;
    require(&asked, NO_SERVER)?;
    let server = server_of(&asked);
    let Some(granted) = helper.token_for(server.as_ref())? else {
        output::answer(NOT_FOUND.as_bytes())?;
        return Ok(ExitCode::FAILURE);
    };
    let username = server.as_ref().map_or(super::USERNAME, |server| username(helper, server));
    output::answer_json(&Found { server_url: &asked, username, secret: granted.secret() })?;
    Ok(ExitCode::SUCCESS)
}

/// Parses the address of a server, which may begin with `//` instead of a scheme.
fn server_of(address: &str) -> Option<Server> {
    Server::parse(address.strip_prefix("//").unwrap_or(address))
}

/// Refuses a request without a value that the protocol requires.
fn require(value: &str, otherwise: &str) -> Result<(), Failure> {
    match value {
        "" => Err(Failure::new(Exit::Usage, otherwise).try_shell("tokcache help credential")),
        _ => Ok(()),
    }
}

fn username<'h>(helper: &'h Helper<'_>, server: &Server) -> &'h str {
    let host = server.host().to_string();
    let is_google = host == "gcr.io" || host.ends_with(".gcr.io") || host.ends_with(".pkg.dev");
    if is_google && helper.input.username.is_none() { GOOGLE_USERNAME } else { helper.username() }
}

/// Accepts tokcache's own token, which `docker login` gives back. Refuses any other: tokcache does not save passwords.
fn store(helper: &Helper<'_>) -> Result<ExitCode, Failure> {
    let stored: Stored =
        serde_json::from_slice(&request()?).map_err(|_| unreadable("it is not a credential in JSON"))?;
    require(&stored.server_url, NO_SERVER)?;
    require(&stored.username, NO_USERNAME)?;
    if let Some(settings) = helper.settings_for(server_of(&stored.server_url).as_ref())? {
        let cached = Selection { offline: true, ..helper.input.selection.clone() };
        let cached = helper.token_with(&settings, &cached);
        if cached.is_ok_and(|granted| granted.outcome.access_token == AccessToken::new(&*stored.secret)) {
            return Ok(ExitCode::SUCCESS);
        }
        return Err(unsupported("save", &settings, "login"));
    }
    Err(unsupported("save", helper.settings, "login"))
}

/// Leaves the sign-in as it is: other programs use it, too.
fn erase(helper: &Helper<'_>) -> Result<ExitCode, Failure> {
    let asked = request_text()?;
    require(&asked, NO_SERVER)?;
    if let Some(settings) = helper.settings_for(server_of(&asked).as_ref())? {
        let words = ["clear".to_owned()];
        let words = ["tokcache".to_owned()].into_iter().chain(words.clone()).chain(settings.flags_beside(&words));
        output::tell(format_args!("tokcache is still signed in; to sign out: {}", output::command_line(words)));
    }
    Ok(ExitCode::SUCCESS)
}

fn list(helper: &Helper<'_>) -> Result<ExitCode, Failure> {
    let mut found = serde_json::Map::new();
    for (host, _) in helper.configured()? {
        let username = Server::parse(&host.to_string())
            .map_or(super::USERNAME.to_owned(), |server| username(helper, &server).to_owned());
        found.insert(host.url(), username.into());
    }
    output::answer_json(&found)?;
    Ok(ExitCode::SUCCESS)
}

fn version() -> Result<ExitCode, Failure> {
    let version = env!("CARGO_PKG_VERSION");
    output::answer(format!("docker-credential-tokcache (tokcache) {version}\n").as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
