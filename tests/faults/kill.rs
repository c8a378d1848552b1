//! Kills saves of caches of three sizes at random moments, repeatedly.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokcache_core::store::{Change, Saved};
use tokcache_core::time::{Clock, SystemClock};
use tokcache_file::FileStore;
use tokcache_file::LocalStore;
use zeroize::Zeroizing;

use crate::support::clock::SleepClock;
use crate::support::{is_long, names, put};

const CACHE: &str = "TOKCACHE_TEST_CACHE";
const SIZE: &str = "TOKCACHE_TEST_SIZE";
const SAVED: &str = "saved ";
const DEAD_COSTS: Duration = Duration::from_secs(2);

#[test]
fn a_cache_of_1_kb_is_the_old_or_the_new_one() {
    kills(1_000, 50);
}

#[test]
fn a_cache_of_1_mb_is_the_old_or_the_new_one() {
    kills(1_000_000, 30);
}

#[test]
fn a_cache_of_20_mb_is_the_old_or_the_new_one() {
    kills(20_000_000, 10);
}

/// Returns the document of a turn, in which any torn or foreign byte is detectable.
fn document(turn: u64, size: usize) -> Vec<u8> {
    let line = format!("{turn:019}\n");
    let mut document = line.as_bytes().repeat(size.div_ceil(line.len()));
    document.truncate(size);
    document
}

fn turn_of(document: &[u8]) -> u64 {
    std::str::from_utf8(&document[..19]).unwrap().parse().unwrap()
}

/// Kills processes that save caches of `size`, and checks the file after each.
fn kills(size: usize, quick: usize) {
    let times = if is_long() { 1000 } else { quick };
    println!("{times} kills; TOKCACHE_TESTS=long makes it 1000");
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache.json");
    put(&cache, document(0, size));
    let longest = time_of_a_save(&folder, size) * 3;
    let (mut kill, mut killed_while_saving, mut advanced) = (0, 0, 0);
    // Continue until enough kills happened during a save.
    while kill < times || killed_while_saving * 10 <= times || advanced * 10 <= times {
        assert!(kill < 10 * times, "{killed_while_saving} left litter for the next run, {advanced} had saved");
        let before = turn_of(&fs::read(&cache).unwrap());
        // Every other kill is later, in case the machine has become slower.
        let instant = longest.mul_f64(fastrand::f64()) * [1, 4][kill % 2];
        let told = kill_a_saver(&cache, size, instant);
        let found = fs::read(&cache).unwrap();
        let turn = turn_of(&found);
        assert!(found == document(turn, size), "kill {kill}: the file is torn");
        assert!(turn == told.unwrap_or(before) || turn == told.unwrap_or(before) + 1, "kill {kill}: {told:?}, {turn}");
        killed_while_saving += usize::from(names(folder.path()).len() > 1);
        advanced += usize::from(turn > before);
        next_run(&folder, &cache, turn, size);
        kill += 1;
    }
    println!("{killed_while_saving} left litter for the next run, {advanced} had saved");
}

fn time_of_a_save(folder: &TempDir, size: usize) -> Duration {
    let path = folder.path().join("trial.json");
    let store = FileStore::new(&path, DEAD_COSTS, Arc::new(SystemClock::new()));
    let start = Instant::now();
    for turn in 0..3 {
        store.update(&mut |_| Change::Replace(Zeroizing::new(document(turn, size)))).unwrap();
    }
    fs::remove_file(path).unwrap();
    start.elapsed() / 3
}

/// Starts a saver, kills it `after` it is ready, and returns the last turn that it reported as saved.
fn kill_a_saver(cache: &Path, size: usize, after: Duration) -> Option<u64> {
    let mut saver = Command::new(std::env::current_exe().unwrap());
    saver.args(["kill::saves_until_it_is_killed", "--exact", "--ignored", "--nocapture"]);
    saver.env(CACHE, cache).env(SIZE, size.to_string()).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut saver = saver.spawn().unwrap();
    let mut stdout = BufReader::new(saver.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("ready") {
        line.clear();
        assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "the saver ended");
    }
    SystemClock::new().sleep(after);
    saver.kill().unwrap();
    saver.wait().unwrap();
    let mut said = String::new();
    stdout.read_to_string(&mut said).unwrap();
    said.lines().rev().find_map(|line| line.strip_prefix(SAVED)?.parse().ok())
}

#[test]
#[ignore = "the other tests start it, with something to do"]
fn saves_until_it_is_killed() {
    let told = |name| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: only other tests run this"));
    let size = told(SIZE).parse().unwrap();
    let store = FileStore::new(Path::new(&told(CACHE)), DEAD_COSTS, Arc::new(SystemClock::new()));
    let mut stdout = std::io::stdout();
    // One write for each line, so that a line is complete or absent.
    stdout.write_all(b"\nready\n").unwrap();
    stdout.flush().unwrap();
    loop {
        let mut turn = 0;
        let change = &mut |bytes: Option<&[u8]>| {
            turn = turn_of(bytes.unwrap()) + 1;
            Change::Replace(Zeroizing::new(document(turn, size)))
        };
        store.update(change).unwrap();
        stdout.write_all(format!("{SAVED}{turn}\n").as_bytes()).unwrap();
        stdout.flush().unwrap();
    }
}

/// The next save finds the file, does not wait long, and removes leftovers.
fn next_run(folder: &TempDir, cache: &Path, turn: u64, size: usize) {
    let clock = Arc::new(SleepClock::default());
    let store = FileStore::new(cache, Duration::from_secs(60), clock.clone());
    let saved = store.update(&mut |bytes| {
        assert_eq!(turn_of(bytes.unwrap()), turn);
        Change::Replace(Zeroizing::new(document(turn + 1, size)))
    });
    assert_ne!(saved.unwrap(), Saved::Unchanged);
    assert!(clock.slept() <= DEAD_COSTS, "the next run waited for {:?}", clock.slept());
    assert_eq!(names(folder.path()), ["cache.json"]);
}
