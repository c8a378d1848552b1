//! The parts that every client consists of, and the calls that all clients share.

use std::time::Duration;

use super::credential::{Credential, CredentialContext, NoCredential};
use crate::acquire::cached::{self, Retention};
use crate::acquire::{AcquireError, AuthenticationResult, NoopObserver, Observer, ProviderMetadata, Registration};
use crate::cache::TokenCache;
use crate::oauth::{self, ClientAuthentication, ClientContext, Endpoints, Http, RequestError};
use crate::store::{Lease, Loaded, Partition, Revision, Saved, Store, StoreError, Update};
use crate::time::{Clock, Timestamp};
use crate::types::HomeAccountId;

/// The largest difference between two clocks, in seconds, that causes no warning.
const TOLERATED_SKEW: u64 = 60;

/// From more seconds on, the difference is stored with the token, for an explanation.
const NOTED_SKEW: u64 = 5;

/// A client of an authorization server with its store, network, clock and observer. Each part can be replaced.
///
/// It has the methods that do not depend on the kind of client.
#[derive(Clone)]
pub struct ClientApplication<'a> {
    /// The client and the authorization server.
    pub registration: Registration,
    /// The store that keeps the cache.
    pub store: &'a dyn Store,
    /// The name of the cache in the store.
    pub partition: Partition,
    /// The prefix of user names, for a store with a cache for each user. A sign-in is then saved in the partition of
    /// its user. `None`: in `partition`.
    pub user_prefix: Option<String>,
    /// The credential of the client, if the provider requires one.
    pub credential: &'a dyn Credential,
    /// The network.
    pub http: &'a dyn Http,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Receives the events of each call.
    pub observer: &'a dyn Observer,
    /// The longest wait for another process.
    pub lock_timeout: Duration,
    /// The lifetime of a lease without renewal. It must be longer than the transport's time limit, unless the transport
    /// is asynchronous: then the lease is renewed during the request.
    pub lease_time: Duration,
    /// How long after its first attempt a request may be repeated, if that is safe.
    pub retry_within: Duration,
    /// How long a store keeps a document with a refresh token after its last access token has expired. `None`: for
    /// ever.
    pub idle_time: Option<Duration>,
    /// Keeps the provider's metadata between calls. `None`: each call that needs the metadata requests them.
    pub metadata: Option<&'a ProviderMetadata>,
    /// The capabilities to tell Entra ID with each request, as in MSAL: `CP1` means that the caller handles claims
    /// challenges, which Continuous Access Evaluation needs. They do not change which cached token is served.
    pub client_capabilities: Vec<String>,
}

impl<'a> ClientApplication<'a> {
    /// Returns a client with one cache for all accounts, no credential and no observer. It waits 60 s for other
    /// processes, retries for 30 s, and keeps sign-ins for ever. Set the fields to change that.
    pub fn new(registration: Registration, store: &'a dyn Store, http: &'a dyn Http, clock: &'a dyn Clock) -> Self {
        ClientApplication {
            registration,
            store,
            partition: Partition::whole(),
            user_prefix: None,
            credential: &NoCredential,
            http,
            clock,
            observer: &NoopObserver,
            lock_timeout: Duration::from_secs(60),
            lease_time: Duration::from_secs(90),
            retry_within: Duration::from_secs(30),
            idle_time: None,
            metadata: None,
            client_capabilities: Vec::new(),
        }
    }
}

