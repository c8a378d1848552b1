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
            token_type: response.token_type,
            ext_expires_in: response.ext_expires_in,
            refresh_in: response.refresh_in,
            refresh_token: response.refresh_token,
            family_id: response.family_id,
            id_token: response.id_token,
            ..Grant::new(
                self.registration.client_id.clone(),
                self.registration.environment(),
                realm,
                Owner::User(home_account_id),
                response.access_token,
                response.scope.unwrap_or_else(|| asked.clone()),
                response.expires_in,
            )
        }
    }
}
