//! `tokcache status`: shows who is signed in with each profile, without the network of a provider.

use std::collections::BTreeMap;

use clap::Args;
use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, Decision, Explanation, Registration, SilentRequest};
use tokcache_core::cache::Verdict;
use tokcache_core::time::{Clock, Timestamp};

use super::context::Context;
use super::context::account::name;
use super::context::scopes::Scopes;
use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use super::settings::profile_format::Flow;
use super::{Exit, Failure, profiles};
use crate::output::{self, AnswerFormat, ProfileStatusView, StatusView, plain, tell};

#[derive(Args, Debug)]
pub(super) struct Input {
    /// The output format
    #[arg(short, long, value_enum, default_value_t)]
    output: AnswerFormat,
}

pub(super) fn run(settings: &Settings, input: &Input) -> Result<(), Failure> {
    let Settings { profile, authority, client_id, account, .. } = settings;
    let is_of_one = [profile, authority, client_id, account].iter().any(|setting| setting.is_some());
    let mut failures = Vec::new();
    let profiles = if is_of_one {
        Context::new(settings, PromptPolicy::never())?.status()?
    } else {
        of_all(settings, &mut failures)?
    };
    let view = StatusView { profiles };
    let text = match input.output {
        AnswerFormat::Json => view.json()?,
        AnswerFormat::Text => view.text(output::layout()),
    };
    let mut failures = failures.into_iter();
    let is_signed_in = view.profiles.iter().any(|profile| profile.signed_in);
    // A cache that cannot be read may have a sign-in.
    let decisive = if is_signed_in { None } else { failures.next().map(|(_, failure)| failure) };
    for (name, failure) in failures {
        tell(plain(&format!("warning: the profile {name:?}: {failure}")));
    }
    if is_signed_in {
        return Ok(output::answer(text.as_bytes())?);
    }
    if input.output == AnswerFormat::Text && !text.is_empty() {
        tell(text.trim_end());
    }
    Err(decisive.unwrap_or_else(|| nobody(&view)))
}

fn nobody(view: &StatusView) -> Failure {
    let failure = Failure::new(Exit::InteractionRequired, "nobody is signed in");
    match view.profiles.first().and_then(|first| first.profile.as_deref()) {
        Some("default") => failure.try_tokcache(["login"]),
        Some(first) => failure.try_tokcache(["login", "--profile", first]),
        None => failure.try_tokcache(["login", "--authority", "URL", "--client-id", "ID", "--scope", "SCOPE"]),
    }
}

/// Returns the status of all profiles. Adds to `failures` those that cannot be read.
fn of_all(settings: &Settings, failures: &mut Vec<(String, Failure)>) -> Result<Vec<ProfileStatusView>, Failure> {
    let saved = profiles::saved_names()?;
    let mut all = Vec::new();
    // Do not wait for the same broken store again.
    let mut broken = BTreeMap::new();
    for name in profiles::names()? {
        let settings = Settings { profile: Some(name.clone()), flow: None, ..settings.clone() };
        let mut cache = None;
        let status = Context::new(&settings, PromptPolicy::never()).and_then(|context| {
            let own = format!("{} {:?}", context.store.describe().url, context.encryption);
            match broken.get(&own) {
                Some(why) => Err(Failure::new(Exit::Store, why)),
                None => {
                    cache = Some(own);
                    context.status()
                }
            }
        });
        let is_saved = saved.contains(&name);
        match status {
            Ok(status) => all.extend(status.into_iter().filter(|profile| is_saved || profile.signed_in)),
            // A program that is not installed has nothing to report.
            Err(_) if !is_saved => {}
            Err(failure) => {
                broken.extend(cache.map(|cache| (cache, failure.message().to_owned())));
                all.push(ProfileStatusView::unreadable(name.clone(), failure.message()));
                failures.push((name, failure));
            }
        }
    }
    Ok(all)
}

impl Context {
    /// Returns the status of the account in use; of each candidate if the choice is ambiguous.
    fn status(&self) -> Result<Vec<ProfileStatusView>, Failure> {
        let registration = self.registration()?;
        let typed = Scopes::default();
        let request = SilentRequest {
            // Without scopes, any token counts.
            scopes: self.scopes(&typed).unwrap_or_default(),
            lifetime: self.lifetime(&typed)?,
            parameters: self.parameters(&typed),
            ..SilentRequest::default()
        };
        if self.is_application() {
            let found = self.application(registration.clone()).explain_for_client(&request).block_on();
            let found = found.map_err(|error| self.failure(error, &request.scopes))?;
            return Ok(vec![self.status_of(&registration, Some(&found), false)?]);
        }
        let explained = |account: Option<&str>, force_refresh| {
            let request = SilentRequest { account: account.map(str::to_owned), force_refresh, ..request.clone() };
            self.client_of(registration.clone(), account)?.explain(&request).block_on()
        };
        let wanted = self.account();
        let accounts = match explained(wanted.as_deref(), false) {
            Err(AcquireError::AmbiguousAccount { candidates }) => {
                candidates.iter().map(|account| Some(account.home_account_id.to_string())).collect()
            }
            _ => vec![wanted],
        };
        let mut status = Vec::new();
        for account in accounts {
            let found = match explained(account.as_deref(), false) {
                Err(AcquireError::NoSuchAccount { .. }) => None,
                found => Some(found.map_err(|error| self.failure(error, &request.scopes))?),
            };
            let renewed = found.as_ref().and_then(|_| explained(account.as_deref(), true).ok());
            let can_refresh = renewed.is_some_and(|renewed| matches!(renewed.decision, Decision::Refresh { .. }));
            status.push(self.status_of(&registration, found.as_ref(), can_refresh)?);
        }
        Ok(status)
    }

    fn status_of(
        &self,
        registration: &Registration,
        found: Option<&Explanation>,
        can_refresh: bool,
    ) -> Result<ProfileStatusView, Failure> {
        let account = found.and_then(|found| found.account.as_ref());
        let usable = found.into_iter().flat_map(|found| &found.considered);
        let usable = usable.filter(|token| matches!(token.verdict, Verdict::Usable { .. }));
        let token = usable.map(|token| &token.entry).max_by_key(|entry| entry.expires_on);
        let expires_on = token.filter(|token| !token.is_lifetime_unknown).map(|token| token.expires_on);
        Ok(ProfileStatusView {
            profile: self.profile.as_ref().map(|_| self.profile_name.clone()),
            authority: Some(registration.authority.url().to_owned()),
            client_id: Some(registration.client_id.to_string()),
            account: account.map(name).or(self.account_name()).map(str::to_owned),
            home_account_id: account.map(|account| account.home_account_id.to_string()),
            flow: Some(self.flow.unwrap_or(Flow::Device).name()),
            signed_in: self.is_application() || account.is_some() && (token.is_some() || can_refresh),
            access_token: token.is_some(),
            expires_on: expires_on.map(|on| on.0),
            expires_at: expires_on.map(Timestamp::rfc3339),
            expires_in: expires_on.map(|on| on.seconds_since(self.clock.now())),
            refresh_token: can_refresh,
            store: Some(self.store.describe().url),
            encryption: Some(self.store.encrypted_by()?.map_or_else(|| "none".to_owned(), |source| source.to_string())),
            error: None,
        })
    }
}
