//! Whatever happens, and whoever works at the same time: a refresh token is sent only under the lease that is for it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use serde_json::{Value, json};
use tokcache_core::acquire::{ClientApplication, Registration, SignOutRequest, SilentRequest};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{
    Authority, Endpoint, Endpoints, FieldValue, Http, Request, Response, Stage, TransportError,
};
use tokcache_core::store::mutex::locked;
use tokcache_core::store::{
    Change, Description, Fence, Lease, LeaseAttempt, LeaseRequest, Loaded, Partition, Replaced, Replacement, Store,
    StoreError, Update,
};
use tokcache_core::time::{Clock, Timestamp};
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_testing::{Fault, RemoteStore};

const ISSUER: &str = "https://idp.example.com";
/// The users, and the clients. Bob's refresh token belongs to the family of both clients.
const USERS: [&str; 2] = ["alice", "bob"];
const CLIENTS: [&str; 2] = ["app", "other-app"];

/// A step of one process.
#[derive(Clone, Debug)]
enum Step {
    Token { user: usize, force_refresh: bool },
    SignOut { user: usize },
    Wait { seconds: u64 },
    Fail(Fault),
    Mend,
}

/// How the provider answers a request, and after how long.
#[derive(Clone, Debug)]
struct Answer {
    kind: Kind,
    seconds: u64,
}

#[derive(Clone, Debug)]
enum Kind {
    Tokens,
    /// A provider that does not rotate refresh tokens.
    SameRefreshToken,
    /// The server has redeemed the refresh token, but its answer is lost.
    Lost,
    NotSent,
    Page,
    Unavailable {
        retry_after: Option<u64>,
    },
    Busy {
        retry_after: Option<u64>,
    },
}

#[derive(Clone, Debug)]
struct Plan {
    processes: Vec<(usize, Vec<Step>)>,
    answers: Vec<Answer>,
    latency: Duration,
    lease_time: Duration,
    lock_timeout: Duration,
    retry_within: Duration,
}

fn plan() -> impl Strategy<Value = Plan> {
    let user = || 0..USERS.len();
    let fault = prop::sample::select(vec![Fault::Conflict, Fault::LostAnswer, Fault::Outage, Fault::Down]);
    let step = prop_oneof![
        8 => (user(), any::<bool>()).prop_map(|(user, force_refresh)| Step::Token { user, force_refresh }),
        1 => user().prop_map(|user| Step::SignOut { user }),
        4 => (0..4000_u64).prop_map(|seconds| Step::Wait { seconds }),
        1 => fault.prop_map(Step::Fail),
        1 => Just(Step::Mend),
    ];
    let process = (0..CLIENTS.len(), prop::collection::vec(step, 1..6));
    let retry_after = || prop::option::of(0..100_u64);
    let kind = prop_oneof![
        6 => Just(Kind::Tokens),
        2 => Just(Kind::SameRefreshToken),
        1 => Just(Kind::Lost),
        1 => Just(Kind::NotSent),
        1 => Just(Kind::Page),
        1 => retry_after().prop_map(|retry_after| Kind::Unavailable { retry_after }),
        1 => retry_after().prop_map(|retry_after| Kind::Busy { retry_after }),
    ];
    let answer =
        (kind, prop_oneof![3 => 0..2_u64, 1 => 0..300_u64]).prop_map(|(kind, seconds)| Answer { kind, seconds });
    let seconds = |longest: u64| (0..longest).prop_map(Duration::from_secs);
    let processes = prop::collection::vec(process, 2..5);
    let answers = prop::collection::vec(answer, 1..12);
    let milliseconds = (1..2000_u64).prop_map(Duration::from_millis);
    let lease_time = (10..120_u64).prop_map(Duration::from_secs);
    (processes, answers, milliseconds, lease_time, seconds(200), seconds(200)).prop_map(
        |(processes, answers, latency, lease_time, lock_timeout, retry_within)| Plan {
            processes,
            answers,
            latency,
            lease_time,
            lock_timeout,
            retry_within,
        },
    )
}

