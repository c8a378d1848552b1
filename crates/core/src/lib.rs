//! OAuth access tokens from a cache that any number of processes, and every MSAL library, share.
//!
//! - [`acquire`] decides which token to serve, when to refresh and what to store. Start here.
//! - [`cache`] is the MSAL cache schema as a pure model ([`cache::TokenCache`]).
//! - [`oauth`] has the protocol messages: it builds requests and parses responses, without I/O.
//! - [`store`] is the contract for places that store a cache; [`store::MemoryStore`] is one.
//! - [`types`], [`secret`] and [`time`] are shared by all of them.
//!
//! # A token, over a transport of your own
//!
//! ```
//! use pollster::FutureExt as _;
//! use tokcache_core::acquire::{PublicClient, Registration, SignInRequest, SilentRequest, Source};
//! use tokcache_core::future::BoxFuture;
//! use tokcache_core::oauth::{Authority, Http, Request, Response, TransportError};
//! use tokcache_core::store::MemoryStore;
//! use tokcache_core::time::SystemClock;
//! use tokcache_core::types::{ClientId, ScopeSet};
//!
//! /// A provider that approves every sign-in. A real transport sends the request.
//! struct Provider;
//!
//! impl Http for Provider {
//!     fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
//!         let body = match request.url.rsplit('/').next() {
//!             Some("openid-configuration") => {
//!                 r#"{"issuer": "https://idp.example.com", "token_endpoint": "https://idp.example.com/token",
//!                     "device_authorization_endpoint": "https://idp.example.com/device"}"#
//!             }
//!             Some("device") => {
//!                 r#"{"device_code": "DC", "user_code": "WDJB-MJHT", "interval": 0, "expires_in": 600,
//!                     "verification_uri": "https://idp.example.com/go"}"#
//!             }
//!             _ => {
//!                 r#"{"access_token": "AT", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "RT",
//!                     "scope": "notes.read"}"#
//!             }
//!         };
//!         let response = Response {
//!             status: 200,
//!             body: body.as_bytes().to_vec().into(),
//!             retry_after: None,
//!             date: None,
//!             location: None,
//!         };
//!         Box::pin(std::future::ready(Ok(response)))
//!     }
//! }
//!
//! let (store, clock) = (MemoryStore::new(), SystemClock::new());
//! let authority = Authority::parse("https://idp.example.com", None)?;
//! let registration = Registration::new(authority, ClientId::new("my-app"));
//! let client = PublicClient::new(registration, &store, &Provider, &clock);
//!
//! // Once, with a person: an `Observer` shows the code. This example shows it to nobody.
//! let scopes = ScopeSet::parse("notes.read");
//! let sign_in = SignInRequest { scopes: scopes.clone(), ..SignInRequest::default() };
//! client.sign_in_by_device_code(&sign_in).block_on()?;
//!
//! // From then on, without a person: from the cache, or by one refresh for any number of callers.
//! let request = SilentRequest { scopes, ..SilentRequest::default() };
//! let token = client.acquire_token_silent(&request).block_on()?;
//! assert_eq!((token.access_token.expose(), token.source), ("AT", Source::Cache));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A web app
//!
//! A [`ConfidentialClient`](acquire::ConfidentialClient) keeps one cache per user, in any store. Two handlers sign a user in;
//! every other handler gets the user's token from the cache.
//!
//! ```
//! use std::sync::Arc;
//!
//! use tokcache_core::acquire::{
//!     AcquireError, AuthorizationCodeSignIn, ConfidentialClient, ErrorKind, Registration, SilentRequest,
//! };
//! use tokcache_core::oauth::{Authority, ClientAuthentication, Http, PendingAuthorization};
//! use tokcache_core::secret::ClientSecret;
//! use tokcache_core::store::Store;
//! use tokcache_core::time::Clock;
//! use tokcache_core::types::{ClientId, HomeAccountId, ScopeSet};
//!
//! /// What the app keeps for one browser: on the server, or encrypted in a cookie.
//! #[derive(Default)]
//! struct Session {
//!     pending: Option<String>,
//!     user: Option<String>,
//! }
//!
//! /// Made once, for all requests and all users.
//! fn client(
//!     secret: &str, store: Arc<dyn Store>, http: Arc<dyn Http>, clock: Arc<dyn Clock>,
//! ) -> Result<ConfidentialClient, Box<dyn std::error::Error>> {
//!     let authority = Authority::parse("https://login.microsoftonline.com/contoso.com", None)?;
//!     let registration = Registration::new(authority, ClientId::new("11111111-2222-3333-4444-555555555555"));
//!     let credential = ClientAuthentication::SecretPost(ClientSecret::new(secret));
//!     Ok(ConfidentialClient::new(registration, Arc::new(credential), store, http, clock))
//! }
//!
//! /// GET /login: returns the URL to redirect the browser to.
//! async fn login(client: &ConfidentialClient, session: &mut Session) -> Result<String, AcquireError> {
//!     let sign_in = AuthorizationCodeSignIn {
//!         redirect_uri: "https://app.example.com/callback".to_owned(),
//!         scopes: ScopeSet::parse("User.Read"),
//!         ..AuthorizationCodeSignIn::default()
//!     };
//!     let pending = client.begin_sign_in(&sign_in).await?;
//!     session.pending = Some(pending.serialize().to_string());
//!     Ok(pending.url)
//! }
//!
//! /// GET /callback: `query` is as the browser sent it. Returns the user's name.
//! async fn callback(client: &ConfidentialClient, session: &mut Session, query: &str) -> Result<String, AcquireError> {
//!     let pending = session.pending.take().and_then(|pending| PendingAuthorization::deserialize(&pending));
//!     let Some(pending) = pending else { return Ok("there is no sign-in to finish: go to /login".to_owned()) };
//!     let signed_in = client.finish_sign_in(&pending, query).await?;
//!     // A new session, so that nobody who knew the old one is signed in (session fixation).
//!     *session = Session { user: Some(signed_in.account.home_account_id.to_string()), ..Session::default() };
//!     Ok(signed_in.account.username)
//! }
//!
//! /// GET /mail: calls an API for the user. `None`: redirect the browser to /login.
//! async fn mail(client: &ConfidentialClient, session: &Session) -> Result<Option<String>, AcquireError> {
//!     let Some(user) = &session.user else { return Ok(None) };
//!     let request = SilentRequest { scopes: ScopeSet::parse("User.Read"), ..SilentRequest::default() };
//!     match client.acquire_token_silent(&HomeAccountId::new(user.as_str()), &request).await {
//!         Ok(token) => Ok(Some(format!("Authorization: Bearer {}", token.access_token.expose()))),
//!         // Only this failure is a reason to ask the user. An outage of the store or the provider is none.
//!         Err(error) if error.kind() == ErrorKind::InteractionRequired => Ok(None),
//!         Err(error) => Err(error),
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! # The cache of an MSAL program
//!
//! ```
//! use tokcache_core::cache::TokenCache;
//!
//! // MSAL calls these steps deserialize, has-state-changed and serialize.
//! let cache = TokenCache::deserialize(br#"{"AccessToken": {}, "some other member": [1, 2]}"#)?;
//! assert!(!cache.has_state_changed() && cache.access_tokens().is_empty());
//! assert!(cache.serialize().contains("some other member"), "unknown members are kept");
//! # Ok::<(), tokcache_core::cache::ParseError>(())
//! ```

