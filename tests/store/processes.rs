//! Runs many processes on one file: nothing is lost, one refreshes, and dead processes do not block others.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use tokcache_core::store::Change;
use tokcache_file::LocalStore;

use crate::cache::{Cache, Wait, adding, file_store, lease_in_time, lines, loaded, sleep};
use crate::child::{Role, bracketed, child, holder, log, run_all};

/// The most that a dead process may cost the next one.
const DEAD_COSTS: Duration = Duration::from_secs(2);

/// Returns the lines that `append` adds in the process `pid`.
pub(crate) fn lines_of(pid: &str, turns: usize) -> impl Iterator<Item = String> {
    (0..turns).map(move |turn| format!("{pid}-{turn}"))
}

/// Checks that every line of every process is in the cache, once.
pub(crate) fn assert_nothing_lost(cache: &Cache, pids: &[String], turns: usize) {
    let found = loaded(&cache.store()).unwrap();
    let distinct: BTreeSet<_> = found.iter().cloned().collect();
    let expected: BTreeSet<_> = pids.iter().flat_map(|pid| lines_of(pid, turns)).collect();
    let lost: Vec<_> = expected.difference(&distinct).collect();
    assert!(lost.is_empty(), "{} of {} updates lost: {lost:?}", lost.len(), expected.len());
    assert_eq!(found.len(), expected.len(), "lines that nobody added, or added twice");
}

fn brackets(cache: &Path) -> std::path::PathBuf {
    cache.with_extension("brackets")
}

/// The task of a child.
pub(crate) fn append(cache: &Path, turns: usize) -> String {
    let store = file_store(cache);
    let pid = std::process::id().to_string();
    for line in lines_of(&pid, turns) {
        store.update(&mut |bytes| bracketed(&brackets(cache), &line, bytes)).unwrap();
    }
    pid
}

/// Checks that no two processes were in the critical section at once: each `<pid` is followed by its own `>pid`.
pub(crate) fn assert_exclusive(cache: &Cache, at_least: usize) {
    let log = fs::read_to_string(brackets(&cache.path)).unwrap();
    let entries: Vec<_> = log.lines().collect();
    for pair in entries.chunks(2) {
        assert_eq!(
            (pair[0].strip_prefix('<'), pair.len()),
            (pair[1].strip_prefix('>'), 2),
            "two were inside: {pair:?}"
        );
    }
    assert!(entries.len() >= 2 * at_least);
}

#[test]
fn processes_exclude_each_other_and_lose_no_update() {
    let cache = Cache::new();
    let (processes, turns) = (6, 40);
    let pids = run_all((0..processes).map(|_| child(Role::Append, &cache.path, turns)).collect());
    assert_nothing_lost(&cache, &pids, turns);
    assert_exclusive(&cache, processes * turns);
    assert_eq!(cache.names(), ["cache.brackets", "cache.json"]);
}

#[test]
fn processes_that_know_the_file_by_different_names_lose_no_update() {
    let cache = Cache::new();
    let link = cache.folder.path().join("link");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&cache.path, &link).unwrap();
    #[cfg(windows)]
    std::os::windows::fs::symlink_file(&cache.path, &link).unwrap();
    let names = [&link, &cache.path, &link, &cache.path];
    let pids = run_all(names.into_iter().map(|name| child(Role::Append, name, 25)).collect());
    assert_nothing_lost(&cache, &pids, 25);
}

#[test]
fn a_killed_lock_holder_costs_the_next_process_less_than_two_seconds() {
    let cache = Cache::new();
    let mut holder = holder(Role::HoldLock, &cache.path);
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert!(cache.lockfile().exists());
    let (store, clock) = cache.patient_store();
    store.update(&mut |bytes| adding("one", bytes)).unwrap();
    assert!(clock.slept() < DEAD_COSTS, "{:?}", clock.slept());
    assert_eq!(cache.names(), ["cache.json"]);
}

#[test]
fn a_killed_lease_holder_is_followed_within_two_seconds() {
    let cache = Cache::new();
    let mut holder = holder(Role::HoldLease, &cache.path);
    let mut killed = None;
    let lease = lease_in_time(&cache.store(), &mut |told| {
        assert_eq!(told.pid, Some(holder.id()));
        killed.get_or_insert_with(|| {
            holder.kill().unwrap();
            holder.wait().unwrap();
            Instant::now()
        });
        Wait::More
    });
    assert!(lease.is_some());
    drop(lease);
    assert!(killed.unwrap().elapsed() < DEAD_COSTS);
    assert!(cache.names().is_empty());
}

