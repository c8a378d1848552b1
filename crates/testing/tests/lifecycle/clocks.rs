//! Tests wrong clocks: no expired token is served, no process refreshes in a loop, and people are told.

use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::acquire::{ClientApplication, Source};
use tokcache_core::time::Clock;

use crate::altered_store::{Alteration, AlteredStore};
use crate::scripted_server::Meanwhile;
use crate::world::{Life, refresh_with, request, served, tokens};

const HOUR: i64 = 3600;

fn signed_in() -> Life {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.told();
    life
}

#[test]
fn a_clock_that_was_set_back_or_ahead_costs_one_refresh() {
    for correction in [-HOUR, HOUR] {
        let life = signed_in();
        life.clock.set_ahead(correction);
        life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
        assert_eq!(served(life.token()), ("AT-2".into(), Source::Refresh), "{correction}");
        for _ in 0..10 {
            assert_eq!(served(life.token()), ("AT-2".into(), Source::Cache), "{correction}");
        }
    }
}

#[test]
fn a_clock_that_is_set_during_a_request_costs_nothing() {
    for correction in [-HOUR, HOUR] {
        let life = signed_in();
        life.clock.step(Duration::from_secs(3600));
        let set = || life.clock.set_ahead(correction);
        let http = Meanwhile { server: &life.server, act: &set };
        life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
        served(ClientApplication { http: &http, ..life.client() }.acquire_token_silent(&request()).block_on());
        assert_eq!(served(life.token()), ("AT-2".into(), Source::Cache), "{correction}");
    }
}

#[test]
fn a_token_ends_while_the_machine_sleeps() {
    let life = signed_in();
    // The wall clock advances, but the monotonic clock may not.
    life.clock.set_ahead(8 * HOUR);
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Refresh));
}

#[test]
fn a_lifetime_is_counted_from_receipt_whatever_the_servers_clock_says() {
    for skew in [-HOUR, HOUR] {
        let life = signed_in();
        life.clock.step(Duration::from_secs(3600));
        let now = life.clock.now();
        life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2)).dated(now.0 - skew)]);
        let outcome = life.token().unwrap();
        assert_eq!(outcome.expires_on.seconds_since(now), 3600);
        assert_eq!(life.told(), [format!("{skew} s ahead")]);
    }
}

#[test]
fn a_minute_between_clocks_is_nobodys_concern() {
    for skew in [-60, 0, 60] {
        let life = signed_in();
        life.clock.step(Duration::from_secs(3600));
        let now = life.clock.now();
        life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2)).dated(now.0 - skew)]);
        life.token().unwrap();
        assert_eq!(life.told(), [""; 0]);
    }
}

#[test]
fn of_machines_with_different_clocks_that_share_a_cache_one_refreshes() {
    for skew in [-HOUR, HOUR] {
        let life = signed_in();
        // On both clocks.
        life.clock.step(Duration::from_secs(7200));
        life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
        let other_machine = || {
            life.clock.set_ahead(skew);
            life.token().unwrap();
            life.clock.set_ahead(-skew);
        };
        let store = AlteredStore::new(life.store.as_ref(), Alteration::LeasedBy(&other_machine));
        let outcome =
            ClientApplication { store: &store, ..life.client() }.acquire_token_silent(&request()).block_on().unwrap();
        assert_eq!((outcome.access_token.expose(), outcome.source), ("AT-2", Source::Cache), "{skew}");
        assert_eq!(outcome.expires_on.seconds_since(life.clock.now()), 3600, "{skew}");
        life.server.assert_finished();
    }
}
