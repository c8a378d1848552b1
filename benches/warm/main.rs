//! How long it takes to print a cached token: whole processes, side by side, interleaved in one run.
//!
//! `benches/run` runs it. It measures and asserts nothing but that each contender prints the right thing.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program for developers")]

mod cache;

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cache::{CLIENT_ID, Cache, SCOPE};

/// Rounds of a real run. In each every contender runs once, so that a slow moment of the machine hits them all.
const ROUNDS: usize = 400;
/// Contenders that take a hundred times as long run in every so many rounds only.
const SLOW_ROUNDS: usize = 10;

struct Contender {
    name: &'static str,
    command: Command,
    prints: String,
    every: usize,
    times: Vec<Duration>,
}

impl Contender {
    fn new(name: &'static str, command: Command, prints: &str) -> Self {
        Contender { name, command, prints: prints.to_owned(), every: 1, times: Vec::new() }
    }

    /// From the start of the process to the end of its output and its exit, as `$(...)` waits for it.
    fn run(&mut self) {
        let started = Instant::now();
        let output = self.command.stderr(Stdio::inherit()).output().unwrap();
        self.times.push(started.elapsed());
        assert!(output.status.success(), "{}: {}", self.name, output.status);
        assert!(output.stdout == self.prints.as_bytes(), "{} did not print what it should", self.name);
    }

    /// In milliseconds: a tenth, the half and nine tenths of the runs were faster than this.
    fn spread(&mut self) -> [f64; 3] {
        self.times.sort_unstable();
        let last = self.times.len() - 1;
        [last / 10, last / 2, last * 9 / 10].map(|at| self.times[at].as_secs_f64() * 1000.0)
    }
}

fn main() {
    // `cargo bench` says --bench; a test run of the benchmarks only wants to know that they work.
    let rounds = if env::args().any(|argument| argument == "--bench") { ROUNDS } else { 1 };
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::write(folder.path());
    let mut contenders = contenders(folder.path(), &cache);
    for round in 0..rounds {
        for contender in contenders.iter_mut().filter(|contender| round % contender.every == 0) {
            contender.run();
        }
    }
    println!("A cached token out of a cache of {} bytes with {} tokens.", cache.text.len(), cache::TOKENS);
    println!("Milliseconds for the whole process:\n");
    print_table(&mut contenders);
}

fn contenders(folder: &Path, cache: &Cache) -> Vec<Contender> {
    let mut cat = Command::new("cat");
    cat.arg(&cache.path);
    let mut tokcache = Command::new(env!("CARGO_BIN_EXE_tokcache"));
    tokcache.args(["token", "--scope", SCOPE]);
    tokcache.env("TOKCACHE_CONFIG_DIR", folder).env("TOKCACHE_STORE", format!("file:{}", cache.path.display()));
    tokcache.env("TOKCACHE_AUTHORITY", cache::AUTHORITY).env("TOKCACHE_CLIENT_ID", CLIENT_ID);
    let token = format!("{}\n", cache.token);

    let mut contenders = vec![
        Contender::new("true", Command::new("true"), ""),
        Contender::new("cat of the cache", cat, &cache.text),
        Contender::new("tokcache token", tokcache, &token),
    ];
    match python_with_msal() {
        Some(python) => {
            let mut msal = Command::new(python);
            msal.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/msal_token.py"));
            msal.args([cache::AUTHORITY, CLIENT_ID, SCOPE]).arg(&cache.path);
            contenders.push(Contender { every: SLOW_ROUNDS, ..Contender::new("MSAL Python", msal, &token) });
        }
        None => println!("MSAL Python is not here: benches/run installs it.\n"),
    }
    contenders
}

/// A Python that has MSAL and its extensions: the one that `benches/run` prepares, or the system's.
fn python_with_msal() -> Option<PathBuf> {
    let prepared = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/benches/python/bin/python");
    let candidates = [prepared, "python3".into()];
    let has_msal = |python: &PathBuf| {
        let mut import = Command::new(python);
        import.args(["-c", "import msal, msal_extensions"]).stderr(Stdio::null());
        import.status().is_ok_and(|status| status.success())
    };
    candidates.into_iter().find(has_msal)
}

fn print_table(contenders: &mut [Contender]) {
    let cat = contenders[1].spread()[1];
    println!("{:<18} {:>6} {:>9} {:>18} {:>12}", "", "runs", "median", "10% .. 90%", "times cat");
    for contender in contenders {
        let [low, median, high] = contender.spread();
        let (name, runs, spread) = (contender.name, contender.times.len(), format!("{low:.2} .. {high:.2}"));
        println!("{name:<18} {runs:>6} {median:>9.2} {spread:>18} {:>12.2}", median / cat);
    }
}
