use std::sync::Arc;
use std::time::Duration;

use super::{
    AcquireError, AuthenticationResult, ClientApplication, Credential, NoopObserver, Observer, ProviderMetadata,
    Registration, SignOutRequest, SignedOut, SilentRequest,
};
use crate::oauth::Http;
use crate::secret::UserAssertion;
use crate::store::{Partition, Store};
use crate::time::Clock;
use crate::types::HomeAccountId;

const DAY: Duration = Duration::from_secs(86_400);

/// A confidential client (RFC 6749 §2.1): a web app, a web API or a daemon, with one cache per user.
///
/// Each user has a partition of the store, named as MSAL names it, and so have the client's own tokens and each caller on
/// whose behalf it acts. A call looks at one partition only, so that it cannot serve the token of another user. Any
/// number of servers can share the store: for each token, one of them asks the provider.
///
/// The client is `Send`, `Sync` and does not borrow: keep one in the state of the server.
#[derive(Clone)]
pub struct ConfidentialClient {
    /// The client and the authorization server.
    pub registration: Registration,
    /// The credential of the client. A [`ClientAuthentication`](crate::oauth::ClientAuthentication) with a secret is one.
    pub credential: Arc<dyn Credential>,
    /// The store that keeps the caches.
    pub store: Arc<dyn Store>,
    /// The network.
    pub http: Arc<dyn Http>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Receives the events of each call.
    pub observer: Arc<dyn Observer>,
    /// Stands before the name of each partition, and tells deployments that share a store apart.
    pub partition_prefix: String,
    /// The longest wait for another process that refreshes the same token.
    pub lock_timeout: Duration,
    /// How long a lease lasts that is not renewed. It is renewed while the provider answers.
    pub lease_time: Duration,
    /// How long after its first attempt a request may be sent again, where that is safe.
    pub retry_within: Duration,
    /// How long the store keeps a sign-in that nobody uses. `None`: for ever.
    pub idle_time: Option<Duration>,
    /// The provider's endpoints and signing keys, once they are known.
    pub metadata: Arc<ProviderMetadata>,
    /// The capabilities to tell Entra ID, such as `CP1`: the application handles claims challenges.
    pub client_capabilities: Vec<String>,
}

impl ConfidentialClient {
    /// Makes a client that waits 60 s for other processes, has leases of 30 s, retries for 30 s, and keeps a sign-in that
    /// nobody uses for 90 days. Set the fields to change that.
    pub fn new(
        registration: Registration,
        credential: Arc<dyn Credential>,
        store: Arc<dyn Store>,
        http: Arc<dyn Http>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        ConfidentialClient {
            registration,
            credential,
            store,
            http,
            clock,
            observer: Arc::new(NoopObserver),
            partition_prefix: String::new(),
            lock_timeout: Duration::from_secs(60),
            lease_time: Duration::from_secs(30),
            retry_within: Duration::from_secs(30),
            idle_time: Some(90 * DAY),
            metadata: Arc::default(),
            client_capabilities: Vec::new(),
        }
    }

    /// Returns a token of a user who has signed in: from the user's cache, or by one refresh however many servers ask.
    ///
    /// The account of the request is ignored: the user is `user`, as the app's own session says.
    ///
    /// # Errors
    /// [`AcquireError::InteractionRequired`] if the user has to sign in, [`AcquireError::Unavailable`] if the provider
    /// does not answer, [`AcquireError::Store`] if the store does not answer. Only the first is a reason to ask the user.
    pub async fn acquire_token_silent(
        &self,
        user: &HomeAccountId,
        request: &SilentRequest,
    ) -> Result<AuthenticationResult, AcquireError> {
        let request = SilentRequest { account: Some(user.to_string()), ..request.clone() };
        let application = self.of_user(user);
        application.reported(match application.cached_or_refreshed(&request).await {
            // The partition of a user who is not signed in is empty.
            Err(AcquireError::NoSuchAccount { .. }) => Err(AcquireError::nothing_cached()),
            outcome => outcome,
        })
    }