#[test]
fn a_process_killed_while_saving_leaves_a_whole_file_and_no_litter() {
    let cache = Cache::new();
    let (mut last_turn, mut kill) = (0, 0);
    while kill < 40 || last_turn == 0 {
        assert!(kill < 400, "the children never saved anything");
        let mut saver = holder(Role::Grow, &cache.path);
        // Later and later, in case the disk is slow.
        sleep(Duration::from_micros(fastrand::u64(0..15_000 * (1 + kill / 40))));
        saver.kill().unwrap();
        saver.wait().unwrap();
        if let Ok(bytes) = fs::read(&cache.path) {
            let turn = lines(&bytes).unwrap_or_else(|| panic!("torn by kill {kill}"))[0].parse::<u64>().unwrap();
            assert!(turn >= last_turn, "kill {kill} brought an older file back");
            last_turn = turn;
        }
        kill += 1;
    }
    let (store, clock) = cache.patient_store();
    store.update(&mut |_| adding("the end", None)).unwrap();
    assert!(clock.slept() < DEAD_COSTS, "{:?}", clock.slept());
    assert_eq!(cache.names(), ["cache.json"]);
}

/// The task of a child: uses a lease like `acquire`, without tokens.
pub(crate) fn refresh(cache: &Path) -> String {
    let store = file_store(cache);
    let fresh = || loaded(&store).is_some_and(|lines| lines.contains(&"fresh".to_owned()));
    let look = &mut |_: &_| if fresh() { Wait::Enough } else { Wait::More };
    let Some(_lease) = lease_in_time(&store, look) else { return "waited".to_owned() };
    if fresh() {
        return "late".to_owned();
    }
    log(&cache.with_extension("requests"), "request");
    sleep(Duration::from_millis(500));
    store.update(&mut |bytes| adding("fresh", bytes)).unwrap();
    "refreshed".to_owned()
}

#[test]
fn one_of_many_processes_refreshes_and_all_have_the_token() {
    let cache = Cache::new();
    let answers = run_all((0..40).map(|_| child(Role::Refresh, &cache.path, 0)).collect());
    assert_eq!(answers.iter().filter(|answer| *answer == "refreshed").count(), 1, "{answers:?}");
    assert_eq!(fs::read_to_string(cache.path.with_extension("requests")).unwrap(), "request\n");
    assert_eq!(loaded(&cache.store()).unwrap(), ["fresh"]);
    assert_eq!(cache.names(), ["cache.json", "cache.requests"]);
}

#[test]
fn waiters_leave_when_the_token_is_stored_though_the_lease_is_still_held() {
    let cache = Cache::new();
    let store = cache.store();
    let lease = lease_in_time(&store, &mut |_| Wait::More);
    store.update(&mut |bytes| adding("fresh", bytes)).unwrap();
    let answers = run_all((0..5).map(|_| child(Role::Refresh, &cache.path, 0)).collect());
    assert_eq!(answers, ["waited"; 5]);
    drop(lease);
}

#[test]
fn two_hundred_waiters_all_get_their_turn() {
    let cache = Cache::new();
    let turns = std::sync::atomic::AtomicUsize::new(0);
    let first = lease_in_time(&cache.store(), &mut |_| Wait::More);
    let waiting = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..200 {
            scope.spawn(|| {
                let mut told = false;
                let look = &mut |_: &_| {
                    if !told {
                        waiting.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        told = true;
                    }
                    Wait::More
                };
                let lease = lease_in_time(&cache.store(), look);
                assert!(lease.is_some());
                turns.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            });
        }
        while waiting.load(std::sync::atomic::Ordering::Relaxed) < 200 {
            sleep(Duration::from_millis(10));
        }
        drop(first);
    });
    assert_eq!(turns.into_inner(), 200);
    assert!(cache.names().is_empty());
}

/// The task of a child.
pub(crate) fn queue(cache: &Path) -> String {
    let _lease = lease_in_time(&file_store(cache), &mut |_| Wait::More).unwrap();
    sleep(Duration::from_millis(10));
    fs::read_dir("/proc/self/task").unwrap().count().to_string()
}

#[test]
#[cfg(target_os = "linux")]
fn who_hears_of_one_end_after_another_has_one_thread_for_it() {
    let cache = Cache::new();
    let threads = run_all((0..40).map(|_| child(Role::Queue, &cache.path, 0)).collect());
    let most = threads.iter().map(|threads| threads.parse::<usize>().unwrap()).max().unwrap();
    // The harness has two threads, and some ending threads may still be running.
    assert!(most <= 7, "{threads:?}");
}

#[test]
fn a_change_that_keeps_does_not_disturb_savers() {
    let cache = Cache::new();
    let mut saver = child(Role::Append, &cache.path, 60).spawn().unwrap();
    while saver.try_wait().unwrap().is_none() {
        cache.store().update(&mut |_| Change::Keep).unwrap();
        sleep(Duration::from_millis(2));
    }
    assert_nothing_lost(&cache, &[crate::child::answer(&saver.wait_with_output().unwrap())], 60);
}
