//! `tokcache doctor`: finds what would fail before it does. It changes nothing.

mod cache;
mod completions;
mod finding;
mod network;
mod places;
mod sign_in;

use std::process::ExitCode;

use clap::{Args, Command};

use super::Failure;
use super::context::Context;
use super::profiles::{self, folder};
use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use crate::output::{self, AnswerFormat};
use finding::Findings;

#[derive(Args, Debug)]
pub(super) struct Input {
    /// Leave out the checks that send a request
    #[arg(long)]
    offline: bool,

    /// The output format
    #[arg(short, long, value_enum, default_value_t)]
    output: AnswerFormat,
}

pub(super) fn run(settings: &Settings, input: &Input, tokcache: &Command) -> Result<ExitCode, Failure> {
    let mut findings = Findings::new(settings);
    places::check_profiles(&mut findings);
    match folder::select(settings.clone()) {
        Ok(selected) => {
            findings.settings = selected.clone();
            check_selected(&selected, input, &mut findings);
        }
        Err(failure) => findings.problem("profile", &failure),
    }
    completions::check(tokcache, &mut findings);
    let view = findings.view();
    let text = match input.output {
        AnswerFormat::Json => view.json()?,
        AnswerFormat::Text => view.text(),
    };
    // The report is the answer, whatever it says (decision 54).
    output::answer(text.as_bytes())?;
    match findings.worst() {
        None => Ok(ExitCode::SUCCESS),
        Some(failure) => Err(failure),
    }
}

/// Checks everything that a command with these settings would use.
fn check_selected(settings: &Settings, input: &Input, findings: &mut Findings) {
    let profile = profiles::chosen(settings).and_then(|name| Ok((profiles::load(&name)?, name)));
    let name = match profile {
        Ok((Some(profile), name)) if profile.converting.is_some() => {
            // The next command that opens the cache would finish the conversion, and this one changes nothing.
            return findings.interrupted_conversion(&name);
        }
        Ok((_, name)) => name,
        // `check_profiles` has reported a profile that cannot be read.
        Err(_) => return,
    };
    let context = match Context::new(settings, PromptPolicy::never()) {
        Ok(context) => context,
        Err(failure) => return findings.problem("profile", &failure),
    };
    places::check_cache_folder(&context, findings);
    let is_readable = cache::check(&context, findings);
    let registration = match context.registration() {
        Ok(registration) => registration,
        Err(failure) => return findings.problem("profile", &failure),
    };
    let by = settings.folder.as_ref().map(|folder| format!(", selected by {}", folder.path.display()));
    let at = if context.is_managed_identity() { "a managed identity" } else { registration.authority.url() };
    findings.ok("profile", format!("{name}{}: {at}", by.unwrap_or_default()));
    let can_send = network::check_settings(&context, &registration, findings);
    if can_send && !input.offline {
        network::check_provider(&context, &registration, findings);
    }
    sign_in::check_credential(&context, &registration, findings);
    if is_readable {
        sign_in::check(&context, registration, findings);
    }
}
