//! Checks a server's log and counters: their events, and the absence of secrets.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::acquire::{ConfidentialClient, ErrorKind, Registration, SilentRequest};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{
    Authority, ClientAuthentication, Endpoint, Endpoints, Http, Request, Response, TransportError,
};
use tokcache_core::secret::ClientSecret;
use tokcache_core::store::mutex::locked;
use tokcache_core::types::{ClientId, HomeAccountId, ScopeSet};
use tokcache_testing::{Fault, RemoteStore, SteppedClock};
use tokcache_tracing::{Counter, Counters, ObservedStore, TracingObserver};
use tracing_subscriber::fmt::MakeWriter;

/// Grants every request; answers 503 while it is down.
#[derive(Default)]
struct Provider {
    is_down: Mutex<bool>,
}

impl Http for Provider {
    fn send<'a>(&'a self, _request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        let (status, body) = if *locked(&self.is_down) {
            (503, "{}")
        } else {
            (200, r#"{"access_token":"canary-access","token_type":"Bearer","expires_in":3600}"#)
        };
        let body = body.as_bytes().to_vec().into();
        Box::pin(std::future::ready(Ok(Response { status, body, retry_after: None, date: None, location: None })))
    }
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        locked(&self.0).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Log;

    fn make_writer(&self) -> Log {
        self.clone()
    }
}

/// The only test of this program: `tracing` remembers for the whole process whether anybody listens to an event, and a
/// test without a subscriber can be the first to be asked.
#[test]
fn hits_exchanges_and_failures_are_counted_and_no_secret_is_logged() {
    let clock = Arc::new(SteppedClock::default());
    let (provider, counters, log) = (Arc::new(Provider::default()), Counters::default(), Log::default());
    let remote = RemoteStore::new(clock.clone(), Duration::from_millis(5));
    let token = Some(Endpoint::parse("https://idp.example.com/token").unwrap());
    let registration = Registration {
        endpoints: Endpoints { token, ..Endpoints::default() },
        ..Registration::new(Authority::parse("https://idp.example.com", None).unwrap(), ClientId::new("daemon"))
    };
    let credential = ClientAuthentication::SecretPost(ClientSecret::new("canary-secret"));
    let store = ObservedStore::new(remote.clone(), counters.clone());
    let mut client =
        ConfidentialClient::new(registration, Arc::new(credential), Arc::new(store), provider.clone(), clock.clone());
    client.observer = Arc::new(TracingObserver::new(counters.clone()));
    client.retry_within = Duration::from_secs(1);
    let request = SilentRequest { scopes: ScopeSet::parse("api.all"), ..SilentRequest::default() };

    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        client.acquire_token_for_client(&request).block_on().unwrap();
        client.acquire_token_for_client(&request).block_on().unwrap();
        let stranger = HomeAccountId::new("canary-user");
        let error = client.acquire_token_silent(&stranger, &request).block_on().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InteractionRequired);

        *locked(&provider.is_down) = true;
        clock.step(Duration::from_secs(4000));
        assert_eq!(client.acquire_token_for_client(&request).block_on().unwrap_err().kind(), ErrorKind::Unavailable);
        remote.inject(Fault::Outage);
        assert_eq!(client.acquire_token_for_client(&request).block_on().unwrap_err().kind(), ErrorKind::Store);
    });

    for (counter, number) in [
        (Counter::CacheHits, 1),
        (Counter::Exchanges, 1),
        (Counter::Refreshes, 0),
        (Counter::InteractionRequired, 1),
        (Counter::ProviderUnavailable, 1),
        (Counter::StoreFailures, 1),
        (Counter::StoreErrors, 1),
        (Counter::StoreSaves, 1),
        (Counter::StoreConflicts, 0),
    ] {
        assert_eq!(counters.get(counter), number, "{counter:?}\n{counters}");
    }
    let log = String::from_utf8(locked(&log.0).clone()).unwrap();
    for line in [
        "cache hit",
        "new access token source=ClientCredentials",
        "sign-in required",
        "the store failed operation=\"load\"",
    ] {
        assert!(log.contains(line), "{line} is missing in:\n{log}");
    }
    assert!(!log.contains("canary"), "{log}");
}
