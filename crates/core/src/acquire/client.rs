//! A client and what it works with.

use std::time::Duration;

use super::{NoopObserver, Observer, cached};
use crate::cache::{Account, TokenCache};
use crate::oauth::{self, Authority, AuthorityKind, ClientAuthentication, Endpoints, Http, RequestError};
use crate::store::{Lease, Loaded, Partition, Revision, Saved, Store, StoreError, Update};
use crate::time::{Clock, Timestamp};
use crate::types::{ClientId, Environment, Issuer, Realm};

/// Seconds between two clocks that are nobody's concern.
const TOLERATED_SKEW: u64 = 60;

/// A public client (RFC 6749 §2.1) and all that it works with, each part replaceable.
pub struct PublicClient<'a> {
    /// Who asks whom.
    pub registration: Registration,
    /// Where the cache is kept.
    pub store: &'a dyn Store,
    /// Which of the store's documents the cache is.
    pub partition: Partition,
    /// The credential of the client, if the provider wants one.
    pub credential: &'a dyn Credential,
    /// The network.
    pub http: &'a dyn Http,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Who is told of what goes on.
    pub observer: &'a dyn Observer,
    /// The longest wait for another process.
    pub lock_timeout: Duration,
    /// How long after a refresh was first sent it may be sent again, where that is safe.
    pub retry_within: Duration,
}

/// The credential of a client (RFC 6749 §2.3). It is asked for when a request is sent, and never for a cached token.
pub trait Credential: Send + Sync {
    /// Returns how to authenticate.
    ///
    /// # Errors
    /// A sentence for a person that says why there is none; it holds no secret.
    fn authentication(&self) -> Result<ClientAuthentication, String>;
}

/// A public client proves nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCredential;

impl Credential for NoCredential {
    fn authentication(&self) -> Result<ClientAuthentication, String> {
        Ok(ClientAuthentication::None)
    }
}

/// A client as it is registered with an authorization server.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The authorization server.
    pub authority: Authority,
    /// The client.
    pub client_id: ClientId,
    /// Endpoints that were named by the user or learned at sign-in; what is missing is discovered when needed.
    pub endpoints: Endpoints,
    /// The tenant that the server named at sign-in, for authorities that name theirs by a domain.
    pub tenant: Option<Realm>,
}

impl<'a> PublicClient<'a> {
    /// Makes a client that keeps one cache for all accounts, tells nobody what goes on, waits 60 s for other processes and
    /// retries for 30 s. Set the fields to change that.
    pub fn new(registration: Registration, store: &'a dyn Store, http: &'a dyn Http, clock: &'a dyn Clock) -> Self {
        PublicClient {
            registration,
            store,
            partition: Partition::whole(),
            credential: &NoCredential,
            http,
            clock,
            observer: &NoopObserver,
            lock_timeout: Duration::from_secs(60),
            retry_within: Duration::from_secs(30),
        }
    }
}

impl Registration {
    /// Makes a registration whose endpoints are discovered.
    pub fn new(authority: Authority, client_id: ClientId) -> Self {
        Registration { authority, client_id, endpoints: Endpoints::default(), tenant: None }
    }

    /// Who issues the client's tokens.
    pub fn issuer(&self) -> Issuer {
        self.authority.issuer()
    }

    pub(super) fn environment(&self) -> Environment {
        self.authority.environment()
    }

    /// The realm that MSAL Python would store: the first path segment of the token endpoint, and the tenant's
    /// identifier where the authority names the tenant by a domain.
    pub(super) fn realm(&self, endpoints: &Endpoints, tenant: Option<&Realm>) -> Realm {
        let configured = self.authority.realm();
        // An authority without a path has no tenant, wherever its token endpoint is.
        let configured = match endpoints.realm() {
            Some(realm) if !configured.as_str().is_empty() => realm,
            _ => configured,
        };
        match tenant {
            Some(tenant) if self.authority.kind() == AuthorityKind::Entra && is_domain(&configured) => tenant.clone(),
            _ => configured,
        }
    }

