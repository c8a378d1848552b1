//! cargo's credential provider protocol: one request a line, in JSON.
//!
//! cargo starts the provider with `--cargo-plugin` alone. The arguments of the configuration come with each request.

use std::io::{self, BufRead};
use std::process::ExitCode;

use clap::Parser as _;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::choice::{Helper, unsupported};
use super::host::Server;
use super::wiped::Wiped;
use crate::cli::args::{Arguments, Command};
use crate::cli::{Exit, Failure};
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

/// Answers requests until cargo closes standard input.
pub(in crate::cli) fn run_plugin() -> ExitCode {
    let answered = output::answer_json(&Hello { v: [1] }).and_then(|()| {
        for line in io::stdin().lock().lines() {
            // A request to save a token contains it.
            output::answer_json(&answer(&Zeroizing::new(line?)))?;
        }
        Ok(())
    });
    if answered.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn answer(line: &str) -> Answer {
    let Ok(Request { v, kind, registry, args }) = serde_json::from_str(line) else {
        return Answer::Err(Refusal::because("other", "the request cannot be read".to_owned()));
    };
    if v != 1 {
        return Answer::Err(Refusal::because("other", format!("version {v} of the protocol is not supported")));
    }
    match granted(&kind, &registry.index_url, &args) {
        Ok(Ok(found)) => Answer::Ok(found),
        // cargo asks its other providers.
        Ok(Err(kind)) => Answer::Err(Refusal { kind, message: None, caused_by: Vec::new() }),
        Err((failure, command)) => {
            let message = output::plain(failure.message());
            let caused_by = command.map(|command| format!("try: {}", output::plain(&command)));
            Answer::Err(Refusal { caused_by: caused_by.into_iter().collect(), ..Refusal::because("other", message) })
        }
    }
}

impl Refusal {
    fn because(kind: &'static str, message: String) -> Refusal {
        Refusal { kind, message: Some(message), caused_by: Vec::new() }
    }
}

/// Returns the token for a registry, or the kind of the refusal.
fn granted(kind: &str, index: &str, args: &[String]) -> Result<Result<Found, &'static str>, (Failure, Option<String>)> {
    let parsed = parse(args).map_err(|failure| (failure, Some("tokcache help credential".to_owned())))?;
    let unresolved = |failure: Failure| {
        let command = failure.command(&[], &Default::default());
        (failure, command)
    };
    let settings = parsed.settings.or_environment().map_err(unresolved)?;
    let Command::Credential(input) = parsed.command else { return Ok(Err("url-not-supported")) };
    let helper = Helper { settings: &settings, input: &input };
    let settings_of = || helper.settings_for(Server::parse(index).as_ref());
    let result = || {
        let Some(settings) = settings_of()? else { return Ok(Err("url-not-supported")) };
        match kind {
            "get" => {
                let granted = helper.token_with(&settings, &input.selection)?;
                let expiration = granted.expires_on().map(|on| on.0);
                Ok(Ok(Found {
                    kind: "get",
                    token: output::authorization(&granted.outcome).into(),
                    cache: if expiration.is_some() { "expires" } else { "session" },
                    expiration,
                    operation_independent: true,
                }))
            }
            "login" => Err(unsupported("save", &settings, "login")),
            "logout" => Err(unsupported("delete", &settings, "clear")),
            _ => Ok(Err("operation-not-supported")),
        }
    };
    result().map_err(|failure: Failure| {
        let command = failure.command(&[], &settings);
        (failure, command)
    })
}

/// Parses the arguments of the configuration, with or without `credential cargo` before them.
fn parse(args: &[String]) -> Result<Arguments, Failure> {
    let own = ["credential", "cargo"];
    let flags = if args.iter().take(2).eq(own.iter()) { &args[2..] } else { args };
    let words = ["tokcache"].into_iter().chain(own).chain(flags.iter().map(String::as_str));
    Arguments::try_parse_from(words).map_err(|_| {
        Failure::new(
            Exit::Usage,
            format!("the arguments of the credential provider cannot be used: {}", args.join(" ")),
        )
    })
}
