//! Measures a store: `throughput URL`, for example `sqlite:/tmp/tokens.db` or `postgres://app@localhost/tokens`. It
//! leaves one document of its own there.
#![allow(clippy::print_stdout, reason = "this program talks to a person")]

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pollster::FutureExt as _;
use tokcache_core::store::{Change, Partition, Store, StoreError, Update};
use tokcache_sql::{PostgresSettings, PostgresStore, SqliteSettings, SqliteStore};

/// The size of an MSAL document with a few tokens.
const SIZE: usize = 14_700;
const TIME: Duration = Duration::from_secs(3);

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: throughput URL")?;
    let store: Box<dyn Store> = match SqliteSettings::parse(&url) {
        Some(settings) => Box::new(SqliteStore::new(settings)?),
        None => Box::new(PostgresStore::new(PostgresSettings::parse(&url)?)?),
    };
    let (store, partition) = (store.as_ref(), Partition::named("throughput"));
    let save = || {
        // Tokens do not compress well.
        let document: String = std::iter::repeat_with(fastrand::alphanumeric).take(SIZE).collect();
        let replace = &mut |_: Option<&[u8]>| Change::Replace(document.as_bytes().to_vec().into());
        store.update(&partition, Update::default(), replace).block_on().map(drop)
    };
    save()?;
    let load = || store.load(&partition).block_on().map(drop);
    println!("loads, one at a time: {:.0} a second", rate(1, load)?);
    println!("loads, 32 in flight: {:.0} a second", rate(32, load)?);
    let saves = rate(1, save)?;
    println!("loads and saves, one at a time: {saves:.0} a second");
    Ok(())
}

/// Calls `work` on this many threads for a while, and returns the number of calls per second.
fn rate(threads: usize, work: impl Fn() -> Result<(), StoreError> + Sync) -> Result<f64, StoreError> {
    let (calls, start) = (AtomicUsize::new(0), Instant::now());
    let call = || -> Result<(), StoreError> {
        while start.elapsed() < TIME {
            work()?;
            calls.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(call)).collect();
        started.into_iter().try_for_each(|thread| thread.join().unwrap_or(Ok(())))
    })?;
    Ok(calls.into_inner() as f64 / start.elapsed().as_secs_f64())
}
