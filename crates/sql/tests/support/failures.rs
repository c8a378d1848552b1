//! The ways in which other systems lose a sign-in (docs/decisions/0042), tested through the client on a database.
//! Outages are in their own file.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, ClientApplication, Source};
use tokcache_core::future::BoxFuture;
use tokcache_core::store::{
    Change, Description, LeaseRequest, Loaded, Partition, Replaced, Replacement, Store, StoreError, Update,
};
use tokcache_core::time::SystemClock;
use tokcache_testing::TokioClock;
use tokcache_testing::provider::{ISSUER, RotatingProvider, expired_sign_in};

use super::{CREDENTIAL, alice, attempt, cache, client, open, put, refresh_tokens, request, sign_in, sleep};

fn run<Output>(work: impl Future<Output = Output>) -> Output {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

/// The provider takes four times as long as the lease lasts, and another process waits for the lease.
pub(crate) fn a_lease_is_renewed_while_the_provider_is_slow(url: &str) {
    let (store, other, clock) = (open(url), open(url), TokioClock::new());
    sign_in(store.as_ref());
    let provider = RotatingProvider::new(&clock, Duration::from_secs(2));
    let short =
        |store| ClientApplication { lease_time: Duration::from_millis(500), ..client(store, &provider, &clock) };
    let (first, second) = (short(store.as_ref()), short(other.as_ref()));
    let (wanted, later) = (request(), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        second.acquire_token_silent(&request()).await
    });
    let (one, two) = run(async { tokio::join!(first.acquire_token_silent(&wanted), later) });
    assert_eq!((one.unwrap().access_token.expose(), two.unwrap().access_token.expose()), ("AT-1", "AT-1"));
    assert_eq!(provider.rotation.requests(), 1);
}

/// A process is suspended for longer than its lease, and another process acquires the lease.
pub(crate) fn a_save_under_a_lease_that_ended_is_refused(url: &str) {
    let (store, other) = (open(url), open(url));
    put(store.as_ref(), &alice(), b"old");
    let earlier = attempt(store.as_ref(), "a", Duration::from_millis(200)).unwrap();
    assert!(attempt(other.as_ref(), "a", Duration::from_secs(60)).is_none());
    sleep(Duration::from_millis(300));
    let later = attempt(other.as_ref(), "a", Duration::from_secs(60)).unwrap();
    let fence = earlier.fence().unwrap();
    assert!(later.fence().unwrap().number > fence.number);

    let partition = alice();
    let expected = store.load(&partition).block_on().unwrap().map(|loaded| loaded.revision);
    let replacement = Replacement { expected, bytes: b"new", keep_until: None, fence: Some(&fence) };
    let saved = store.replace(&partition, replacement).block_on();
    assert!(matches!(saved, Err(StoreError::LeaseLost { .. })), "{saved:?}");
    let renewed = earlier.renew().block_on();
    assert!(matches!(renewed, Err(StoreError::LeaseLost { .. })), "{renewed:?}");
    earlier.note(Some(b"too late")).block_on();
    earlier.release().block_on();
    assert!(attempt(store.as_ref(), "a", Duration::from_secs(60)).is_none(), "the later lease is held still");
    assert_eq!(store.note(&partition, "a").block_on(), None);
    assert_eq!(store.load(&partition).block_on().unwrap().unwrap().bytes.as_slice(), b"old");
    drop(later);
    eventually("a lease that is dropped is free", || attempt(store.as_ref(), "a", Duration::ZERO).is_some());
}

/// The next holder has acquired the lease, but not saved anything yet: the answer of the provider must not be lost.
pub(crate) fn an_answer_that_comes_after_the_lease_is_saved(url: &str) {
    let (store, other, clock) = (open(url), open(url), SystemClock::new());
    sign_in(store.as_ref());
    let steal = || {
        sleep(Duration::from_millis(300));
        std::mem::forget(attempt(other.as_ref(), CREDENTIAL, Duration::from_secs(60)).unwrap());
    };
    let provider = RotatingProvider::new(&clock, Duration::ZERO).meanwhile(steal);
    let short =
        ClientApplication { lease_time: Duration::from_millis(100), ..client(store.as_ref(), &provider, &clock) };
    let token = short.acquire_token_silent(&request()).block_on().unwrap();
    assert_eq!((token.access_token.expose(), refresh_tokens(store.as_ref())), ("AT-1", vec!["RT-1".to_owned()]));
    assert!(provider.rotation.is_signed_in());
}

/// Another process refreshes after this one has read the expired token, and before this one gets the lease.
pub(crate) fn the_document_is_read_again_under_the_lease(url: &str) {
    let (store, other, clock) = (open(url), open(url), SystemClock::new());
    sign_in(store.as_ref());
    let provider = RotatingProvider::new(&clock, Duration::ZERO);
    let refresh = || {
        let token = client(other.as_ref(), &provider, &clock).acquire_token_silent(&request()).block_on().unwrap();
        assert_eq!(token.source, Source::Refresh);
    };
    let overtaken = BeforeTheLease { store, meanwhile: refresh };
    let token = client(&overtaken, &provider, &clock).acquire_token_silent(&request()).block_on().unwrap();
    assert_eq!((token.access_token.expose(), token.source), ("AT-1", Source::Cache));
    assert_eq!(provider.rotation.requests(), 1);
}

