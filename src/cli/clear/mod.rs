//! `tokcache clear`: sign out.

mod users;

use std::io::{self, BufRead, IsTerminal, Write};

use clap::Args;
use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, Forgotten, Revocation, SignOutRequest, forget_everything};
use tokcache_core::oauth::Endpoint;
use tokcache_core::store::{Partition, StoreError};
use tokcache_core::types::ScopeSet;

use super::context::Context;
use super::grants::application;
use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use super::{Exit, Failure, profiles};
use crate::output::{plain, tell};

#[derive(Args, Debug)]
pub(super) struct Input {
    /// Delete everything in the cache, of all clients
    #[arg(long, conflicts_with = "account")]
    all: bool,

    /// Do not revoke the tokens at the server
    #[arg(long)]
    no_revoke: bool,

    /// The revocation endpoint, if the provider's metadata do not name it
    #[arg(long, value_name = "URL")]
    revocation_endpoint: Option<String>,

    /// Do not ask for confirmation
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn run(settings: &Settings, input: Input) -> Result<(), Failure> {
    if let Some(url) = settings.protected_resource.as_ref().filter(|_| !input.all)
        && profiles::load(&profiles::chosen(settings)?)?.is_none()
    {
        tell(format_args!("nobody was signed in for {url}"));
        return Ok(());
    }
    let context = Context::new(settings, PromptPolicy::never())?;
    if input.all {
        return clear_all(&context, &input);
    }
    if context.is_unused()? {
        tell("nobody was signed in");
        return Ok(());
    }
    sign_out(&context, !input.no_revoke, input.revocation_endpoint.as_deref())
}

/// Signs out the selected account.
pub(super) fn sign_out(context: &Context, revoke: bool, revocation_endpoint: Option<&str>) -> Result<(), Failure> {
    context.ensure_one_flow("clear")?;
    if context.is_application() {
        return application::forget(context);
    }
    let mut registration = context.registration()?;
    if let Some(url) = revocation_endpoint {
        let wrong = |error| Failure::new(Exit::Config, format!("--revocation-endpoint: {error}"));
        let endpoint = Endpoint::parse(url).map_err(|error| wrong(error).try_with("--revocation-endpoint", "URL"))?;
        registration.endpoints.revocation = Some(endpoint);
    }
    let request = SignOutRequest { account: context.account(), revoke };
    let client = context.client_of(registration, request.account.as_deref());
    if let (Err(AcquireError::Store(StoreError::Damaged { partition: Some(partition), .. })), Some(shared)) =
        (&client, context.store.shared())
        && request.account.as_deref() == Some(partition.as_str())
    {
        // No other command could get rid of a damaged cache, which keeps its user from signing in again. The partition
        // has exactly the name that was asked for, and nobody else is called that.
        shared.contract().remove(partition).block_on()?;
        shared.contract().forget_notes(partition).block_on();
        tell(plain(&format!("Deleted the damaged cache of {partition}; nothing was revoked.")));
        return Ok(());
    }
    let client = client.map_err(|error| context.failure(error, &ScopeSet::default()))?;
    let outcome = client.sign_out(&request).block_on();
    context.remember_moved();
    let signed_out = match outcome {
        Err(AcquireError::NoSuchAccount { .. }) if context.settings.account.is_none() => None,
        outcome => outcome.map_err(|error| context.failure(error, &ScopeSet::default()))?,
    };
    let Some(signed_out) = signed_out else {
        let wanted = context.account_name();
        tell(plain(&format!(
            "{} was signed in",
            wanted.map_or("nobody".to_owned(), |name| format!("no account {name:?}"))
        )));
        return Ok(());
    };
    let account = signed_out.account;
    let name = if account.username.is_empty() { account.home_account_id.to_string() } else { account.username };
    report(&format!("Signed out {}", plain(&name)), signed_out.revocation);
    Ok(())
}

fn clear_all(context: &Context, input: &Input) -> Result<(), Failure> {
    if let Some(shared) = context.store.shared() {
        let is_confirmed = input.yes || has_typed(&users::question(context)?)?;
        return users::run(context, shared, is_confirmed, !input.no_revoke);
    }
    let store = context.store.describe().url;
    if !input.yes && !confirm(&format!("Delete every account and token in {}?", plain(&store)))? {
        tell("nothing was changed");
        return Ok(());
    }
    let revocation = forget_all(context, !input.no_revoke)?;
    report(&format!("Deleted everything in {}", plain(&store)), revocation);
    Ok(())
}

/// Deletes everything. Revokes only the refresh tokens that the configured authority issued to the configured client:
/// the servers of all others are unknown.
fn forget_all(context: &Context, revoke: bool) -> Result<Revocation, Failure> {
    let Ok(registration) = context.registration() else {
        let is_nothing = forget_everything(context.store.contract(), &Partition::whole()).block_on()?.is_empty();
        return Ok(match (revoke, is_nothing) {
            (false, _) => Revocation::NotWanted,
            (true, true) => Revocation::NothingToRevoke,
            (true, false) => Revocation::Unsupported,
        });
    };
    let outcome = context.client(registration).forget_everything(revoke).block_on();
    context.remember_moved();
    let Forgotten { revocation, not_revoked } = outcome?;
    if revoke && not_revoked > 0 {
        tell("warning: the refresh tokens of other clients and authorities were deleted, but not revoked");
    }
    Ok(revocation)
}

/// Reports whether the server revoked the tokens. A failed revocation is a warning: the tokens are deleted here, and
/// the same command would not find them again.
fn report(done: &str, revocation: Revocation) {
    match revocation {
        Revocation::Done => tell(format_args!("{done}; the server has revoked the refresh token.")),
        Revocation::NothingToRevoke | Revocation::NotWanted => tell(format_args!("{done}.")),
        Revocation::Unsupported => {
            tell(format_args!(
                "{done} here; nothing was revoked, because the provider has no known revocation endpoint."
            ));
        }
        Revocation::Failed { error, alive, all } => {
            let (tokens, until) = match (alive, all) {
                (1, 1) => ("the refresh token".to_owned(), "which works there until it expires"),
                (1, _) => (format!("1 of {all} refresh tokens"), "which works there until it expires"),
                _ if alive == all => (format!("the {all} refresh tokens"), "which work there until they expire"),
                _ => (format!("{alive} of {all} refresh tokens"), "which work there until they expire"),
            };
            tell(format_args!("{done} here."));
            tell(format_args!("warning: the server did not revoke {tokens}, {until}: {}", plain(&error.to_string())));
        }
    }
}

/// Asks for confirmation on the terminal. Without a terminal, the caller must have passed `--yes`.
fn confirm(question: &str) -> Result<bool, Failure> {
    ensure_terminal()?;
    ask(question)
}

/// Asks the user to type a word, which nobody types by accident.
fn has_typed(question: &str) -> Result<bool, Failure> {
    ensure_terminal()?;
    Ok(answer_to(&format!("{question} Type \"delete\" to go on: "))? == "delete")
}

fn ensure_terminal() -> Result<(), Failure> {
    if io::stdin().is_terminal() {
        return Ok(());
    }
    Err(Failure::new(Exit::Usage, "--all asks for confirmation, and there is no terminal to ask on")
        .try_tokcache(["clear", "--all", "--yes"]))
}

/// Asks a yes-or-no question on the terminal.
pub(super) fn ask(question: &str) -> Result<bool, Failure> {
    Ok(matches!(answer_to(&format!("{question} [y/N] "))?.to_lowercase().as_str(), "y" | "yes"))
}

fn answer_to(question: &str) -> Result<String, Failure> {
    let mut answer = String::new();
    let _ = io::stderr().lock().write_all(question.as_bytes());
    io::stdin().lock().read_line(&mut answer).map_err(|error| Failure::new(Exit::Unexpected, error))?;
    Ok(answer.trim().to_owned())
}
