//! `tokcache curl`: runs curl with the token, which is in no argument, goes to no other host, and is replaced once if the
//! server wants another one.

mod attempt;
#[cfg_attr(not(unix), allow(dead_code, reason = "on other systems, no request is repeated"))]
mod checked;
mod config;
mod options;
#[cfg(unix)]
mod relay;
#[cfg(unix)]
mod repeat;
#[cfg(unix)]
mod response;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;

use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use super::token::{Selection, unfit};
use super::{Exit, Failure};
use crate::output::curl_config;
use attempt::Attempt;
use checked::{Checked, check};

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
        target.ensure_allowed(&context.profile_name, context.allowed_hosts())?;
    }
    let acquired = selection.acquire(&context, false)?;
    let config = curl_config(&acquired.outcome).map_err(unfit)?;
    let attempt =
        Attempt { words: &words, end_of_options: checked.end_of_options, limits: limits(&checked), body: None };
    #[cfg(unix)]
    if checked.is_repeatable {
        let body = checked.reads_body.then(repeat::read_body).transpose()?;
        let attempt = Attempt { body: body.as_ref(), ..attempt };
        return repeat::run(&attempt, &config, &checked, &repeat::Challenged { selection, context, acquired });
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
