//! Makes the view of a cache for `list`.

use tokcache_core::cache::{AccessTokenEntry, Account, Holding, TokenCache};
use tokcache_core::time::Timestamp;

use crate::cli::context::account::is_named;
use crate::output::{AccessTokenView, AccountView, ListView};

/// Returns the contents of the cache, restricted to the account `wanted` and to `owners` if they are given. Tokens
/// without a user come last, in one element without a name.
pub(in crate::cli) fn view(
    cache: &TokenCache,
    wanted: Option<&str>,
    owners: Option<&[Account]>,
    now: Timestamp,
) -> ListView {
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
