//! Lets all programs that share the cache file write it at the same time: tokcache's saves are not lost, its readers
//! never find the cache empty, and no held lock is broken or left behind.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::crowd::FileTimes::{Fine, FourMilliseconds};
use crate::crowd::Neighbour::{Dotnet, Go, Node, Python, PythonPortalocker, Tokcache};
use crate::crowd::{FileTimes, Neighbour, Pace, Report, brackets, library, write_together};
use crate::harness::{Home, LOGIN, Provider, SCOPE, answer_of, is_long};

#[test]
fn python_loses_nothing_of_tokcache() {
    nothing_is_lost_beside(&[Python, Python], Fine);
}

#[test]
fn python_loses_nothing_of_tokcache_at_coarse_file_times() {
    nothing_is_lost_beside(&[Python, Python], FourMilliseconds);
}

/// Python reads the file again only if it is newer than its own last access. If the kernel stamps files with the time
/// of its last tick, a save within the same tick looks older, and Python overwrites it.
#[test]
fn python_sees_what_tokcache_saves_within_the_same_tick() {
    // In memory, a save takes less than a tick.
    let folder = tempfile::tempdir_in("/dev/shm").expect("a temporary folder");
    let cache = folder.path().join("cache.json");
    let mut python = Python.command("python", &cache, FourMilliseconds, Pace::steady(Duration::ZERO));
    let mut python = python.stdin(Stdio::piped()).spawn().expect("Python");
    let mut turns = python.stdin.take().expect("its input is piped");
    let mut answers = BufReader::new(python.stdout.take().expect("its output is piped")).lines();
    let mut tokcache = library::Writer::new(&cache, "tokcache", &brackets(&cache));

    for turn in 0..if is_long() { 2000 } else { 100 } {
        writeln!(turns).expect("Python lives");
        assert_eq!(answers.next().expect("an answer").expect("text"), "written");
        tokcache.write(turn);
    }

    drop(turns);
    python.wait().expect("Python ends");
    assert_eq!((tokcache.failures, tokcache.lost), (0, 0), "failures and lost entries");
}

#[test]
fn python_with_portalocker_loses_nothing_of_tokcache() {
    nothing_is_lost_beside(&[PythonPortalocker, PythonPortalocker], Fine);
}

#[test]
fn python_with_portalocker_loses_nothing_of_tokcache_at_coarse_file_times() {
    nothing_is_lost_beside(&[PythonPortalocker, PythonPortalocker], FourMilliseconds);
}

/// Without other programs: Python with portalocker and .NET sometimes break each other's locks.
#[test]
fn dotnet_loses_nothing_of_tokcache() {
    nothing_is_lost_beside(&[Dotnet, Dotnet], Fine);
}

/// Only one: two programs that lock like Go break each other's locks.
#[test]
fn go_loses_nothing_of_tokcache() {
    nothing_is_lost_beside(&[Go], Fine);
}

/// MSAL Node unlinks locks that it does not hold. It decides before it waits for the lock whether its copy in memory is
/// the newest, and then overwrites saves made during the wait. No lock helps against that, so tokcache checks and saves
/// again.
#[test]
fn node_costs_nobody_the_sign_in() {
    the_sign_in_survives_beside(&[Node, Node], Fine);
}

#[test]
fn node_costs_nobody_the_sign_in_at_coarse_file_times() {
    the_sign_in_survives_beside(&[Node, Node], FourMilliseconds);
}

/// Programs that only use `flock` ignore programs that only create the lock file. Both write in place, and .NET deletes
/// a half-written file with everything in it, which looks like a sign-out of everybody.
#[test]
fn the_others_alone_lose_entries_and_tear_the_file() {
    let are_lost = (0..6).any(|_| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cache = folder.path().join("cache.json");
        let reports = write_together(&cache, &[Python, PythonPortalocker, Node, Dotnet, Go], Fine, pace(), || ());
        print(&reports);
        reports.iter().any(|report| report.lost > 0)
    });
    assert!(are_lost, "then there is something to promise");
}

/// tokcache's losses beside these programs are only counted.
#[test]
fn all_programs_at_once_leave_no_lock() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    let members = [Tokcache, Tokcache, Python, PythonPortalocker, Node, Dotnet, Go];

    print(&write_together(home.cache.path(), &members, FourMilliseconds, pace(), || ()));

    assert_no_lock_is_left(&home);
}

