//! Interrupts saves.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::crowd::{FileTimes, Neighbour, Pace};

const SIZE: usize = 1_000_000;
const WHOLE: &str = "whole.json";
const BUSY: Pace = Pace { pause: Duration::ZERO, ..Pace::steady(Duration::from_secs(60)) };
const ONCE: Pace = Pace { pause: Duration::ZERO, ..Pace::steady(Duration::from_millis(1)) };
/// Enough time for several saves of any contender.
const LONGEST_LIFE: Duration = Duration::from_millis(200);

/// Kills a program that saves continuously, repeatedly at random moments.
pub(crate) fn killed(contender: Neighbour, kills: usize) -> String {
    let (mut destroyed, mut next) = (0, None);
    for _ in 0..kills {
        let (folder, cache) = large_cache();
        let mut saver = contender.command("saver", &cache, FileTimes::Fine, BUSY).spawn().unwrap();
        wait_for_a_save(&mut saver, &cache);
        sleep(LONGEST_LIFE.mul_f64(fastrand::f64()));
        saver.kill().unwrap();
        saver.wait().unwrap();
        destroyed += usize::from(!is_whole(&cache));
        if lock_of(&cache).exists() {
            next.get_or_insert_with(|| {
                fs::copy(folder.path().join(WHOLE), &cache).unwrap();
                next_save(contender, &cache)
            });
        }
    }
    let cost = next.map_or(String::new(), |next| format!("; beside the lock that it leaves, {next}"));
    format!("{destroyed} destroyed files{cost}")
}

/// Saves once under a file size limit that is too low.
pub(crate) fn on_a_full_disk(contender: Neighbour) -> String {
    let (_folder, cache) = large_cache();
    let saver = contender.command("saver", &cache, FileTimes::Fine, ONCE);
    let mut limited = Command::new("bash");
    // The unit is 1,024 bytes. Without the signal, a write past the limit fails as on a full disk.
    limited.args(["-c", "trap '' XFSZ; ulimit -f 500; exec \"$0\" \"$@\""]).arg(saver.get_program());
    limited.args(saver.get_args()).envs(saver.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    if is_whole(&cache) { "the old file stays".to_owned() } else { "**the file is destroyed**".to_owned() }
}

/// Measures the next save after a process was killed with the lock.
fn next_save(contender: Neighbour, cache: &Path) -> String {
    let start = Instant::now();
    let report = contender.report(contender.command("next", cache, FileTimes::Fine, ONCE).spawn().unwrap());
    let took = start.elapsed().as_secs_f64();
    match report.failures {
        0 => format!("the next save takes {took:.2} s"),
        _ => format!("the next save **fails** after {took:.1} s"),
    }
}

/// Creates a folder with a cache of [`SIZE`] bytes, as MSAL Python writes it, and a copy of it, [`WHOLE`].
fn large_cache() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let entry = |at: usize| {
        let entry = json!({
            "credential_type": "RefreshToken", "secret": "x".repeat(1000), "home_account_id": format!("{at}"),
            "environment": "idp.example.com", "client_id": "c", "target": "s",
            "last_modification_time": "1700000000",
        });
        (format!("{at}-idp.example.com-refreshtoken-c--s"), entry)
    };
    let entries: serde_json::Map<String, Value> = (0..SIZE / 1000).map(entry).collect();
    let text = format!("{:#}", json!({ "RefreshToken": entries }));
    let cache = folder.path().join("cache.json");
    for path in [&cache, &folder.path().join(WHOLE)] {
        File::create(path).unwrap().write_all(text.as_bytes()).unwrap();
    }
    (folder, cache)
}

fn wait_for_a_save(saver: &mut Child, cache: &Path) {
    let before = fs::metadata(cache).unwrap().modified().unwrap();
    while fs::metadata(cache).map_or(before, |now| now.modified().unwrap()) == before {
        assert!(saver.try_wait().unwrap().is_none(), "the saver has ended");
        sleep(Duration::from_millis(1));
    }
}

/// Whether the cache still contains everything that it contained at the start.
fn is_whole(cache: &Path) -> bool {
    let document = fs::read(cache).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    document.is_some_and(|document| document["RefreshToken"].as_object().is_some_and(|all| all.len() >= SIZE / 1000))
}

/// The lock file that all contenders use.
fn lock_of(cache: &Path) -> PathBuf {
    let mut name = cache.as_os_str().to_owned();
    name.push(".lockfile");
    name.into()
}

#[expect(clippy::disallowed_methods, reason = "another process is at work")]
fn sleep(time: Duration) {
    std::thread::sleep(time);
}
