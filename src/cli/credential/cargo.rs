//! cargo's credential provider protocol: one request a line, in JSON.
//!
//! cargo starts the provider with `--cargo-plugin` alone. The arguments of the configuration come with each request.

use std::io::{self, BufRead};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Input;
use super::choice::{Helper, unsupported};
use super::wiped::Wiped;
use crate::cli::failure::repeated::repeatable;
use crate::cli::hosts::server::Server;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Failure, environment, resource};
use crate::output;

#[derive(Deserialize)]
struct Request {
    v: u32,
    kind: String,
    registry: Registry,
    #[serde(default)]
    args: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Registry {
    index_url: String,
}

#[derive(Serialize)]
struct Hello {
    v: [u32; 1],
}

#[derive(Serialize)]
enum Answer {
    Ok(Found),
    Err(Refusal),
}

#[derive(Serialize)]
struct Found {
    kind: &'static str,
    /// The whole value of the `Authorization` header.
    token: Wiped,
    cache: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<i64>,
    operation_independent: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Refusal {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    caused_by: Vec<String>,
}

/// Parses the words after `tokcache credential cargo`. Returns `None` if they are wrong.
pub(super) type Parse = fn(&[&str]) -> Option<(Settings, Input)>;

/// Answers requests until cargo closes standard input.
pub(in crate::cli) fn run_plugin(parse: Parse) -> ExitCode {
    let answered = output::answer_json(&Hello { v: [1] }).and_then(|()| {
        for line in io::stdin().lock().lines() {
            // A request to save a token contains it.
            output::answer_json(&answer(&Zeroizing::new(line?), parse))?;
        }
        Ok(())
    });
    if answered.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn answer(line: &str, parse: Parse) -> Answer {
    let found = match serde_json::from_str(line) {
        Ok(Request { v: 1, kind, registry, args }) => found(&kind, &registry.index_url, parsed(&args, parse)),
        Ok(Request { v, .. }) => Err(Refusal::because(format!("version {v} of the protocol is not supported"))),
        // The message of the parser could repeat a secret.
        Err(_) => Err(Refusal::because("the request cannot be read".to_owned())),
    };
    found.map_or_else(Answer::Err, Answer::Ok)
}

impl Refusal {
    /// Returns a refusal after which cargo asks its other providers.
    fn of_kind(kind: &'static str) -> Refusal {
        Refusal { kind, message: None, caused_by: Vec::new() }
    }

    /// Returns a refusal that ends the command.
    fn because(message: String) -> Refusal {
        Refusal { kind: "other", message: Some(message), caused_by: Vec::new() }
    }

    /// Returns a refusal that ends the command and suggests another one.
    fn of(failure: &Failure, settings: &Settings) -> Refusal {
        let command = failure.command(&[], settings);
        let caused_by = command.map(|command| format!("try: {}", output::plain(&command))).into_iter().collect();
        Refusal { caused_by, ..Refusal::because(output::plain(failure.message())) }
    }
}

/// Returns the token for a registry.
fn found(kind: &str, index: &str, parsed: Result<(Settings, Input), Failure>) -> Result<Found, Refusal> {
    let unresolved = |failure: Failure| Refusal::of(&failure, &Settings::default());
    let (settings, input) = parsed.map_err(unresolved)?;
    if let Some(folder) = &settings.config_dir {
        environment::use_config_dir(folder);
    }
    let settings = resource::select(settings).or_environment().map_err(unresolved)?;
    let helper = Helper { settings: &settings, input: &input };
    let refused = |failure: Failure| Refusal::of(&failure, &settings);
    let Some(settings) = helper.settings_for(Server::parse(index).as_ref()).map_err(refused)? else {
        return Err(Refusal::of_kind("url-not-supported"));
    };
    match kind {
        "get" => {
            let granted = helper.token_with(&settings, &input.selection).map_err(refused)?;
            let expiration = granted.expires_on().map(|on| on.0);
            Ok(Found {
                kind: "get",
                token: output::authorization(&granted.outcome).into(),
                cache: if expiration.is_some() { "expires" } else { "session" },
                expiration,
                operation_independent: true,
            })
        }
        "login" => Err(refused(unsupported("save", &settings, "login"))),
        "logout" => Err(refused(unsupported("delete", &settings, "clear"))),
        _ => Err(Refusal::of_kind("operation-not-supported")),
    }
}

/// Parses the arguments of the configuration, with or without `credential cargo` before them.
fn parsed(args: &[String], parse: Parse) -> Result<(Settings, Input), Failure> {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let flags = words.strip_prefix(&["credential", "cargo"]).unwrap_or(&words);
    parse(flags).ok_or_else(|| {
        let args = repeatable(args.iter().cloned()).join(" ");
        let message = format!("the arguments of the credential provider cannot be used: {args}");
        Failure::new(Exit::Usage, message).try_shell("tokcache help credential")
    })
}