/// The leases that each process believes to hold, and the refresh tokens that are on their way.
#[derive(Default)]
struct Ledger {
    held: BTreeMap<usize, Vec<Fence>>,
    sent: Vec<(String, Fence)>,
    violations: Vec<String>,
}

/// One process's connection to the store: notes what leases the process holds.
struct Watched {
    store: RemoteStore,
    ledger: Arc<Mutex<Ledger>>,
    process: usize,
}

impl Store for Watched {
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
        self.store.load(partition)
    }

    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>> {
        self.store.replace(partition, replacement)
    }

    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>> {
        self.store.remove(partition)
    }

    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
        let request = self.store.lease(partition, credential, time_to_live)?;
        Ok(Box::new(WatchedRequest { request, ledger: Arc::clone(&self.ledger), process: self.process }))
    }

    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        self.store.partitions(prefix, after)
    }

    fn describe(&self) -> Description {
        self.store.describe()
    }

    fn note<'a>(&'a self, partition: &'a Partition, credential: &'a str) -> BoxFuture<'a, Option<Vec<u8>>> {
        self.store.note(partition, credential)
    }
}

struct WatchedRequest<'a> {
    request: Box<dyn LeaseRequest + 'a>,
    ledger: Arc<Mutex<Ledger>>,
    process: usize,
}

impl LeaseRequest for WatchedRequest<'_> {
    fn attempt(&mut self) -> BoxFuture<'_, Result<LeaseAttempt, StoreError>> {
        Box::pin(async move {
            let LeaseAttempt::Held(lease) = self.request.attempt().await? else {
                return Ok(LeaseAttempt::Taken(tokcache_core::store::Holder::default()));
            };
            locked(&self.ledger).held.entry(self.process).or_default().push(lease.fence().unwrap());
            Ok(LeaseAttempt::Held(Box::new(WatchedLease {
                lease: Some(lease),
                ledger: Arc::clone(&self.ledger),
                process: self.process,
            })))
        })
    }

    fn name(&self) -> std::path::PathBuf {
        self.request.name()
    }
}

struct WatchedLease {
    lease: Option<Box<dyn Lease>>,
    ledger: Arc<Mutex<Ledger>>,
    process: usize,
}

impl WatchedLease {
    fn lease(&self) -> &dyn Lease {
        self.lease.as_deref().unwrap()
    }
}

impl Lease for WatchedLease {
    fn fence(&self) -> Option<Fence> {
        self.lease().fence()
    }

    fn is_renewed(&self) -> bool {
        self.lease().is_renewed()
    }

    fn renew(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.lease().renew()
    }

    fn release(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        self.forget();
        self.lease.take().unwrap().release()
    }

    fn note<'a>(&'a self, note: Option<&'a [u8]>) -> BoxFuture<'a, ()> {
        self.lease().note(note)
    }
}

impl WatchedLease {
    fn forget(&self) {
        let number = self.lease().fence().unwrap().number;
        let mut ledger = locked(&self.ledger);
        ledger.held.get_mut(&self.process).unwrap().retain(|fence| fence.number != number);
    }
}

impl Drop for WatchedLease {
    fn drop(&mut self) {
        if self.lease.is_some() {
            self.forget();
        }
    }
}

/// A provider that checks, whenever it gets a refresh token, who holds the lease.
struct Provider {
    store: RemoteStore,
    ledger: Arc<Mutex<Ledger>>,
    clock: Arc<VirtualClock>,
    answers: Vec<Answer>,
    requests: AtomicUsize,
}

/// One process's connection to the provider.
struct Connection<'a> {
    provider: &'a Provider,
    process: usize,
}