/// Runs the command beside `others` and a tokcache that refreshes other tokens, all without pauses. However often the
/// file is overwritten, the next run finds the valid refresh token.
fn the_sign_in_survives_beside(others: &[Neighbour], file_times: FileTimes) {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    let members = [&[Tokcache], others].concat();
    let mut refreshes = Refreshes::default();

    let reports = write_together(home.cache.path(), &members, file_times, pace(), || refreshes.run(&home));

    print(&reports);
    println!("{refreshes:?}");
    home.token(&["--force-refresh"]);
    assert!(home.answer(&["list"]).contains(LOGIN), "the account is there");
    provider.assert_no_sign_in_was_lost();
    assert_no_lock_is_left(&home);
}

/// The results of the command's refreshes beside other programs.
#[derive(Debug, Default)]
struct Refreshes {
    made: usize,
    /// The number of saves that another program had overwritten and that were repeated.
    saved_again: usize,
    /// The number of times that the next run found an older token.
    lost: usize,
}

impl Refreshes {
    fn run(&mut self, home: &Home) {
        let start = Instant::now();
        while start.elapsed() < pace().time {
            let refreshed = home.tokcache(&["token", "--scope", SCOPE, "--force-refresh", "-v"]);
            let said = String::from_utf8_lossy(&refreshed.stderr).into_owned();
            self.made += 1;
            self.saved_again += said.matches("saved again").count();
            self.lost += usize::from(home.token(&[]) != answer_of(&refreshed));
            assert!(home.answer(&["list"]).contains(LOGIN), "the account is there");
            sleep(Duration::from_millis(100));
        }
    }
}

/// Runs tokcache twice as a library and once as a command, beside `others`.
fn nothing_is_lost_beside(others: &[Neighbour], file_times: FileTimes) {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.sign_in(&provider);
    let members = [&[Tokcache, Tokcache], others].concat();
    // Saves need no watch here, and without one there are more of them.
    let pace = Pace { watch: Duration::ZERO, ..pace() };

    let reports = write_together(home.cache.path(), &members, file_times, pace, || refresh_and_read(&home));

    print(&reports);
    for report in reports {
        if report.neighbour == Tokcache {
            assert!(report.writes > 0 && report.failures + report.lost == 0, "{report}");
        }
        assert_eq!(report.broken, 0, "somebody broke a lock that was held: {report}");
    }
    // Portalocker proceeds after 5 s without the lock, with the flock of a file that may have been unlinked by then.
    if !others.contains(&PythonPortalocker) {
        assert_exclusive(&home);
    }
    assert!(home.answer(&["list"]).contains(LOGIN), "the account is there");
    provider.assert_no_sign_in_was_lost();
    assert_no_lock_is_left(&home);
}

/// Runs the command repeatedly. A lost refresh token is one that the provider has revoked.
fn refresh_and_read(home: &Home) {
    let start = Instant::now();
    while start.elapsed() < pace().time {
        let refreshed = home.token(&["--force-refresh"]);
        assert_eq!(home.token(&[]), refreshed, "what was saved is served");
        assert!(home.answer(&["list"]).contains(LOGIN), "the account is there");
        sleep(Duration::from_millis(100));
    }
}

#[allow(clippy::disallowed_methods, reason = "a person with a shell")]
fn sleep(time: Duration) {
    std::thread::sleep(time);
}

fn pace() -> Pace {
    Pace::steady(Duration::from_secs(if is_long() { 60 } else { 5 }))
}

fn print(reports: &[Report]) {
    println!("{} s of writing; TOKCACHE_TESTS=long takes 60 s for each case", pace().time.as_secs());
    for report in reports {
        println!("{report}");
    }
}

/// Asserts that no two processes were in the critical section at once.
#[track_caller]
fn assert_exclusive(home: &Home) {
    let log = std::fs::read_to_string(brackets(home.cache.path())).expect("a log");
    let marks: Vec<_> = log.lines().collect();
    for pair in marks.chunks(2) {
        let names: Vec<_> = pair.iter().map(|mark| mark.split_at(1)).collect();
        assert!(
            matches!(names[..], [("<", inside), (">", outside)] if inside == outside),
            "two were inside at once: {pair:?}"
        );
    }
}

#[track_caller]
fn assert_no_lock_is_left(home: &Home) {
    assert_eq!(home.cache.beside(), ["msal_token_cache.brackets"]);
}

#[test]
#[ignore = "the other tests start it, as a program of its own"]
fn tokcache_writes() {
    println!("{}", library::write_as_told());
}