/// A program without leases redeems the refresh token first, and saves its answer while the request of this process is
/// refused.
pub(crate) fn a_refused_refresh_token_deletes_nothing(url: &str) {
    let (store, other, clock) = (open(url), open(url), SystemClock::new());
    sign_in(store.as_ref());
    let winner = String::from_utf8(expired_sign_in(ISSUER)).unwrap().replace("RT-0", "RT-W").replace("AT-0", "AT-W");
    let winner = winner.replace("1699993600", "4102444800");
    let provider = RotatingProvider::new(&clock, Duration::ZERO);
    provider.rotation.revoke();
    let provider = provider.meanwhile(|| put(other.as_ref(), &alice(), winner.as_bytes()));
    let token = client(store.as_ref(), &provider, &clock).acquire_token_silent(&request()).block_on().unwrap();
    assert_eq!((token.access_token.expose(), token.source), ("AT-W", Source::Cache));
    assert_eq!(refresh_tokens(store.as_ref()), ["RT-W"]);

    // Without a newer refresh token, the user has to sign in. The account stays.
    sign_in(store.as_ref());
    let refusing = RotatingProvider::new(&clock, Duration::ZERO);
    refusing.rotation.revoke();
    let refused = client(store.as_ref(), &refusing, &clock).acquire_token_silent(&request()).block_on().unwrap_err();
    assert!(matches!(refused, AcquireError::InteractionRequired(_)), "{refused:?}");
    let kept = cache(store.as_ref());
    assert_eq!((kept.accounts(None).len(), refresh_tokens(store.as_ref()).len()), (1, 1));
}

/// Another process holds the lease for longer than this one waits.
pub(crate) fn nobody_refreshes_without_the_lease(url: &str) {
    let (store, other, clock) = (open(url), open(url), SystemClock::new());
    sign_in(store.as_ref());
    let held = attempt(other.as_ref(), CREDENTIAL, Duration::from_secs(60)).unwrap();
    let provider = RotatingProvider::new(&clock, Duration::ZERO);
    let patience = Duration::from_millis(500);
    let hasty = ClientApplication { lock_timeout: patience, ..client(store.as_ref(), &provider, &clock) };
    let start = Instant::now();
    let error = hasty.acquire_token_silent(&request()).block_on().unwrap_err();
    assert!(matches!(error, AcquireError::Store(StoreError::Busy { .. })) && error.is_retryable(), "{error:?}");
    assert!(start.elapsed() < patience * 4, "{:?}", start.elapsed());
    assert_eq!(provider.rotation.requests(), 0);
    held.release().block_on();
    let token = hasty.acquire_token_silent(&request()).block_on().unwrap();
    assert_eq!(token.access_token.expose(), "AT-1");
}

/// The longest possible time is limited to one that the database can store.
pub(crate) fn a_lease_can_be_longer_than_a_database_can_count(url: &str) {
    let store = open(url);
    let lease = attempt(store.as_ref(), "a", Duration::MAX).unwrap();
    lease.renew().block_on().unwrap();
    assert!(attempt(store.as_ref(), "a", Duration::MAX).is_none());
}

/// A thousand tasks of one process find the same token expired.
pub(crate) fn a_thousand_tasks_make_one_request(url: &str) {
    let (store, clock) = (open(url), TokioClock::new());
    sign_in(store.as_ref());
    let provider = RotatingProvider::new(&clock, Duration::from_millis(300));
    let wanted = request();
    let tokens =
        run(futures_util::future::join_all((0..1000).map(|_| async {
            client(store.as_ref(), &provider, &clock).acquire_token_silent(&wanted).await.unwrap()
        })));
    assert!(tokens.iter().all(|token| token.access_token.expose() == "AT-1"));
    assert_eq!(provider.rotation.requests(), 1);
}

/// Concurrent saves, each under its own lease, lose nothing.
pub(crate) fn threads_that_save_at_once_lose_nothing(url: &str) {
    const THREADS: usize = 4;
    const TURNS: usize = 25;
    open(url).load(&alice()).block_on().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                let store = open(url);
                for turn in 0..TURNS {
                    let lease = attempt(store.as_ref(), &format!("{thread}-{turn}"), Duration::from_secs(60)).unwrap();
                    let add =
                        &mut |bytes: Option<&[u8]>| Change::Replace([bytes.unwrap_or_default(), b"x"].concat().into());
                    let update = Update { fence: lease.fence(), ..Update::default() };
                    store.update(&alice(), update, add).block_on().unwrap();
                    lease.release().block_on();
                }
            });
        }
    });
    assert_eq!(open(url).load(&alice()).block_on().unwrap().unwrap().bytes.len(), THREADS * TURNS);
}

pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    tokcache_testing::servers::wait_until(what, &mut is_so);
}

/// A store that runs a function just before it acquires the lease.
struct BeforeTheLease<Meanwhile> {
    store: Arc<dyn Store>,
    meanwhile: Meanwhile,
}

impl<Meanwhile: Fn() + Send + Sync> Store for BeforeTheLease<Meanwhile> {
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
        assert_eq!(credential, CREDENTIAL);
        (self.meanwhile)();
        self.store.lease(partition, credential, time_to_live)
    }

    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        self.store.partitions(prefix, after)
    }

    fn describe(&self) -> Description {
        Description { path: Some(PathBuf::new()), ..self.store.describe() }
    }
}

/// Makes a test of each of these, on a new database. `$start` returns the guard of the database and its URL.
macro_rules! failures {
    ($start:expr) => {
        failures! { $start;
            a_lease_is_renewed_while_the_provider_is_slow,
            a_save_under_a_lease_that_ended_is_refused,
            an_answer_that_comes_after_the_lease_is_saved,
            the_document_is_read_again_under_the_lease,
            a_refused_refresh_token_deletes_nothing,
            nobody_refreshes_without_the_lease,
            a_lease_can_be_longer_than_a_database_can_count,
            a_thousand_tasks_make_one_request,
            threads_that_save_at_once_lose_nothing,
        }
    };
    ($start:expr; $($name:ident,)*) => {
        $(#[test]
        fn $name() {
            let (_database, url) = $start;
            crate::support::failures::$name(&url);
        })*
    };
}
pub(crate) use failures;
