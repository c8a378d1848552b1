//! Thirty processes on three hosts that need the same token at the same moment: the store is cut off from them, a host is
//! cut off, and a host is frozen. A host is a network namespace.
//!
//! The provider ends the sign-in if it sees a refresh token again that it has rotated.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod backend;
mod member;
mod world;

use std::time::Duration;

use tokcache_core::acquire::SilentRequest;
use tokcache_core::store::Partition;
use tokcache_core::types::ScopeSet;
use tokcache_testing::servers::{Host, Network};

use backend::Backend;
use member::Answer;
use world::{World, pass};

/// The limit for an answer while something is cut off.
const BOUND: Duration = Duration::from_secs(30);

fn alice() -> Partition {
    Partition::named("alice")
}

fn request() -> SilentRequest {
    SilentRequest { scopes: ScopeSet::parse("api.read"), ..SilentRequest::default() }
}

/// Checks that each process got this token.
fn assert_served(answers: &[Answer], token: &str) {
    for answer in answers {
        assert_eq!(answer.token.as_deref(), Some(token), "{answer:?}");
    }
}

/// Checks that each process got the token, or was told in time to try again. Returns the number of failures.
fn assert_served_or_told(answers: &[Answer]) -> usize {
    let failures = answers.iter().filter(|answer| answer.token.is_none());
    for answer in failures.clone() {
        assert!(answer.is_retryable, "{answer:?}");
        assert!(answer.time < BOUND, "{answer:?}");
    }
    failures.count()
}

/// The answer of the provider comes while the store cannot be reached. The holder saves it later.
fn the_store_is_cut_off(network: &mut Network, backend: fn(&Host) -> Backend) {
    let mut world = World::start(network, backend, Duration::from_secs(2), Duration::from_secs(10));
    let holder = world.begin();
    world.wait_for_requests(1);
    world.store_host.cut_off();
    pass(5);
    world.store_host.reconnect();
    for host in 0..world.hosts.len() {
        let answers = world.answers_of(host);
        assert_served_or_told(&answers);
        assert_eq!(answers.iter().any(|answer| answer.is_new), host == holder, "{answers:?}");
    }
    world.assert_all_have(1);
}

/// A host is cut off whose processes wait for another one's refresh.
fn a_host_that_waits_is_cut_off(network: &mut Network, backend: fn(&Host) -> Backend) {
    let mut world = World::start(network, backend, Duration::from_secs(2), Duration::from_secs(10));
    let cut = (world.begin() + 1) % world.hosts.len();
    world.wait_for_requests(1);
    world.hosts[cut].cut_off();
    for host in world.hosts_without(cut) {
        assert_served(&world.answers_of(host), "AT-1");
    }
    let cut_off = world.answers_of(cut);
    assert_eq!(assert_served_or_told(&cut_off), cut_off.len(), "{cut_off:?}");
    world.hosts[cut].reconnect();
    world.assert_all_have(1);
}

/// The host of the holder is cut off after the request was sent, from the provider and the store, and for less time than
/// the lease lasts.
fn the_host_of_the_holder_is_cut_off(network: &mut Network, backend: fn(&Host) -> Backend) {
    let mut world = World::start(network, backend, Duration::from_secs(1), Duration::from_secs(15));
    let holder = world.begin();
    world.wait_for_requests(1);
    world.hosts[holder].cut_off();
    pass(4);
    world.hosts[holder].reconnect();
    for host in 0..world.hosts.len() {
        let answers = world.answers_of(host);
        if host == holder {
            assert_served_or_told(&answers);
        } else {
            assert_served(&answers, "AT-1");
        }
    }
    world.assert_all_have(1);
}

/// All processes of a host are stopped while one of them holds the lease, and go on after it has ended.
fn the_host_of_the_holder_is_frozen(network: &mut Network, backend: fn(&Host) -> Backend) {
    let mut world = World::start(network, backend, Duration::from_millis(300), Duration::from_secs(2));
    world.provider.be_silent(true);
    let holder = world.begin();
    world.freeze(holder);
    world.provider.be_silent(false);
    for host in world.hosts_without(holder) {
        assert_served(&world.answers_of(host), "AT-1");
    }
    assert_eq!(world.provider.rotation().requests(), 1);
    world.thaw(holder);
    // A process may find that the store has not answered in time.
    assert_served_or_told(&world.answers_of(holder));
    world.assert_all_have(1);
}

/// All processes of the holder's host are stopped after its request was sent, and go on when the next holder has refreshed.
/// It has sent the same refresh token, as a process does that takes the holder for dead: only a provider with a grace
/// period accepts that.
fn the_host_of_the_holder_is_frozen_with_the_answer(network: &mut Network, backend: fn(&Host) -> Backend) {
    let mut world = World::start(network, backend, Duration::from_secs(1), Duration::from_secs(2));
    world.provider.rotation().tolerate_reuse();
    let holder = world.begin();
    world.wait_for_requests(1);
    world.freeze(holder);
    for host in world.hosts_without(holder) {
        assert_served(&world.answers_of(host), "AT-2");
    }
    world.thaw(holder);
    // The holder has a token of its own, and its save comes too late.
    assert_served_or_told(&world.answers_of(holder));
    world.assert_all_have(2);
}

/// Makes a test of each of these.
macro_rules! scenarios {
    ($backend:expr; $($name:ident,)*) => {
        $(#[test]
        fn $name() {
            let name = concat!(module_path!(), "::", stringify!($name));
            let (_, name) = name.split_once("::").unwrap();
            super::Network::run(name, |network| super::$name(network, $backend));
        })*
    };
    ($backend:expr) => {
        scenarios! { $backend;
            the_store_is_cut_off,
            a_host_that_waits_is_cut_off,
            the_host_of_the_holder_is_cut_off,
            the_host_of_the_holder_is_frozen,
            the_host_of_the_holder_is_frozen_with_the_answer,
        }
    };
}

mod on_postgres {
    scenarios!(super::Backend::postgres);
}

mod on_redis {
    scenarios!(super::Backend::redis);
}