    /// The realms that the authority itself goes by.
    pub(super) fn authority_realms(&self) -> Vec<Realm> {
        let configured = self.authority.realm();
        let named = self.tenant.clone().filter(|_| is_domain(&configured));
        let mut realms = vec![configured];
        realms.extend([self.endpoints.realm(), named].into_iter().flatten());
        realms
    }

    /// The realms under which an access token for `account` may stand, whichever library wrote it: MSAL Python and Go
    /// store the authority's, MSAL Node and .NET the tenant of the token. Elsewhere than in a Microsoft cloud, whose tenants
    /// share their accounts, an account is of this very authority, and so is every realm that was stored at sign-in,
    /// even if nobody remembers from which endpoint it came.
    pub(super) fn realms(&self, account: &Account) -> Vec<Realm> {
        let mut realms = self.authority_realms();
        match self.authority.kind() {
            AuthorityKind::Entra if is_for_many_tenants(&realms[0]) => {
                realms.extend(account.home_account_id.home_tenant());
            }
            AuthorityKind::Entra => {}
            _ => realms.extend(account.realms.iter().cloned()),
        }
        realms
    }
}

fn is_for_many_tenants(realm: &Realm) -> bool {
    matches!(realm.as_str(), "organizations" | "common" | "consumers")
}

fn is_domain(realm: &Realm) -> bool {
    realm.as_str().contains('.')
}

impl PublicClient<'_> {
    /// Loads the newest cache.
    pub(super) async fn load_cache(&self) -> Result<TokenCache, StoreError> {
        cached::load(self.store, &self.partition).await
    }

    /// The same, with the document's revision, if there is a document.
    pub(super) async fn load_cache_and_revision(&self) -> Result<(TokenCache, Option<Revision>), StoreError> {
        cached::load_with_revision(self.store, &self.partition).await
    }

    /// Runs `change` on the newest cache and saves it, with no other writer in between.
    pub(super) async fn update_cache(
        &self,
        change: &mut (dyn FnMut(&mut TokenCache) + Send),
    ) -> Result<Saved, StoreError> {
        cached::update(self.store, &self.partition, Update::default(), change).await
    }

    /// The same under a lease, on the cache that was `seen` under it if nobody has written since.
    pub(super) async fn update_cache_under(
        &self,
        lease: &dyn Lease,
        seen: Option<Loaded>,
        change: &mut (dyn FnMut(&mut TokenCache) + Send),
    ) -> Result<Saved, StoreError> {
        let update = Update { seen, fence: lease.fence(), ..Update::default() };
        cached::update(self.store, &self.partition, update, change).await
    }

    /// Warns when the server's clock and ours are far apart. What is stored is by ours, and outlives a correction.
    pub(super) fn compare_clocks(&self, servers: Option<Timestamp>, ours: Timestamp) {
        let Some(ahead) = servers.map(|servers| ours.seconds_since(servers)) else { return };
        if ahead.unsigned_abs() > TOLERATED_SKEW {
            self.observer.clock_differs(ahead);
        }
    }

    pub(super) fn protocol<'b>(&'b self, endpoints: &'b Endpoints) -> Result<oauth::Client<'b>, RequestError> {
        let authentication = self.credential.authentication();
        Ok(oauth::Client {
            authentication: authentication.map_err(|message| RequestError::Misconfigured { message })?,
            http: self.http,
            clock: self.clock,
            client_id: &self.registration.client_id,
            authority: &self.registration.authority,
            endpoints,
            parameters: &[],
        })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn threads_can_share_a_client() {
        fn is_shared<Shared: Send + Sync>() {}
        is_shared::<super::PublicClient<'_>>();
    }

    /// A runtime with many threads asks for that; it is enough that this compiles.
    #[test]
    fn calls_can_move_between_threads() {
        let _ = |client: &super::PublicClient<'_>| moved(client);
    }

    fn moved(client: &super::PublicClient<'_>) {
        fn can_move<Moving: Send>(_: Moving) {}
        can_move(client.acquire_token_silent(&crate::acquire::SilentRequest::default()));
        can_move(client.sign_in_by_device_code(&crate::acquire::SignInRequest::default()));
        can_move(client.forget_everything(true));
    }
}
