//! The client credentials grant (RFC 6749 §4.4): tokens of the client itself, without a user.

use super::exchange::{Exchange, Found};
use super::grant::digest_of;
use super::{ClientApplication, SilentRequest};
use crate::cache::{AccessTokenQuery, Account, Grant, Owner, TokenCache};
use crate::future::BoxFuture;
use crate::oauth::{self, ClientCredentialsRequest, Endpoints, RequestError, TokenResponse};
use crate::time::Timestamp;

/// A request for a token of the client itself. As in MSAL, the entry has no `home_account_id`, and its realm is that of
/// the authority.
pub(super) struct ClientCredentials<'a> {
    pub(super) application: &'a ClientApplication<'a>,
    pub(super) request: &'a SilentRequest,
}

impl Exchange for ClientCredentials<'_> {
    fn name(&self) -> &'static str {
        "client credentials"
    }

    fn find(&self, cache: &TokenCache, now: Timestamp) -> Option<Found> {
        let registration = &self.application.registration;
        let query = AccessTokenQuery {
            client_id: registration.client_id.clone(),
            issuer: registration.issuer(),
            realms: registration.authority_realms(),
            owner: Owner::Application,
            scopes: self.request.scopes.clone(),
            key_id: None,
            ext_cache_key: digest_of(&self.request.parameters),
            min_valid: self.request.min_valid,
            lifetime: self.request.lifetime,
        };
        cache.find_access_token(&query, now).map(|token| Found { token, account: None })
    }

    fn send<'a>(&'a self, client: &'a oauth::Client<'a>) -> BoxFuture<'a, Result<TokenResponse, RequestError>> {
        let SilentRequest { scopes, claims, parameters, .. } = self.request;
        Box::pin(async move {
            let (client_context, claims) = (client.context(), claims.as_deref());
            client.send(&ClientCredentialsRequest { client: client_context, scopes, claims, parameters }).await
        })
    }

    fn grant(&self, endpoints: &Endpoints, response: TokenResponse) -> (Grant, Option<Account>) {
        let registration = &self.application.registration;
        let realm = registration.realm(endpoints, registration.tenant.as_ref());
        // RFC 6749 §4.4.3 does not allow a refresh token here.
        let response = TokenResponse { refresh_token: None, id_token: None, identity: None, ..response };
        let SilentRequest { scopes, parameters, .. } = self.request;
        (self.application.grant(Owner::Application, realm, scopes, parameters, response), None)
    }
}
