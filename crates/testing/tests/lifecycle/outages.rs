//! Tests a server that is down or overloaded: processes that waited for another one's failed request do not send their
//! own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pollster::FutureExt as _;
use serde_json::json;
use tokcache_core::acquire::{AcquireError, AuthenticationResult, ClientApplication, NoCredential, Source};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Http, Request, Response, Stage, TransportError};
use tokcache_core::store::{MemoryStore, Partition};
use tokcache_core::time::{Clock, SystemClock};
use zeroize::Zeroizing;

use crate::world::{Life, refresh_with, request, served, tokens};

const CROWD: usize = 100;

/// A server that delays its answers until all threads have begun to wait.
struct Overloaded {
    asked: AtomicUsize,
    began: AtomicUsize,
    answer: fn() -> Result<Response, TransportError>,
    clock: Arc<SystemClock>,
}

impl Overloaded {
    fn exchange(&self, _request: &Request) -> Result<Response, TransportError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        while self.began.load(Ordering::SeqCst) < CROWD {
            self.clock.sleep(Duration::from_millis(1));
        }
        // All threads that have begun are waiting by then.
        self.clock.sleep(Duration::from_millis(500));
        (self.answer)()
    }
}

impl Http for Overloaded {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move { self.exchange(request) })
    }
}

/// Returns the errors of many threads with an expired access token, and the number of requests.
fn crowd(answer: fn() -> Result<Response, TransportError>) -> (Vec<AcquireError>, usize) {
    let life = Life::new();
    life.sign_in(tokens(1));
    let clock = Arc::new(SystemClock::new());
    let store = MemoryStore::new();
    let text = life.stored();
    let put = &mut |_: Option<&[u8]>| tokcache_core::store::Change::Replace(text.clone().into_bytes().into());
    tokcache_file::LocalStore::update(&store, put).unwrap();
    let (asked, began) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let server = Overloaded { asked, began, answer, clock: clock.clone() };
    let errors = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..CROWD {
            scope.spawn(|| {
                let client = ClientApplication {
                    store: &store,
                    partition: Partition::whole(),
                    credential: &NoCredential,
                    http: &server,
                    clock: clock.as_ref(),
                    observer: &tokcache_core::acquire::NoopObserver,
                    ..life.client()
                };
                server.began.fetch_add(1, Ordering::SeqCst);
                let error = client.acquire_token_silent(&request()).block_on().unwrap_err();
                errors.lock().unwrap().push(error);
            });
        }
    });
    (errors.into_inner().unwrap(), server.asked.load(Ordering::SeqCst))
}

#[test]
fn a_crowd_asks_a_server_once_that_names_a_time_and_all_tell_it() {
    let (errors, asked) = crowd(|| {
        let body = Zeroizing::new(b"{}".to_vec());
        Ok(Response { status: 429, body, retry_after: Some(3600), date: None, location: None })
    });
    assert_eq!(asked, 1);
    for error in errors {
        let AcquireError::Unavailable { retry_after: Some(left), .. } = error else { panic!("{error:?}") };
        assert!((3500..=3600).contains(&left), "{left}");
        assert!(error.to_string().ends_with(&format!("; the server wants to be asked again in {left} s")), "{error}");
    }
}

#[test]
fn a_crowd_asks_a_server_a_handful_of_times_that_does_not_answer() {
    let (errors, asked) = crowd(|| {
        let message = "idp.example.com did not answer within 30 s".to_owned();
        Err(TransportError { stage: Stage::Unknown, message })
    });
    // A thread that starts only after the first request has failed is right to send its own.
    assert!(asked <= 5, "{asked} requests");
    for error in errors {
        assert!(matches!(error, AcquireError::Unavailable { .. }), "{error:?}");
        assert!(error.to_string().contains("did not answer within 30 s"), "{error}");
    }
}

/// Returns a sign-in with an expired access token.
fn expired() -> Life {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(Duration::from_secs(3600));
    life.told();
    life
}

fn is_unavailable(outcome: Result<AuthenticationResult, AcquireError>) -> Option<u64> {
    let Err(AcquireError::Unavailable { retry_after, .. }) = outcome else { panic!("{outcome:?}") };
    retry_after
}

#[test]
fn who_comes_later_leaves_the_server_alone_for_as_long_as_it_asked() {
    let life = expired();
    life.server.expects([refresh_with("RT-1").and_answer(503, &json!({})).retry_after(50)]);
    assert_eq!(is_unavailable(life.token()), Some(50));
    life.clock.step(Duration::from_secs(5));
    assert_eq!(is_unavailable(life.token()), Some(45), "not asked");
    life.clock.step(Duration::from_secs(35));
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Refresh), "after the ten seconds that were left");
    assert_eq!(life.told(), [""; 0]);
}

#[test]
fn a_time_without_end_is_not_heeded_for_longer_than_a_minute() {
    let life = expired();
    life.server.expects([refresh_with("RT-1").and_answer(429, &json!({})).retry_after(86_400)]);
    assert_eq!(is_unavailable(life.token()), Some(86_400));
    life.clock.step(Duration::from_secs(60));
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    assert_eq!(served(life.token()).0, "AT-2");
}

#[test]
fn who_tries_again_by_hand_or_insists_gets_a_real_try() {
    let life = expired();
    life.server.expects([refresh_with("RT-1").and_answer(500, &json!({}))]);
    assert_eq!(is_unavailable(life.token()), None);
    life.server.expects([refresh_with("RT-1").and_answer(500, &json!({}))]);
    assert_eq!(is_unavailable(life.token()), None, "a second later");

    life.server.expects([refresh_with("RT-1").and_answer(429, &json!({})).retry_after(3600)]);
    assert_eq!(is_unavailable(life.token()), Some(3600));
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    let insisting = tokcache_core::acquire::SilentRequest { force_refresh: true, ..request() };
    assert_eq!(served(life.token_for(insisting)).0, "AT-2");
}

#[test]
fn a_token_that_is_valid_still_is_served_while_the_server_is_left_alone() {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(Duration::from_secs(2000));
    life.server.expects([refresh_with("RT-1").and_answer(429, &json!({})).retry_after(600)]);
    assert_eq!(served(life.token()).0, "AT-1");
    assert_eq!(served(life.token()).0, "AT-1", "and the server was not asked");
}

#[test]
fn an_outage_that_is_over_is_forgotten() {
    let life = expired();
    life.server.expects([refresh_with("RT-1").and_answer(429, &json!({})).retry_after(40)]);
    is_unavailable(life.token());
    life.clock.step(Duration::from_secs(41));
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    life.token().unwrap();
    life.clock.step(Duration::from_secs(3600));
    life.server.expects([refresh_with("RT-2").and_answer(200, &tokens(3))]);
    assert_eq!(served(life.token()).0, "AT-3");
}
