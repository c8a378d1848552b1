//! Decides whether an access token is usable. `token` and `explain` both use this decision.

use std::fmt;
use std::time::Duration;

use super::case_rule::CaseRule;
use super::matching::Within;
use crate::cache::{AccessTokenEntry, AccessTokenQuery, MinValid, Owner};
use crate::time::Timestamp;
use crate::types::{RESERVED_SCOPES, ScopeSet};

/// Scopes that only a user can grant.
const USER_SCOPES: [&str; 2] = ["openid", "offline_access"];

/// The default of [`MinValid`], as in MSAL.
const FIVE_MINUTES: i64 = 300;

/// Whether an access token matches a query.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// The token does not match.
    Unusable(Reason),
    /// The token matches.
    Usable {
        /// Whether `refresh_on` has passed. The token should be replaced, but is served if the refresh fails.
        aging: bool,
    },
}

/// The first reason why an access token does not match a query.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// The storage time lies in the future, by more than the required validity.
    CachedInFuture,
    /// The token belongs to another client.
    ClientDiffers,
    /// The token belongs to another environment.
    EnvironmentDiffers,
    /// The token has expired.
    Expired,
    /// The token was requested with other extra parameters.
    ExtCacheKeyDiffers,
    /// The token belongs to one particular request of another program.
    ForOneRequest,
    /// Another authority of the environment issued the token, or nothing proves that this one did.
    IssuerDiffers,
    /// The token is bound to another key, or to a key although none is requested.
    KeyIdDiffers,
    /// The token is not a bearer token, and no key is requested.
    NotBearer,
    /// The token belongs to another user, or to a user instead of the application, or the other way round.
    OwnerDiffers,
    /// The token belongs to another realm.
    RealmDiffers,
    /// Some requested scopes are missing.
    ScopesMissing,
    /// Some requested scopes are missing: they were requested together with this token, and the server did not grant
    /// them.
    ScopesNotGranted,
    /// The token expires too soon.
    TooShort {
        /// The remaining validity.
        left: Duration,
        /// The required validity.
        needed: Duration,
    },
}

impl Reason {
    /// Returns a name for programs, which does not change.
    pub fn code(self) -> &'static str {
        match self {
            Reason::CachedInFuture => "cached_in_future",
            Reason::ClientDiffers => "client_differs",
            Reason::EnvironmentDiffers => "environment_differs",
            Reason::Expired => "expired",
            Reason::ExtCacheKeyDiffers => "parameters_differ",
            Reason::ForOneRequest => "for_one_request",
            Reason::IssuerDiffers => "issuer_differs",
            Reason::KeyIdDiffers => "key_differs",
            Reason::NotBearer => "not_bearer",
            Reason::OwnerDiffers => "account_differs",
            Reason::RealmDiffers => "tenant_differs",
            Reason::ScopesMissing => "scope_missing",
            Reason::ScopesNotGranted => "scope_not_granted",
            Reason::TooShort { .. } => "too_short",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Reason::CachedInFuture => "it was stored in the future",
            Reason::ClientDiffers => "it belongs to another client",
            Reason::EnvironmentDiffers => "it belongs to another environment",
            Reason::Expired => "it has expired",
            Reason::ExtCacheKeyDiffers => "it was requested with other parameters",
            Reason::ForOneRequest => "it belongs to one particular request of another program",
            Reason::IssuerDiffers => "it was issued by another authority",
            Reason::KeyIdDiffers => "it is bound to another key",
            Reason::NotBearer => "it is not a bearer token",
            Reason::OwnerDiffers => "it belongs to another account",
            Reason::RealmDiffers => "it belongs to another tenant",
            Reason::ScopesMissing => "it lacks a scope",
            Reason::ScopesNotGranted => "it lacks a scope that the server did not grant with it",
            Reason::TooShort { left, needed } => {
                let (left, needed) = (left.as_secs(), needed.as_secs());
                return write!(formatter, "it expires in {left} s, and {needed} s are needed");
            }
        })
    }
}

impl AccessTokenQuery {
    pub(in crate::cache) fn judge(&self, entry: &AccessTokenEntry, now: Timestamp, within: &Within<'_, '_>) -> Verdict {
        match self.mismatch(entry, within).or_else(|| self.untimely(entry, now)) {
            Some(reason) => Verdict::Unusable(reason),
            None => Verdict::Usable { aging: entry.is_aging(now) },
        }
    }