    /// Returns a token of the client itself (RFC 6749 §4.4): from the cache, or by one request however many servers ask.
    /// The account of the request is ignored.
    ///
    /// # Errors
    /// [`AcquireError::TokenRequestRefused`] if the provider refuses, and those of the provider and the store as for a user's token.
    pub async fn acquire_token_for_client(
        &self,
        request: &SilentRequest,
    ) -> Result<AuthenticationResult, AcquireError> {
        let Registration { client_id, authority, .. } = &self.registration;
        let partition = Partition::application(client_id, &authority.realm());
        // The tokens are of no use once they have expired.
        let application = ClientApplication { idle_time: self.no_idle_time(), ..self.application(partition) };
        application.acquire_token_for_client(request).await
    }

    /// Returns a token on behalf of a caller of this web API: from the cache of this very assertion, or by one request
    /// however many servers ask. Microsoft's providers are asked by the on-behalf-of flow, others by token exchange (RFC
    /// 8693). The account of the request is ignored.
    ///
    /// The assertion is the access token that the caller has presented. Verify it first, as for every call of the API: a
    /// cached token is returned to whoever presents the same assertion, until the assertion expires.
    ///
    /// # Errors
    /// [`AcquireError::TokenRequestRefused`] if the provider refuses; its kind is
    /// [`InteractionRequired`](super::ErrorKind::InteractionRequired) if the caller has to sign in again or to consent. And
    /// those of the provider and the store as for a user's token.
    pub async fn acquire_token_on_behalf_of(
        &self,
        assertion: &UserAssertion,
        request: &SilentRequest,
    ) -> Result<AuthenticationResult, AcquireError> {
        let partition = Partition::on_behalf_of(assertion.expose());
        let application = ClientApplication { idle_time: self.no_idle_time(), ..self.application(partition) };
        application.acquire_token_on_behalf_of(assertion, request).await
    }

    /// Forgets a user's tokens, and revokes the refresh token if `revoke` is set. `Ok(None)`: the user was not signed in.
    /// To end the session at the provider as well, call [`end_session_url`](Self::end_session_url) before.
    ///
    /// # Errors
    /// [`AcquireError::Store`] if the tokens could not be removed. A failed revocation is no error: see
    /// [`SignedOut::revocation`].
    pub async fn sign_out(&self, user: &HomeAccountId, revoke: bool) -> Result<Option<SignedOut>, AcquireError> {
        let request = SignOutRequest { account: Some(user.to_string()), revoke };
        match self.of_user(user).sign_out(&request).await {
            Err(AcquireError::NoSuchAccount { .. }) => Ok(None),
            outcome => outcome,
        }
    }

    /// Returns the partition of a user.
    pub fn partition_of(&self, user: &HomeAccountId) -> Partition {
        Partition::user(user).with_prefix(&self.partition_prefix)
    }

    pub(super) fn of_user(&self, user: &HomeAccountId) -> ClientApplication<'_> {
        self.application(Partition::user(user))
    }

    /// Returns the client with one partition. `partition` is named without the prefix.
    pub(super) fn application(&self, partition: Partition) -> ClientApplication<'_> {
        ClientApplication {
            partition: partition.with_prefix(&self.partition_prefix),
            credential: self.credential.as_ref(),
            observer: self.observer.as_ref(),
            lock_timeout: self.lock_timeout,
            lease_time: self.lease_time,
            retry_within: self.retry_within,
            idle_time: self.idle_time,
            metadata: Some(&self.metadata),
            client_capabilities: self.client_capabilities.clone(),
            ..ClientApplication::new(
                self.registration.clone(),
                self.store.as_ref(),
                self.http.as_ref(),
                self.clock.as_ref(),
            )
        }
    }

    fn no_idle_time(&self) -> Option<Duration> {
        self.idle_time.map(|_| Duration::ZERO)
    }
}
