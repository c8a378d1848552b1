//! What the cache is to keep of a token response.

use super::PublicClient;
use crate::cache::{Grant, Owner};
use crate::oauth::TokenResponse;
use crate::terms::{HomeAccountId, Realm, ScopeSet};

impl PublicClient<'_> {
    /// What was granted to a user who `asked` for these scopes, whether by a sign-in or by a refresh.
    pub(super) fn grant(
        &self,
        home_account_id: HomeAccountId,
        realm: Realm,
        asked: &ScopeSet,
        response: TokenResponse,
    ) -> Grant {
        Grant {
            client_id: self.registration.client_id.clone(),
            environment: self.registration.environment(),
            realm,
            other_realms: Vec::new(),
            owner: Owner::User(home_account_id),
            sign_in: None,
            access_token: response.access_token,
            token_type: response.token_type,
            scopes: response.scope.unwrap_or_else(|| asked.clone()),
            expires_in: response.expires_in,
            ext_expires_in: response.ext_expires_in,
            refresh_in: response.refresh_in,
            refresh_token: response.refresh_token,
            family_id: response.family_id,
            id_token: response.id_token,
            spent: None,
            key_id: None,
            ext_cache_key: None,
        }
    }
}
