//! `tokcache curl`: runs curl with the token, which is in no argument, goes to no other host, and is replaced once if the
//! server wants another one.

mod attempt;
#[cfg_attr(not(unix), allow(dead_code, reason = "on other systems, no request is repeated"))]
mod checked;
mod config;
mod hosts;
mod options;
mod parting;
#[cfg(unix)]
mod relay;
#[cfg(unix)]
mod repeat;
#[cfg(unix)]
mod response;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;

use super::context::Context;
use super::passphrase::PromptPolicy;
use super::settings::Settings;
use super::token::{Selection, unfit};
use super::{Exit, Failure};
use crate::output::{command_line, curl_config};
use attempt::Attempt;
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
