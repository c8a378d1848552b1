//! `tokcache profile remove`: deletes a profile, and signs out its account if requested.

use std::io::{self, IsTerminal};

use clap::Args;

use crate::cli::clear::{ask, sign_out};
use crate::cli::context::Context;
use crate::cli::context::account::name_to_type;
use crate::cli::context::siblings::Owned;
use crate::cli::profiles::{self, Changing, Profile};
use crate::cli::secrets::passphrase::PromptPolicy;
use crate::cli::settings::Settings;
use crate::cli::settings::credential_flags::CredentialFlags;
use crate::cli::store::shared::is_without_tls;
use crate::cli::{Exit, Failure};
use crate::output::{command_line, plain, tell};

#[derive(Args, Debug)]
pub(in crate::cli) struct Input {
    /// The name of the profile [default: that of --profile]
    pub(in crate::cli) name: Option<String>,

    /// Sign out the account of the profile first, as `clear` does
    #[arg(long)]
    sign_out: bool,

    /// Do not ask for confirmation
    #[arg(short, long)]
    yes: bool,
}

pub(in crate::cli) fn run(settings: &Settings, input: Input) -> Result<(), Failure> {
    let name = input.name.clone().map_or_else(|| profiles::chosen(settings), Ok)?;
    // An invalid profile can be removed too.
    let saved = profiles::load_saved(&name);
    if matches!(saved, Ok(None)) {
        return Err(if profiles::load(&name)?.is_some() { built_in(&name) } else { unknown(&name, &input, settings) });
    }
    let own = Settings { profile: Some(name.clone()), ..settings.clone() };
    let context = Context::new(&own, PromptPolicy::never());
    let owned = match (&context, &saved) {
        (Ok(context), Ok(Some(profile))) => context.owned(&name, profile),
        _ => Owned::Unknown,
    };
    let mut sign_out_first = input.sign_out;
    if !input.yes && io::stdin().is_terminal() {
        if !ask(&format!("Remove the profile {name:?}?"))? {
            tell("nothing was changed");
            return Ok(());
        }
        if let (false, Owned::Alone(account)) = (sign_out_first, &owned) {
            let account = plain(name_to_type(account, std::slice::from_ref(account)).as_str());
            sign_out_first = ask(&format!("Sign out {account} first? Otherwise the tokens stay in the cache."))?;
        }
    }
    if sign_out_first {
        sign_out(&context?, true, None)?;
        return removed(&name, settings, "");
    }
    let left = match (owned, saved, context) {
        (Owned::Alone(account), Ok(Some(profile)), Ok(context)) => {
            let account = name_to_type(&account, std::slice::from_ref(&account));
            format!("; {account} is still signed in: `{}` signs out", clear_command(&context, &profile, &account))
        }
        (Owned::Shared(profile), ..) => format!("; its tokens stay, because the profile {profile:?} uses them too"),
        (Owned::Several, ..) => "; its tokens stay: `tokcache list` shows them".to_owned(),
        _ => String::new(),
    };
    removed(&name, settings, &left)
}

fn removed(name: &str, settings: &Settings, left: &str) -> Result<(), Failure> {
    Changing::begin(settings.lock_timeout())?.remove(name)?;
    let what = if profiles::load(name)?.is_some() { "has its built-in settings again" } else { "was removed" };
    tell(plain(&format!("The profile {name:?} {what}{left}.")));
    Ok(())
}

/// Returns the command that signs out the profile's account after the profile is gone. Flags replace all its settings.
fn clear_command(context: &Context, profile: &Profile, account: &str) -> String {
    let ca_file = context.settings.ca_file.as_ref().or(profile.ca_file.as_ref());
    let ca_file = ca_file.map(|path| path.to_string_lossy().into_owned());
    // With such a store, the flag is refused, and the variable is not.
    let is_by_variable = is_without_tls(&context.store.describe().url);
    let ca_variable = ca_file.clone().filter(|_| is_by_variable).map(|file| format!("TOKCACHE_CA_FILE={file}"));
    let ca_file = ca_file.filter(|_| !is_by_variable);
    let typed = &context.settings.credential;
    let credential = if typed.names_credential() { typed.clone() } else { CredentialFlags::of_profile(profile) };
    let default = profiles::load_saved("default").ok().flatten().unwrap_or_default();
    let is_said = [&profile.store, &context.settings.store, &default.store].iter().any(|store| store.is_some());
    let flags = [
        ("--authority", context.settings.authority.clone().or(profile.authority.clone())),
        ("--client-id", context.settings.client_id.clone().or(profile.client_id.clone())),
        ("--account", Some(account.to_owned())),
        ("--store", is_said.then(|| context.store.describe().url)),
        ("--encrypt", context.settings.encrypt.clone().or(profile.encrypt.clone())),
        ("--ca-file", ca_file),
        ("--revocation-endpoint", profile.endpoints.revocation_endpoint.clone()),
    ];
    let flags = flags
        .into_iter()
        .chain(credential.words())
        .filter_map(|(flag, value)| Some([flag.to_owned(), value?]))
        .flatten();
    // If the variable names a missing profile, every command fails.
    let is_named_by_variable = context.settings.variables.contains(&"TOKCACHE_PROFILE");
    let unset: &[&str] = if is_named_by_variable { &["-u", "TOKCACHE_PROFILE"] } else { &[] };
    let env: &[&str] = if is_named_by_variable || ca_variable.is_some() { &["env"] } else { &[] };
    let owned = |word: &&str| (*word).to_owned();
    let environment = env.iter().chain(unset).map(owned).chain(ca_variable);
    command_line(environment.chain(["tokcache", "clear"].iter().map(owned)).chain(flags))
}

fn built_in(name: &str) -> Failure {
    Failure::new(Exit::Config, format!("the profile {name:?} is built in and cannot be removed"))
        .try_shell("tokcache profile list")
}

fn unknown(name: &str, input: &Input, settings: &Settings) -> Failure {
    let failure = profiles::unknown(name);
    if input.name.is_some() { failure } else { failure.of_variable("TOKCACHE_PROFILE", settings) }
}
