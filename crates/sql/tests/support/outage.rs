//! Checks that an outage of a database is not treated as a missing sign-in, and that all calls end in time.

use std::time::{Duration, Instant};

use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, ClientApplication};
use tokcache_core::store::{Replacement, Store, StoreError};
use tokcache_core::time::SystemClock;
use tokcache_sql::DatabaseErrorKind;
use tokcache_testing::provider::RotatingProvider;

use super::{alice, client, kind, refresh_tokens, request, sign_in};

/// Begins and ends an outage, and asks for alice's token before, during and after it. During the outage, each call of
/// the store fails within `bound` with one of `kinds`, and no request reaches the provider.
pub(crate) fn is_no_miss(
    store: &dyn Store,
    kinds: &[DatabaseErrorKind],
    bound: Duration,
    begin: impl FnOnce(),
    end: impl FnOnce(),
) {
    let clock = SystemClock::new();
    sign_in(store);
    let provider = RotatingProvider::new(&clock, Duration::ZERO);
    let impatient = ClientApplication { retry_within: Duration::ZERO, ..client(store, &provider, &clock) };
    begin();

    let partition = alice();
    let replacement = || Replacement { expected: None, bytes: b"{}", keep_until: None, fence: None };
    let calls: [(&str, &dyn Fn() -> StoreError); 5] = [
        ("load", &|| store.load(&partition).block_on().map(drop).unwrap_err()),
        ("replace", &|| store.replace(&partition, replacement()).block_on().unwrap_err()),
        ("remove", &|| store.remove(&partition).block_on().unwrap_err()),
        ("list", &|| store.partitions("", None).block_on().unwrap_err()),
        ("lease", &|| {
            let mut request = store.lease(&partition, "a", Duration::from_secs(1)).unwrap();
            request.attempt().block_on().map(drop).unwrap_err()
        }),
    ];
    for (name, call) in calls {
        let start = Instant::now();
        let error = call();
        assert!(start.elapsed() < bound, "{name}: {:?}", start.elapsed());
        let (kind, is_retryable) = kind(&error);
        assert!(kinds.contains(&kind) && is_retryable, "{name}: {error:?}");
        assert!(error.to_string().starts_with(&store.describe().url), "{name}: {error}");
    }
    let start = Instant::now();
    let error = impatient.acquire_token_silent(&request()).block_on().unwrap_err();
    assert!(start.elapsed() < bound * 2, "{:?}", start.elapsed());
    assert!(matches!(error, AcquireError::Store(StoreError::Backend { .. })) && error.is_retryable(), "{error:?}");
    assert_eq!(provider.rotation.requests(), 0);

    end();
    let token = client(store, &provider, &clock).acquire_token_silent(&request()).block_on().unwrap();
    assert_eq!((token.access_token.expose(), provider.rotation.requests()), ("AT-1", 1));
    assert_eq!(refresh_tokens(store), ["RT-1"]);
}
