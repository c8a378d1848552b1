//! The one function that decides, for silent acquisition and for `explain` alike.

use super::{Registration, SilentRequest};
use crate::cache::{
    AccessTokenEntry, AccessTokenQuery, Account, Owner, RefreshTokenEntry, RefreshTokenQuery, TokenCache, Verdict,
};
use crate::secret::AccessToken;
use crate::time::Timestamp;

/// What a cache allows for a request, without asking anybody.
#[derive(Debug)]
pub(super) enum Plan {
    /// Serve this token: neither the network nor a write is needed.
    Serve(AccessTokenEntry),
    /// Spend one of these refresh tokens, in this order; should that fail, `fallback` is valid still.
    Refresh { refresh_tokens: Vec<RefreshTokenEntry>, fallback: Option<AccessTokenEntry> },
    /// Only a person can help.
    SignIn,
}

/// Decides. `judge` sees every access token with its verdict. `seen` holds the access tokens that were cached when a
/// forced refresh began, where it has begun: a token that came in since is as good as an own one.
pub(super) fn plan(
    cache: &TokenCache,
    registration: &Registration,
    account: &Account,
    request: &SilentRequest,
    now: Timestamp,
    seen: Option<&[AccessToken]>,
    judge: &mut dyn FnMut(&AccessTokenEntry, Verdict),
) -> Plan {
    let found = cache.find_access_token(&query(registration, account, request), now, judge);
    let fallback = match found {
        Some(token) if request.claims.is_some() || (request.force_refresh && !is_newer(&token, seen)) => None,
        Some(token) if !is_aging(&token, now) => return Plan::Serve(token),
        aging_or_none => aging_or_none,
    };
    let refresh_tokens = cache.find_refresh_tokens(&RefreshTokenQuery {
        client_id: registration.client_id.clone(),
        environment: registration.environment(),
        home_account_id: account.home_account_id.clone(),
    });
    match (refresh_tokens.is_empty(), fallback) {
        (false, fallback) => Plan::Refresh { refresh_tokens, fallback },
        (true, Some(token)) => Plan::Serve(token),
        (true, None) => Plan::SignIn,
    }
}

/// The access token that a request asks for.
pub(super) fn query(registration: &Registration, account: &Account, request: &SilentRequest) -> AccessTokenQuery {
    AccessTokenQuery {
        client_id: registration.client_id.clone(),
        environment: registration.environment(),
        realms: registration.realms(&account.home_account_id),
        owner: Owner::User(account.home_account_id.clone()),
        scopes: request.scopes.clone(),
        key_id: None,
        ext_cache_key: None,
        min_valid: request.min_valid,
    }
}

/// Whether the server has advised to refresh it by now.
pub(super) fn is_aging(token: &AccessTokenEntry, now: Timestamp) -> bool {
    token.refresh_on.is_some_and(|refresh_on| refresh_on <= now)
}

fn is_newer(token: &AccessTokenEntry, seen: Option<&[AccessToken]>) -> bool {
    seen.is_some_and(|seen| !seen.contains(&token.secret))
}
