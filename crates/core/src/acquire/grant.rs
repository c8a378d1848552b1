//! Converts token responses for the cache.

use super::ClientApplication;
use super::granted::{Comparison, Granted};
use crate::cache::{Account, Document, Grant, Owner, ext_cache_key};
use crate::oauth::TokenResponse;
use crate::types::{HomeAccountId, Realm, ScopeSet};

/// Whether the token can be sent as a bearer token (RFC 6750 §2.1). Token types are case-insensitive (RFC 6749 §5.1),
/// and a header may contain only visible ASCII.
pub(super) fn is_bearer(response: &TokenResponse) -> bool {
    let is_visible = response.access_token.expose().bytes().all(|byte| byte.is_ascii_graphic());
    is_visible && response.token_type.eq_ignore_ascii_case("Bearer")
}

/// Returns the digest of a request's extra parameters, which distinguishes its tokens from those of other requests.
pub(super) fn digest_of(parameters: &[(String, String)]) -> Option<String> {
    if parameters.is_empty() {
        return None;
    }
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    ext_cache_key(&parameters)
}

/// Returns the account that a grant for this user creates.
pub(super) fn account_of(grant: &Grant, user: HomeAccountId) -> Account {
    let sign_in = grant.sign_in.as_ref();
    Account {
        home_account_id: user,
        environment: grant.issuer.environment().clone(),
        authority: grant.issuer.identity().map(str::to_owned),
        realms: vec![grant.realm.clone()],
        username: sign_in.map(|sign_in| sign_in.username.clone()).unwrap_or_default(),
        local_account_id: sign_in.and_then(|sign_in| sign_in.local_account_id.clone()),
    }
}

impl ClientApplication<'_> {
    /// Returns the grant to record for a response to a request for the scopes `asked`.
    pub(super) fn grant(
        &self,
        owner: Owner,
        realm: Realm,
        asked: &ScopeSet,
        parameters: &[(String, String)],
        response: TokenResponse,
    ) -> Grant {
        Grant {
            ext_cache_key: digest_of(parameters),
            username: response.identity.map(|identity| identity.username).filter(|name| !name.is_empty()),
            token_type: response.token_type,
            ext_expires_in: response.ext_expires_in,
            refresh_in: response.refresh_in,
            refresh_token: response.refresh_token,
            family_id: response.family_id,
            id_token: response.id_token,
            ..Grant::new(
                self.registration.client_id.clone(),
                self.registration.issuer(),
                realm,
                owner,
                response.access_token,
                response.scope.unwrap_or_else(|| asked.clone()),
                response.expires_in,
            )
        }
    }

    /// Compares the scopes that the server `said` it grants with those `asked` for, using everything in `cache` about
    /// this client and user, and records the result in the grant. Returns the requested scopes one by one.
    pub(super) fn compare(
        &self,
        grant: &mut Grant,
        said: Option<&ScopeSet>,
        asked: &ScopeSet,
        cache: Document<'_>,
    ) -> ScopeSet {
        let earlier = cache.asked_and_granted(&grant.issuer, &grant.client_id, &grant.owner);
        let host = grant.issuer.environment().as_str();
        let comparison = Comparison {
            asked,
            earlier: &earlier,
            folds_case: grant.issuer.environment().folds_case(),
            is_github: host == "github.com" || host.ends_with(".ghe.com"),
        };
        let Granted { asked, granted, not_granted, differs } = comparison.with(said);
        grant.requested_scopes = if differs { asked.clone() } else { ScopeSet::default() };
        grant.scopes = granted;
        grant.scopes_not_granted = not_granted;
        asked
    }
}

/// Returns the name under which a withheld scope is remembered. It includes the parameters, because a request with
/// other parameters may be granted the scope.
pub(super) fn withheld_name(scope: &str, ext_cache_key: Option<&str>) -> String {
    match ext_cache_key {
        None => scope.to_owned(),
        Some(digest) => format!("{scope}#{digest}"),
    }
}