impl ClientApplication<'_> {
    /// Loads the newest cache.
    pub(in crate::acquire) async fn load_cache(&self) -> Result<TokenCache, StoreError> {
        cached::load(self.store, &self.partition).await
    }

    /// Loads the newest cache and the document's revision. The revision is `None` if there is no document.
    pub(in crate::acquire) async fn load_cache_and_revision(
        &self,
    ) -> Result<(TokenCache, Option<Revision>), StoreError> {
        cached::load_with_revision(self.store, &self.partition).await
    }

    /// Runs `change` on the newest cache and saves it, with no other writer in between.
    pub(in crate::acquire) async fn update_cache(
        &self,
        change: &mut (dyn FnMut(&mut TokenCache) + Send),
    ) -> Result<Saved, StoreError> {
        cached::update_cache(self.store, &self.partition, self.retention(), change).await
    }

    /// Runs `change` under a lease. The first attempt is on `seen`, the document as it was loaded under the lease.
    pub(in crate::acquire) async fn update_cache_under(
        &self,
        lease: &dyn Lease,
        seen: Option<Loaded>,
        change: &mut (dyn FnMut(&mut TokenCache) + Send),
    ) -> Result<Saved, StoreError> {
        let update = Update { seen, fence: lease.fence() };
        cached::update(self.store, &self.partition, update, self.retention(), change).await
    }

    fn retention(&self) -> Option<Retention> {
        self.idle_time.map(|idle_time| Retention { idle_time, now: self.clock.now() })
    }

    /// Returns the client with the partition in which a sign-in of this user is saved.
    pub(in crate::acquire) fn with_partition_of(&self, user: &HomeAccountId) -> Self {
        let partition = self.user_prefix.as_ref().map(|prefix| Partition::user(user).with_prefix(prefix));
        ClientApplication { partition: partition.unwrap_or_else(|| self.partition.clone()), ..self.clone() }
    }

    /// Warns if the server's clock and ours differ too much. Times in the cache are by our clock.
    pub(in crate::acquire) fn compare_clocks(&self, servers: Option<Timestamp>, ours: Timestamp) {
        let Some(ahead) = servers.map(|servers| ours.seconds_since(servers)) else { return };
        if ahead.unsigned_abs() > TOLERATED_SKEW {
            self.observer.clock_differs(ahead);
        }
    }

    /// Returns by how many seconds our clock is ahead of the server's, unless the time of the exchange explains it.
    pub(in crate::acquire) fn clock_offset(servers: Option<Timestamp>, ours: Timestamp) -> Option<i64> {
        let ahead = ours.seconds_since(servers?);
        (ahead.unsigned_abs() > NOTED_SKEW).then_some(ahead)
    }

    /// Reports the result of a call to the observer.
    pub(in crate::acquire) fn reported(
        &self,
        outcome: Result<AuthenticationResult, AcquireError>,
    ) -> Result<AuthenticationResult, AcquireError> {
        match &outcome {
            Ok(token) => self.observer.token_acquired(token.source),
            Err(failure) => self.observer.acquisition_failed(failure),
        }
        outcome
    }

    /// Returns the client that sends requests to these endpoints.
    pub(in crate::acquire) async fn protocol<'b>(
        &'b self,
        endpoints: &'b Endpoints,
    ) -> Result<oauth::Client<'b>, RequestError> {
        let Registration { client_id, authority, .. } = &self.registration;
        let context = CredentialContext { client_id, authority, endpoints, now: self.clock.now() };
        let authentication = self.credential.authentication(&context).await;
        let authentication = authentication.map_err(|message| RequestError::Misconfigured { message })?;
        Ok(oauth::Client { authentication, ..self.public_protocol(endpoints) })
    }

    /// Returns the client that sends requests without the credential.
    pub(in crate::acquire) fn public_protocol<'b>(&'b self, endpoints: &'b Endpoints) -> oauth::Client<'b> {
        oauth::Client {
            authentication: ClientAuthentication::None,
            http: self.http,
            clock: self.clock,
            client_id: &self.registration.client_id,
            authority: &self.registration.authority,
            endpoints,
            capabilities: &self.client_capabilities,
            parameters: &[],
        }
    }

    /// Returns the client for messages that go through the browser and contain no credential.
    pub(in crate::acquire) fn context<'b>(&'b self, endpoints: &'b Endpoints) -> ClientContext<'b> {
        ClientContext {
            client_id: &self.registration.client_id,
            authentication: &ClientAuthentication::None,
            authority: &self.registration.authority,
            endpoints,
            capabilities: &self.client_capabilities,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::future::BoxFuture;
    use crate::oauth::{Authority, Request, Response, Stage, TransportError};
    use crate::store::MemoryStore;
    use crate::time::SystemClock;
    use crate::types::ClientId;

    struct NoNetwork;

    impl Http for NoNetwork {
        fn send<'a>(&'a self, _request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
            let error = TransportError { stage: Stage::NotSent, message: "there is none".to_owned() };
            Box::pin(std::future::ready(Err(error)))
        }
    }

    #[test]
    fn a_store_is_told_how_long_to_keep_a_document_only_if_the_client_says_so() {
        let registration =
            Registration::new(Authority::parse("https://idp.example.com", None).unwrap(), ClientId::new("app"));
        let (store, clock) = (MemoryStore::new(), SystemClock::new());
        let mut client = ClientApplication::new(registration, &store, &NoNetwork, &clock);
        assert!(client.retention().is_none());
        client.idle_time = Some(Duration::from_secs(60));
        let retention = client.retention().unwrap();
        assert_eq!(retention.idle_time, Duration::from_secs(60));
        assert!(clock.now().seconds_since(retention.now) < 60);
    }

    #[test]
    fn threads_can_share_a_client() {
        fn is_shared<Shared: Send + Sync>() {}
        is_shared::<super::ClientApplication<'_>>();
    }

    /// Checks that the futures are `Send`, which a runtime with many threads requires. Compiling the test is
    /// sufficient.
    #[test]
    fn calls_can_move_between_threads() {
        let _ = |client: &super::ClientApplication<'_>| moved(client);
    }

    fn moved(client: &super::ClientApplication<'_>) {
        fn can_move<Moving: Send>(_: Moving) {}
        can_move(client.acquire_token_silent(&crate::acquire::SilentRequest::default()));
        can_move(client.forget_everything(true));
        let public = crate::acquire::PublicClient::from(client.clone());
        can_move(public.sign_in_by_device_code(&crate::acquire::SignInRequest::default()));
    }
}