//! # An encrypted shared store, and another key for it
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use pollster::FutureExt as _;
//! use tokcache_core::acquire::Retention;
//! use tokcache_core::store::{
//!     Change, EncryptedStore, EncryptionKeys, MemoryStore, Partition, Reencrypted, Store as _, Update,
//! };
//! use tokcache_core::time::{Clock as _, SystemClock};
//!
//! # let random = || tokcache_core::secret::fingerprint(format!("{:?}", std::time::Instant::now()).as_bytes()) + "01234567890=";
//! # let (old, new) = (random(), random());
//! // Yours is Redis or a database. The keys are secrets of your deployment, made by `openssl rand -base64 32`.
//! let redis = Arc::new(MemoryStore::new());
//! let store = EncryptedStore::new(redis.clone(), EncryptionKeys::from_lines(old.as_bytes())?);
//! let user = Partition::named("uid.utid");
//! let save = &mut |_: Option<&[u8]>| Change::Replace(b"{}".to_vec().into());
//! store.update(&user, Update::default(), save).block_on()?;
//!
//! // First, on all hosts: the new key decrypts, in the second line. Then, on all hosts: it encrypts, in the first line.
//! let store = EncryptedStore::new(redis.clone(), EncryptionKeys::from_lines(format!("{new}\n{old}").as_bytes())?);
//! assert_eq!(store.load(&user).block_on()?.unwrap().bytes.as_slice(), b"{}");
//!
//! // Every save encrypts with the new key. An operator's loop does the rest; after it, the old key can go.
//! let mut page = store.partitions("", None).block_on()?;
//! while let Some(last) = page.last().cloned() {
//!     for partition in &page {
//!         let retention = Retention { idle_time: Duration::from_secs(90 * 24 * 3600), now: SystemClock::new().now() };
//!         let keep_until = |document: &[u8]| retention.keep_until(document);
//!         assert_eq!(store.reencrypt(partition, keep_until).block_on()?, Reencrypted::Done);
//!     }
//!     page = store.partitions("", Some(&last)).block_on()?;
//! }
//! let store = EncryptedStore::new(redis, EncryptionKeys::from_lines(new.as_bytes())?);
//! assert_eq!(store.load(&user).block_on()?.unwrap().bytes.as_slice(), b"{}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod acquire;
pub mod cache;
pub mod future;
pub mod oauth;
pub mod secret;
pub mod store;
pub mod time;
pub mod types;
mod words;
