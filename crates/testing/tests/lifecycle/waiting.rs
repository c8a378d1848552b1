//! Tests the wait for another process that refreshes the same credential.

use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, ClientApplication, NoopObserver, SignOutRequest, hold_refreshes};
use tokcache_core::store::{LeaseAttempt, Partition, Store as _, StoreError};
use tokcache_core::time::Clock;
use tokcache_file::FileStore;

use crate::scripted_server::Meanwhile;
use crate::world::{Life, refresh_with, request, tokens};

/// Calls `second` while another refresh of the same credential is in progress.
fn during_a_refresh(life: &Life, second: impl Fn(ClientApplication<'_>) + Sync) -> Result<(), AcquireError> {
    life.sign_in(tokens(1));
    life.clock.step(Duration::from_secs(3600));
    life.told();
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    let second = || second(ClientApplication { lock_timeout: Duration::from_secs(5), ..life.client() });
    let http = Meanwhile { server: &life.server, act: &second };
    ClientApplication { http: &http, ..life.client() }.acquire_token_silent(&request()).block_on().map(drop)
}

#[test]
fn the_wait_is_bounded_and_names_the_holder() {
    let life = Life::new();
    during_a_refresh(&life, |client| {
        let start = life.clock.elapsed();
        let outcome = client.acquire_token_silent(&request()).block_on();
        let Err(AcquireError::Store(StoreError::Busy { holder, .. })) = outcome else { panic!("{outcome:?}") };
        assert_eq!(holder.pid, Some(std::process::id()));
        assert_eq!(life.clock.elapsed() - start, Duration::from_secs(5));
        assert_eq!(life.told(), [format!("waiting for {holder}")], "once, after a while");
    })
    .unwrap();
}

#[test]
fn an_operation_that_holds_all_refreshes_waits_for_one_and_keeps_others_out() {
    let (life, folder, partition) = (Life::new(), tempfile::tempdir().unwrap(), Partition::whole());
    let store = FileStore::new(&folder.path().join("cache.json"), Duration::from_secs(60), life.clock.clone());
    let hold = || hold_refreshes(&store, &partition, Duration::from_secs(5), &NoopObserver).block_on();
    let refresh = || match store.lease(&partition, "a refresh token", Duration::MAX).unwrap().attempt().block_on() {
        Ok(LeaseAttempt::Held(lease)) => Some(lease),
        _ => None,
    };
    let refreshing = refresh().unwrap();
    assert!(matches!(hold(), Err(StoreError::Busy { .. })), "a refresh is in progress");
    refreshing.release().block_on();
    let held = hold().unwrap();
    assert!(held.is_some() && refresh().is_none());
    drop(held);
    assert!(refresh().is_some());
}

#[test]
fn a_sign_out_waits_no_longer_for_a_refresh_that_hangs_and_is_not_undone_by_it() {
    let life = Life::new();
    let outcome = during_a_refresh(&life, |client| {
        let start = life.clock.elapsed();
        client.sign_out(&SignOutRequest { account: None, revoke: false }).block_on().unwrap().unwrap();
        assert_eq!(life.clock.elapsed() - start, Duration::from_secs(5));
        assert_eq!(life.told().len(), 1, "people are told whom it waits for");
    });
    assert!(matches!(outcome, Err(AcquireError::InteractionRequired(_))), "{outcome:?}");
    for secret in ["AT-", "RT-", "bob"] {
        assert!(!life.stored().contains(secret), "{secret} is left behind");
    }
}
