//! Compares how tokcache and the MSAL libraries treat a cache file and a sign-in, in one run: with many processes at
//! once, after a kill, on a full disk, and beside each other. It only counts, and asserts nothing about the other
//! programs.
//!
//! `benches/robustness/run` runs it.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "for developers")]
#![allow(dead_code, unused_imports, reason = "the harness of the tests has more than this needs")]

#[path = "../../tests/e2e/crowd/mod.rs"]
mod crowd;
#[path = "../../tests/e2e/harness/mod.rs"]
mod harness;
mod herd;
mod saving;
mod together;

use std::env;
use std::io::Write as _;
use std::time::Duration;

use crowd::{Neighbour, library};

/// The columns of the table.
const CONTENDERS: [Neighbour; 4] =
    [Neighbour::Tokcache, Neighbour::Python, Neighbour::PythonPortalocker, Neighbour::Node];

/// The size of a run.
struct Sizes {
    processes: usize,
    kills: usize,
    time: Duration,
}

fn main() {
    if env::var_os(library::CACHE).is_some() {
        println!("{}", library::write_as_told());
        return;
    }
    // `cargo bench` passes --bench. A test run of the benchmarks measures nothing.
    if !env::args().any(|argument| argument == "--bench") {
        return;
    }
    let Sizes { processes, kills, time } = sizes();
    println!("| | tokcache | MSAL Python | MSAL Python, portalocker | MSAL Node |");
    println!("| --- | --- | --- | --- | --- |");
    row(&format!("{processes} processes, one expired token"), |contender| herd::run(contender, processes));
    row(&format!("killed with -9 while saving 1 MB, {kills} times"), |contender| saving::killed(contender, kills));
    row("saving to a full disk", saving::on_a_full_disk);
    row(&format!("two beside two of tokcache, {} s", time.as_secs()), |contender| together::run(contender, time));
}

fn row(what: &str, measure: impl Fn(Neighbour) -> String) {
    print!("| {what} ");
    for contender in CONTENDERS {
        print!("| {} ", measure(contender));
        std::io::stdout().flush().unwrap();
    }
    println!("|");
}

/// Parses `--processes`, `--kills` and `--seconds`.
fn sizes() -> Sizes {
    let value = |name: &str, usual: usize| {
        let mut arguments = env::args().skip_while(|argument| argument != name);
        arguments.nth(1).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name} {text}: not a number")))
    };
    Sizes {
        processes: value("--processes", 50),
        kills: value("--kills", 50),
        time: Duration::from_secs(value("--seconds", 30) as u64),
    }
}
