//! `tokcache list`: shows the accounts and the tokens of each.

use clap::{Args, ValueEnum};
use tokcache_core::acquire::AcquireError;
use tokcache_core::cache::{AccessTokenEntry, Account, Holding, TokenCache};
use tokcache_core::time::{Clock, Timestamp};
use tokcache_core::types::ScopeSet;

use super::Failure;
use super::context::Context;
use super::passphrase::PromptPolicy;
use super::settings::Settings;
use super::store::load;
use super::whose::is_named;
use crate::output::{self, AccessTokenView, AccountView, ListView, plain};

#[derive(Args, Debug)]
pub(super) struct Input {
    /// The output format
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// One line of JSON
    Json,
    /// Text for people
    #[default]
    Table,
}

pub(super) fn run(settings: &Settings, input: &Input) -> Result<(), Failure> {
    let context = Context::new(settings, PromptPolicy::never())?;
    let cache = load(&context.store)?;
    let owners = context.owners(&cache)?;
    let wanted = settings.account.as_deref();
    let view = view(&cache, wanted, owners.as_deref(), context.clock.now());
    if let Some(wanted) = wanted.filter(|_| view.accounts.is_empty()) {
        context.ensure_nobody_else(&cache, wanted, owners.as_deref())?;
    }
    let text = match input.output {
        Format::Json => view.json()?,
        Format::Table => view.table(output::width()),
    };
    if view.accounts.is_empty() && matches!(input.output, Format::Table) {
        let why = context.absence()?.map(|absence| format!(": {absence}")).unwrap_or_default();
        let nobody = settings.account.as_ref().map_or("nobody".to_owned(), |wanted| format!("no account {wanted:?}"));
        output::tell(plain(&format!("{nobody} is signed in{why}")));
    }
    Ok(output::answer(text.as_bytes())?)
}

impl Context {
    /// Returns the accounts of the named profile's client and authority. Returns `None` if no profile was named, or if
    /// it names only a store.
    pub(super) fn owners(&self, cache: &TokenCache) -> Result<Option<Vec<Account>>, Failure> {
        let profile = self.profile.as_ref();
        let has_client =
            self.settings.client_id.is_some() || profile.is_some_and(|profile| profile.client_id.is_some());
        let has_authority =
            self.settings.authority.is_some() || profile.is_some_and(|profile| profile.authority.is_some());
        if self.settings.profile.is_none() || !has_client || !has_authority {
            return Ok(None);
        }
        let registration = self.registration()?;
        Ok(Some(cache.client_owners(&registration.authority.issuer(), &registration.client_id)))
    }

    /// Fails if `wanted` is not among the listable accounts but others are: the user may have mistyped it.
    fn ensure_nobody_else(&self, cache: &TokenCache, wanted: &str, owners: Option<&[Account]>) -> Result<(), Failure> {
        let candidates = match owners {
            Some(owners) => owners.to_vec(),
            None => cache.holdings().0.into_iter().map(|holding| holding.account).collect(),
        };
        if candidates.is_empty() {
            return Ok(());
        }
        let error = AcquireError::NoSuchAccount { wanted: wanted.to_owned(), candidates };
        Err(self.failure(error, &ScopeSet::default()))
    }
}

/// Returns the contents of the cache, restricted to the account `wanted` and to `owners` if they are given. Tokens
/// without a user come last, in one element without a name.
fn view(cache: &TokenCache, wanted: Option<&str>, owners: Option<&[Account]>, now: Timestamp) -> ListView {
    let (mut holdings, without_user) = cache.holdings();
    let is_same = |one: &Account, other: &Account| {
        (&one.home_account_id, &one.environment, &one.authority)
            == (&other.home_account_id, &other.environment, &other.authority)
    };
    holdings.retain(|holding| owners.is_none_or(|owners| owners.iter().any(|owner| is_same(owner, &holding.account))));
    holdings.retain(|holding| wanted.is_none_or(|wanted| is_named(&holding.account, wanted)));
    let mut accounts: Vec<_> = holdings.iter().map(|holding| of_user(holding, now)).collect();
    let without_user = if wanted.is_none() && owners.is_none() { without_user } else { Vec::new() };
    if let Some(first) = without_user.first() {
        accounts.push(AccountView {
            username: None,
            home_account_id: None,
            environment: Some(first.environment.to_string()),
            authority: first.authority.clone().filter(|own| is_of_all(&without_user, own)),
            tenants: distinct(without_user.iter().map(|entry| entry.realm.to_string())),
            clients: Vec::new(),
            access_tokens: without_user.iter().map(|entry| access_token(entry, now)).collect(),
        });
    }
    ListView { accounts }
}

fn is_of_all(tokens: &[AccessTokenEntry], authority: &str) -> bool {
    tokens.iter().all(|entry| entry.authority.as_deref() == Some(authority))
}

fn of_user(Holding { account, access_tokens, refresh_tokens }: &Holding, now: Timestamp) -> AccountView {
    AccountView {
        username: Some(account.username.clone()),
        home_account_id: Some(account.home_account_id.to_string()),
        environment: Some(account.environment.to_string()),
        authority: account.authority.clone(),
        tenants: distinct(account.realms.iter().map(ToString::to_string)),
        clients: distinct(refresh_tokens.iter().map(|entry| entry.client_id.to_string())),
        access_tokens: access_tokens.iter().map(|entry| access_token(entry, now)).collect(),
    }
}

fn access_token(entry: &AccessTokenEntry, now: Timestamp) -> AccessTokenView {
    let expires_on = (!entry.is_lifetime_unknown).then_some(entry.expires_on);
    AccessTokenView {
        client_id: entry.client_id.to_string(),
        tenant: entry.realm.to_string(),
        scope: entry.scopes.to_string(),
        requested_scope: entry.asked_and_granted().requested().map(ToString::to_string),
        token_type: entry.token_type.clone(),
        expires_on: expires_on.map(|on| on.0),
        expires_at: expires_on.map(Timestamp::rfc3339),
        expires_in: expires_on.map(|on| on.seconds_since(now)),
        refresh_on: entry.refresh_on.map(|on| on.0),
    }
}

fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<_> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}