impl Provider {
    async fn answer(&self, process: usize, request: &Request) -> Result<Response, TransportError> {
        let field = |name| request.form().and_then(|form| form.get(name)).map(FieldValue::expose);
        let Some(secret) = field("refresh_token") else { return Ok(response(200, None, &json!({}))) };
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let user = USERS.into_iter().find(|user| secret.starts_with(user)).unwrap();
        let fence = self.check(process, user, secret);
        let Answer { kind, seconds } = self.answers[number % self.answers.len()].clone();
        self.clock.delay(Duration::from_secs(seconds)).await;
        locked(&self.ledger).sent.retain(|(_, sent)| Some(sent) != fence.as_ref());
        let tokens = |refresh_token: Value| {
            json!({"access_token": format!("AT-{number}"), "token_type": "Bearer", "expires_in": 3600,
                   "refresh_token": refresh_token, "scope": "api.read"})
        };
        let failed = |stage| Err(TransportError { stage, message: "no answer".to_owned() });
        match kind {
            Kind::Tokens => Ok(response(200, None, &tokens(json!(format!("{user}-{number}"))))),
            Kind::SameRefreshToken => Ok(response(200, None, &tokens(Value::Null))),
            Kind::Lost => failed(Stage::Unknown),
            Kind::NotSent => failed(Stage::NotSent),
            Kind::Page => Ok(response(200, None, &json!("a web page"))),
            Kind::Unavailable { retry_after } => Ok(response(503, retry_after, &json!({}))),
            Kind::Busy { retry_after } => Ok(response(429, retry_after, &json!({}))),
        }
    }

    /// Checks that the process holds a lease for this user, by the store's own account, and that no other holder is
    /// sending the same refresh token. Returns the lease.
    fn check(&self, process: usize, user: &str, secret: &str) -> Option<Fence> {
        let mut ledger = locked(&self.ledger);
        let is_held = |fence: &Fence| self.store.is_held(&partition(), fence);
        let of_user = |fence: &&Fence| fence.credential.contains(&format!("\naccount {user}\n"));
        let own = ledger.held.get(&process).into_iter().flatten().filter(of_user).find(|fence| is_held(fence));
        let Some(own) = own.cloned() else {
            ledger.violations.push(format!("{secret} is sent without a lease"));
            return None;
        };
        if ledger.sent.iter().any(|(sent, fence)| sent == secret && is_held(fence)) {
            ledger.violations.push(format!("{secret} is sent under two leases"));
        }
        ledger.sent.push((secret.to_owned(), own.clone()));
        Some(own)
    }
}

impl Http for Connection<'_> {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(self.provider.answer(self.process, request))
    }
}

fn response(status: u16, retry_after: Option<u64>, body: &Value) -> Response {
    Response { status, body: body.to_string().into_bytes().into(), retry_after, date: None, location: None }
}

/// The paused clock of the runtime.
struct VirtualClock(tokio::time::Instant);

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp(1_700_000_000).plus(self.elapsed())
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, _wait: Duration) {
        panic!("a worker is blocked");
    }

    fn delay(&self, wait: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(wait))
    }
}

fn partition() -> Partition {
    Partition::named("household")
}

/// Both users are signed in, and their access tokens have expired.
fn document() -> Vec<u8> {
    let mut document = json!({"AccessToken": {}, "RefreshToken": {}, "Account": {}, "AppMetadata": {}});
    for user in USERS {
        document["Account"][user] = json!({"home_account_id": user, "environment": "idp.example.com", "realm": "",
            "local_account_id": user, "username": user, "authority_type": "OIDC", "authority": ISSUER});
    }
    for (position, client_id) in CLIENTS.into_iter().enumerate() {
        document["RefreshToken"][format!("alice {client_id}")] = json!({"credential_type": "RefreshToken",
            "secret": format!("alice-of-{client_id}"), "home_account_id": "alice", "environment": "idp.example.com",
            "client_id": client_id, "target": "api.read", "last_modification_time": "1699990000", "authority": ISSUER});
        document["AppMetadata"][client_id] =
            json!({"client_id": client_id, "environment": "idp.example.com", "family_id": "1"});
        if position == 0 {
            document["RefreshToken"]["bob"] = json!({"credential_type": "RefreshToken", "secret": "bob",
                "home_account_id": "bob", "environment": "idp.example.com", "client_id": client_id, "family_id": "1",
                "target": "api.read", "last_modification_time": "1699990000", "authority": ISSUER});
        }
    }
    serde_json::to_vec_pretty(&document).unwrap()
}

