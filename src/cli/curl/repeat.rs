//! Runs curl twice if the server wants another token.

use std::io::{self, IsTerminal, Read};
use std::process::{ExitCode, Stdio};

use anyhow::Context as _;
use tokcache_core::oauth::Challenge;
use tokcache_core::secret::Zeroizing;
use tokcache_core::types::ScopeSet;
use tokcache_file::platform::{self, Forwarding};

use super::attempt::{Attempt, ended, wait};
use super::checked::Checked;
use super::config::Config;
use super::relay::{hear, relay};
use crate::cli::context::Context;
use crate::cli::grants::Acquired;
use crate::cli::token::{Selection, unfit};
use crate::cli::{Exit, Failure};
use crate::output::{command_line, curl_config, plain, tell};

/// Reads the body of the request, so that it can be sent twice. curl too reads such a body as a whole.
pub(super) fn read_body() -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut body = Zeroizing::new(Vec::new());
    io::stdin().lock().read_to_end(&mut body).context("cannot read standard input")?;
    Ok(body)
}

/// Runs curl, and once more if the server wants another token.
pub(super) fn run(
    attempt: &Attempt,
    config: &str,
    checked: &Checked,
    challenged: &Challenged,
) -> Result<ExitCode, Failure> {
    let mut unknown_scopes = None;
    let first = first(attempt, config, checked, |challenge| {
        unknown_scopes = challenged.unknown_scopes(challenge);
        challenged.can_answer(challenge)
    });
    match first? {
        Outcome::Ended(code) => {
            if let Some(scopes) = unknown_scopes {
                tell(plain(&format!(
                    "the server wants scopes that the profile does not have: {}",
                    challenged.login(&scopes)
                )));
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
pub(super) struct Challenged {
    pub(super) selection: Selection,
    pub(super) context: Context,
    pub(super) acquired: Acquired,
}

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

    /// Returns the command that adds the scopes to the profile.
    fn login(&self, scopes: &ScopeSet) -> String {
        let words = ["login".to_owned(), "--scope".to_owned(), scopes.to_string()].to_vec();
        let flags = self.context.settings.flags_beside(&words);
        command_line(std::iter::once("tokcache".to_owned()).chain(words).chain(flags))
    }
}

/// The result of an attempt that can be repeated.
enum Outcome {
    /// The caller has the response.
    Ended(ExitCode),
    /// The server wants another token.
    Challenged(Box<Challenge>),
}

/// Runs curl. If the server wants another token, nothing of its response is shown. `can_answer` is called at most once.
fn first(
    attempt: &Attempt,
    config: &str,
    checked: &Checked,
    can_answer: impl FnMut(&Challenge) -> bool,
) -> Result<Outcome, Failure> {
    let config = Config::new(config)?;
    let (headers, to_headers) = io::pipe().map_err(no_pipe)?;
    let number = platform::inherited(&to_headers).map_err(no_pipe)?;
    let mut options = vec!["--suppress-connect-headers".to_owned(), "--dump-header".to_owned()];
    options.push(format!("/dev/fd/{number}"));
    // curl shows no progress if the response goes to a terminal.
    let is_terminal = checked.is_shown && io::stdout().is_terminal();
    options.extend(is_terminal.then(|| "--no-progress-meter".to_owned()));
    let mut command = attempt.command(&config, &options);
    command.stdout(Stdio::piped());
    if checked.reports_refusals {
        command.stderr(Stdio::piped());
    }
    let forwarding = Forwarding::begin();
    let mut child = attempt.spawn(&mut command)?;
    drop((to_headers, config));
    let heard = hear(headers, &mut child).map_err(|error| ended(&mut child, &error))?;
    let challenge = relay(&heard, &child, &forwarding, can_answer);
    // If the caller reads no more, curl must notice.
    drop(heard);
    let code = wait(&mut child, &forwarding)?;
    Ok(challenge.map_or(Outcome::Ended(code), Outcome::Challenged))
}

fn no_pipe(error: io::Error) -> Failure {
    Failure::new(Exit::Unexpected, format!("cannot read curl's answer through a pipe: {error}")).without_advice()
}