    /// Applies the query's lifetime to a token that came without one.
    pub(in crate::cache) fn timed(&self, mut entry: AccessTokenEntry) -> AccessTokenEntry {
        let is_for_us = entry.is_lifetime_unknown || entry.is_lifetime_set;
        if let (true, Some(lifetime), Some(cached_at)) = (is_for_us, self.lifetime, entry.cached_at) {
            entry.expires_on = cached_at.plus(lifetime);
            entry.is_lifetime_unknown = false;
        }
        entry
    }

    fn mismatch(&self, entry: &AccessTokenEntry, within: &Within<'_, '_>) -> Option<Reason> {
        let case = within.case;
        let reason = if !self.issuer.environment().is_alias_of(entry.environment.as_str()) {
            Reason::EnvironmentDiffers
        } else if !case.same(entry.client_id.as_str(), self.client_id.as_str()) {
            Reason::ClientDiffers
        } else if !self.is_owner_of(entry, case) {
            Reason::OwnerDiffers
        } else if !within.has_issued(entry) {
            Reason::IssuerDiffers
        } else if !self.realms.iter().any(|realm| case.same(realm.as_str(), entry.realm.as_str())) {
            Reason::RealmDiffers
        } else if let Some(reason) = self.scopes_missing(entry, case) {
            reason
        } else if entry.key_id != self.key_id {
            Reason::KeyIdDiffers
        } else if !entry.is_bearer() && self.key_id.is_none() {
            Reason::NotBearer
        } else if entry.ext_cache_key != self.ext_cache_key {
            Reason::ExtCacheKeyDiffers
        } else if entry.is_for_one_request {
            Reason::ForOneRequest
        } else {
            return None;
        };
        Some(reason)
    }

    fn is_owner_of(&self, entry: &AccessTokenEntry, case: CaseRule) -> bool {
        // MSAL Python stores a user's token without an owner if a refresh response names no user.
        let is_users = |scope| entry.scopes.contains(scope) && !self.scopes.contains(scope);
        let home_account_id = entry.home_account_id.as_ref().map(|id| id.as_str());
        case.same_option(home_account_id, self.owner.home_account_id())
            && (self.owner != Owner::Application || !USER_SCOPES.into_iter().any(is_users))
    }

    /// Returns the reason if a scope is missing. A scope counts under its requested name or the server's name.
    fn scopes_missing(&self, entry: &AccessTokenEntry, case: CaseRule) -> Option<Reason> {
        let is_withheld = |scope: &str| case.contains(&entry.scopes_not_granted, scope);
        let is_there = |scope: &str| {
            case.grants(&entry.scopes, scope) || case.contains(&entry.requested_scopes, scope) && !is_withheld(scope)
        };
        let mut missing = resource_scopes(&self.scopes).filter(|scope| !is_there(scope)).peekable();
        if missing.peek().is_none() {
            // The parameters can name what the token is for, such as `resource` of RFC 8707.
            let is_unspecific = self.scopes.is_empty() && self.ext_cache_key.is_none();
            return is_unspecific.then_some(Reason::ScopesMissing);
        }
        Some(if missing.any(is_withheld) { Reason::ScopesNotGranted } else { Reason::ScopesMissing })
    }

    fn untimely(&self, entry: &AccessTokenEntry, now: Timestamp) -> Option<Reason> {
        let left = entry.expires_on.seconds_since(now);
        let needed = match self.min_valid {
            MinValid::AtLeast(needed) => i64::try_from(needed.as_secs()).unwrap_or(i64::MAX),
            MinValid::Default => entry.cached_at.map_or(FIVE_MINUTES, |cached_at| {
                let lifetime = entry.expires_on.seconds_since(cached_at);
                FIVE_MINUTES.min(lifetime / 5)
            }),
        };
        if left <= 0 {
            Some(Reason::Expired)
        } else if entry.cached_at.is_some_and(|cached_at| cached_at.seconds_since(now) > needed) {
            Some(Reason::CachedInFuture)
        } else if left < needed {
            Some(Reason::TooShort { left: duration(left), needed: duration(needed) })
        } else {
            None
        }
    }
}

/// Returns the scopes that a token must have. Reserved scopes count only if no others are requested.
pub(in crate::cache) fn resource_scopes(asked_for: &ScopeSet) -> impl Iterator<Item = &str> {
    let is_reserved = |scope: &str| RESERVED_SCOPES.contains(&scope);
    let only_reserved = asked_for.iter().all(is_reserved);
    asked_for.iter().filter(move |scope| only_reserved || !is_reserved(scope))
}

fn duration(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
}
