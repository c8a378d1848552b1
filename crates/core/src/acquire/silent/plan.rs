//! Decides what to do, both for silent acquisition and for `explain`.

use super::refusal::remembered;
use super::since::{Beginning, Since};
use crate::acquire::grant::{digest_of, withheld_name};
use crate::acquire::granted::not_granted;
use crate::acquire::{AcquireError, Registration, SilentRequest};
use crate::cache::{
    AccessTokenEntry, AccessTokenQuery, Account, Document, Owner, RefreshTokenEntry, RefreshTokenQuery,
};
use crate::oauth::RequestError;
use crate::time::Timestamp;
use crate::types::ScopeSet;

/// The action that a cache allows for a request.
#[derive(Debug)]
pub(in crate::acquire) enum Plan {
    /// Redeem one of these refresh tokens, in this order. `fallback` is a still valid token, if that fails.
    Refresh { refresh_tokens: Vec<RefreshTokenEntry>, fallback: Option<AccessTokenEntry> },
    /// The server has just refused every refresh token, or did not grant a scope, so no request is sent. `fallback` is
    /// a still valid token.
    Refused { failure: Box<AcquireError>, fallback: Option<AccessTokenEntry> },
    /// Serve this token, without network and write.
    Serve(AccessTokenEntry),
    /// A person has to sign in.
    SignIn,
}

/// Makes the decision. `since` describes the refresh that has begun, if there is one: a forced refresh also accepts a
/// token that was stored since then.
pub(in crate::acquire) fn plan(
    cache: Document<'_>,
    registration: &Registration,
    account: &Account,
    request: &SilentRequest,
    now: Timestamp,
    since: Option<Since<'_>>,
) -> Plan {
    let query = query(registration, account, request);
    let found = cache.find_access_token(&query, now);
    let found = found.or_else(|| newcomer(cache, &query, now, since?));
    let fallback = match found {
        Some(token) if request.claims.is_some() || (request.force_refresh && !is_newer(&token, since)) => None,
        Some(token) if !token.is_aging(now) => return Plan::Serve(token),
        aging_or_none => aging_or_none,
    };
    let mut refresh_tokens = cache.find_refresh_tokens(&RefreshTokenQuery {
        client_id: registration.client_id.clone(),
        issuer: registration.issuer(),
        home_account_id: account.home_account_id.clone(),
    });
    let known = || cache.asked_and_granted(&query.issuer, &query.client_id, &query.owner);
    let withheld = withheld(cache, &query, &refresh_tokens, request, now, since);
    if !withheld.is_empty() {
        return Plan::Refused { failure: AcquireError::ScopeNotGranted { scopes: withheld }.into(), fallback };
    }
    let mut refusal = None;
    refresh_tokens.retain(|entry| {
        let remembered = remembered(registration, entry, request, now, since);
        let is_untried = remembered.is_none();
        refusal = remembered.or(refusal.take());
        is_untried
    });
    match (refresh_tokens.is_empty(), refusal, fallback) {
        (false, _, fallback) => Plan::Refresh { refresh_tokens, fallback },
        (true, Some(refusal), fallback) => {
            let failure = AcquireError::from_refresh(RequestError::Refused(refusal)).about(&request.scopes, &known());
            Plan::Refused { failure: failure.into(), fallback }
        }
        (true, None, Some(token)) => Plan::Serve(token),
        (true, None, None) => match not_granted(&request.scopes, &known()) {
            scopes if scopes.is_empty() => Plan::SignIn,
            scopes => Plan::Refused { failure: AcquireError::ScopeNotGranted { scopes }.into(), fallback: None },
        },
    }
}

/// Returns the wanted scopes that a recent refresh requested in vain. A forced refresh requests them again, unless
/// another one has done so since it began.
fn withheld(
    cache: Document<'_>,
    query: &AccessTokenQuery,
    refresh_tokens: &[RefreshTokenEntry],
    request: &SilentRequest,
    now: Timestamp,
    since: Option<Since<'_>>,
) -> ScopeSet {
    let asks_again = request.force_refresh || request.claims.is_some();
    let noted = |scope: &str| {
        let mut noted = refresh_tokens.iter().flat_map(|entry| &entry.withheld);
        noted.any(|withheld| {
            withheld.scope == withheld_name(scope, query.ext_cache_key.as_deref()) && withheld.is_recent(now)
        })
    };
    let withheld = request.scopes.filtered(noted);
    if withheld.is_empty() || !asks_again {
        return withheld;
    }
    let Some(since) = since else { return ScopeSet::default() };
    let like = cache.access_tokens_like(query);
    let is_new = |entry: &&AccessTokenEntry| !since.seen.contains(&entry.secret);
    withheld.filtered(|scope| like.iter().filter(is_new).any(|entry| entry.scopes_not_granted.contains(scope)))
}

/// Returns a token that was stored during the wait. It counts as fresh even if differing clocks make it appear stored
/// in the future or expired. Its lifetime is computed from its own times and converted to ours.
fn newcomer(
    cache: Document<'_>,
    query: &AccessTokenQuery,
    now: Timestamp,
    since: Since<'_>,
) -> Option<AccessTokenEntry> {
    cache.access_tokens_like(query).into_iter().filter(|entry| !since.seen.contains(&entry.secret)).find_map(|entry| {
        let then = entry.cached_at?.plus(since.waited);
        let found = cache.find_access_token(query, then)?;
        let in_our_time = |time: Timestamp| Timestamp(now.0.saturating_add(time.seconds_since(then)));
        (found.key == entry.key).then(|| AccessTokenEntry {
            expires_on: in_our_time(found.expires_on),
            refresh_on: found.refresh_on.map(in_our_time),
            ..found
        })
    })
}

/// A plan and its account.
pub(in crate::acquire) struct Task {
    pub(in crate::acquire) account: Account,
    pub(in crate::acquire) plan: Plan,
    pub(in crate::acquire) beginning: Beginning,
}

/// Returns the query for the requested access token.
pub(in crate::acquire) fn query(
    registration: &Registration,
    account: &Account,
    request: &SilentRequest,
) -> AccessTokenQuery {
    AccessTokenQuery {
        client_id: registration.client_id.clone(),
        issuer: registration.issuer(),
        realms: registration.realms(account),
        owner: Owner::User(account.home_account_id.clone()),
        scopes: request.scopes.clone(),
        key_id: None,
        ext_cache_key: digest_of(&request.parameters),
        min_valid: request.min_valid,
        lifetime: request.lifetime,
    }
}

fn is_newer(token: &AccessTokenEntry, since: Option<Since<'_>>) -> bool {
    since.is_some_and(|since| !since.seen.contains(&token.secret))
}
