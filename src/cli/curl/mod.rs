//! `tokcache curl`: runs curl with the token, which is in no argument, goes to no other host, and is replaced once if the
//! server wants another one.

mod attempt;
mod checked;
mod config;
mod hosts;
mod options;
mod parting;
mod response;

use std::ffi::OsString;
#[cfg(unix)]
use std::io::{self, IsTerminal, Read};
use std::process::ExitCode;

use clap::Args;
#[cfg(unix)]
use tokcache_core::{oauth::Challenge, secret::Zeroizing, types::ScopeSet};

use super::context::Context;
use super::passphrase::PromptPolicy;
use super::settings::Settings;
#[cfg(unix)]
use super::token::Acquired;
use super::token::{Selection, unfit};
use super::{Exit, Failure};
use crate::output::{command_line, curl_config};
#[cfg(unix)]
use crate::output::{plain, tell};
use attempt::Attempt;
#[cfg(unix)]
use attempt::Outcome;
use checked::{Checked, check};
use hosts::Target;

pub(super) use hosts::allowed_host;
pub(super) use parting::parted;

#[derive(Args, Debug)]
pub(super) struct Input {
    #[command(flatten)]
    selection: Selection,

    /// The arguments of curl; the -- before them may be left out
    #[arg(last = true, required = true, value_name = "CURL_ARGUMENT")]
    words: Vec<OsString>,
}

pub(super) fn run(settings: &Settings, input: Input) -> Result<ExitCode, Failure> {
    let Input { selection, words } = input;
    let checked = check(&words).map_err(|why| Failure::new(Exit::Usage, why).try_shell("tokcache curl --help"))?;
    let context = selection.context(settings, PromptPolicy::never(), true)?;
    for target in &checked.targets {
        ensure_allowed(target, &context)?;
    }
    let acquired = selection.acquire(&context, false)?;
    let config = curl_config(&acquired.outcome).map_err(unfit)?;
    let attempt =
        Attempt { words: &words, end_of_options: checked.end_of_options, limits: limits(&checked), body: None };
    #[cfg(unix)]
    if checked.is_repeatable {
        let body = checked.reads_body.then(read_body).transpose()?;
        let attempt = Attempt { body: body.as_ref(), ..attempt };
        return run_twice(&attempt, &config, checked.is_shown, &Challenged { selection, context, acquired });
    }
    drop((acquired, context));
    attempt.last(&config)
}

/// Returns the options that keep curl from sending the token elsewhere.
fn limits(checked: &Checked) -> &'static [&'static str] {
    if checked.targets.iter().all(|target| target.is_https) {
        &["--proto-redir", "=https"]
    } else {
        // A proxy would see the token.
        &["--proto-redir", "=http,https", "--noproxy", "*"]
    }
}

/// Checks that the profile allows the host, if it names any.
fn ensure_allowed(target: &Target, context: &Context) -> Result<(), Failure> {
    let hosts = context.profile.as_ref().map(|profile| profile.hosts.as_slice()).unwrap_or_default();
    if hosts.is_empty() || target.is_among(hosts) {
        return Ok(());
    }
    let (name, host) = (&context.profile_name, target.pattern());
    let message = format!("the profile {name:?} does not allow {host}, so the token is not sent there");
    let words = ["tokcache", "profile", "set", name].into_iter();
    let all = hosts.iter().map(String::as_str).chain([host.as_str()]).flat_map(|host| ["--host", host]);
    Err(Failure::new(Exit::Denied, message).try_shell(command_line(words.chain(all))))
}

/// Reads the body of the request, so that it can be sent twice. curl too reads such a body as a whole.
#[cfg(unix)]
fn read_body() -> Result<Zeroizing<Vec<u8>>, Failure> {
    use anyhow::Context as _;
    let mut body = Zeroizing::new(Vec::new());
    io::stdin().lock().read_to_end(&mut body).context("cannot read standard input")?;
    Ok(body)
}

/// Runs curl, and once more if the server wants another token.
#[cfg(unix)]
fn run_twice(attempt: &Attempt, config: &str, is_shown: bool, challenged: &Challenged) -> Result<ExitCode, Failure> {
    let is_terminal = is_shown && io::stdout().is_terminal();
    let mut unknown_scopes = None;
    let first = attempt.first(config, is_terminal, |challenge| {
        unknown_scopes = challenged.unknown_scopes(challenge);
        challenged.can_answer(challenge)
    });
    match first? {
        Outcome::Ended(code) => {
            if let Some(scopes) = unknown_scopes {
                let login = command_line(["tokcache", "login", "--scope", &scopes.to_string()]);
                tell(plain(&format!("the server wants scopes that the profile does not have: {login}")));
            }
            Ok(code)
        }
        Outcome::Challenged(challenge) => {
            let selection = challenged.selection.answering(&challenge, challenged.wants_scopes(&challenge));
            let acquired = selection.acquire(&challenged.context, false)?;
            attempt.last(&curl_config(&acquired.outcome).map_err(unfit)?)
        }
    }
}

/// The token that a server may refuse, and what is needed for another one.
#[cfg(unix)]
struct Challenged {
    selection: Selection,
    context: Context,
    acquired: Acquired,
}

#[cfg(unix)]
impl Challenged {
    /// Whether another token may satisfy the server. Other claims do not change what the token is for. Other scopes do:
    /// a server must not get a token for another API because it asks for one.
    fn can_answer(&self, challenge: &Challenge) -> bool {
        challenge.claims.is_some() || self.wants_scopes(challenge)
    }

    /// Whether the server wants scopes that the token lacks, and that the user has typed or signed in for.
    fn wants_scopes(&self, challenge: &Challenge) -> bool {
        let lacks = |scope| !self.acquired.requested.contains(scope);
        challenge.wants_more_scopes() && challenge.scopes.iter().any(lacks) && self.unknown_scopes(challenge).is_none()
    }

    /// Returns the scopes that the server wants, if one of them is neither typed nor in the profile.
    fn unknown_scopes(&self, challenge: &Challenge) -> Option<ScopeSet> {
        let of_profile = self.context.profile.iter().flat_map(|profile| &profile.scopes);
        let is_known =
            |scope: &str| self.acquired.requested.contains(scope) || of_profile.clone().any(|known| known == scope);
        let is_unknown = challenge.wants_more_scopes() && !challenge.scopes.iter().all(is_known);
        is_unknown.then(|| challenge.scopes.clone())
    }
}