/// Returns the number of refresh requests, and those that should not have been sent.
async fn live(plan: &Plan) -> (usize, Vec<String>) {
    let clock = Arc::new(VirtualClock(tokio::time::Instant::now()));
    let store = RemoteStore::new(clock.clone(), plan.latency);
    let put = &mut |_: Option<&[u8]>| Change::Replace(document().into());
    store.update(&partition(), Update::default(), put).await.unwrap();
    let ledger = Arc::<Mutex<Ledger>>::default();
    let answers = plan.answers.clone();
    let provider: Provider = Provider {
        store: store.clone(),
        ledger: Arc::clone(&ledger),
        clock: Arc::clone(&clock),
        answers,
        requests: AtomicUsize::new(0),
    };
    let mut processes = Vec::new();
    for (process, (client, steps)) in plan.processes.iter().enumerate() {
        let watched = Watched { store: store.clone(), ledger: Arc::clone(&ledger), process };
        processes.push(run(watched, &provider, clock.as_ref(), plan, CLIENTS[*client], steps));
    }
    join_all(processes).await;
    let violations = std::mem::take(&mut locked(&ledger).violations);
    (provider.requests.into_inner(), violations)
}

async fn run(store: Watched, provider: &Provider, clock: &VirtualClock, plan: &Plan, client_id: &str, steps: &[Step]) {
    let connection = Connection { provider, process: store.process };
    let token = Some(Endpoint::parse(&format!("{ISSUER}/token")).unwrap());
    let registration = Registration {
        endpoints: Endpoints { token, ..Endpoints::default() },
        ..Registration::new(Authority::parse(ISSUER, None).unwrap(), ClientId::new(client_id))
    };
    let client = ClientApplication {
        partition: partition(),
        lease_time: plan.lease_time,
        lock_timeout: plan.lock_timeout,
        retry_within: plan.retry_within,
        ..ClientApplication::new(registration, &store, &connection, clock)
    };
    for step in steps {
        match step {
            Step::Token { user, force_refresh } => {
                let request = SilentRequest {
                    scopes: ScopeSet::parse("api.read"),
                    account: Some(USERS[*user].to_owned()),
                    force_refresh: *force_refresh,
                    ..SilentRequest::default()
                };
                drop(client.acquire_token_silent(&request).await);
            }
            Step::SignOut { user } => {
                let request = SignOutRequest { account: Some(USERS[*user].to_owned()), revoke: true };
                drop(client.sign_out(&request).await);
            }
            Step::Wait { seconds } => clock.delay(Duration::from_secs(*seconds)).await,
            Step::Fail(fault) => store.store.inject(*fault),
            Step::Mend => store.store.mend(),
        }
    }
}

/// Runs the futures side by side, in this thread.
async fn join_all<F: Future<Output = ()>>(futures: Vec<F>) {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    std::future::poll_fn(move |context| {
        futures.retain_mut(|future| future.as_mut().poll(context).is_pending());
        if futures.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

#[test]
fn no_refresh_token_is_sent_without_the_lease_for_it() {
    let mut runner = TestRunner::new(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::with_cases(128)
    });
    let requests = AtomicUsize::new(0);
    runner
        .run(&plan(), |plan| {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
            let (sent, violations) = runtime.block_on(live(&plan));
            requests.fetch_add(sent, Ordering::Relaxed);
            prop_assert!(violations.is_empty(), "{violations:?}");
            Ok(())
        })
        .unwrap();
    assert!(requests.into_inner() > 128, "hardly anything was sent");
}
