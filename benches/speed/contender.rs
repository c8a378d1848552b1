//! Measures whole processes side by side.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A process to start repeatedly.
pub(crate) struct Contender {
    pub(crate) name: String,
    command: Command,
    prints: Vec<u8>,
    every: usize,
    times: Vec<Duration>,
}

impl Contender {
    /// Creates a contender. `command` must print exactly `prints`.
    pub(crate) fn new(name: impl Into<String>, mut command: Command, prints: impl Into<Vec<u8>>) -> Self {
        // Remove cargo's variables: a dynamic program would search cargo's folders for its libraries, and users have
        // fewer variables.
        let is_cargos = |name: &OsStr| name == "LD_LIBRARY_PATH" || name.as_encoded_bytes().starts_with(b"CARGO");
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_cargos(name)) {
            command.env_remove(name);
        }
        Contender { name: name.into(), command, prints: prints.into(), every: 1, times: Vec::new() }
    }

    /// Runs the contender only in one of `rounds` rounds, because it takes a hundred times as long as the others.
    pub(crate) fn every(self, rounds: usize) -> Self {
        Contender { every: rounds, ..self }
    }

    /// Runs from the start of the process to the end of its output and its exit, as `$(...)` does.
    fn run(&mut self, printed: &mut Vec<u8>) {
        printed.clear();
        let started = Instant::now();
        let mut child = self.command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdout.take().unwrap().read_to_end(printed).unwrap();
        let status = child.wait().unwrap();
        self.times.push(started.elapsed());
        assert!(status.success(), "{}: {status}", self.name);
        assert!(*printed == self.prints, "{} did not print what it should", self.name);
    }

    pub(crate) fn spread(&self) -> Spread {
        Spread::of(&self.times)
    }
}

/// Returns the path of a program. If a changed `PATH` had to be searched, each start would be a fork of this process,
/// which takes longer as this process grows.
pub(crate) fn found(program: &str) -> PathBuf {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::env::split_paths(&folders).map(|folder| folder.join(program));
    paths.into_iter().find(|path| path.is_file()).unwrap_or_else(|| program.into())
}

/// Runs each contender once a round, so that a slow moment of the machine affects all. Runs the slow contenders
/// afterwards, because they would evict the fast ones from the processor's caches.
pub(crate) fn compete(contenders: &mut [Contender], rounds: usize) {
    let mut printed = Vec::new();
    let (mut quick, mut slow): (Vec<_>, Vec<_>) = contenders.iter_mut().partition(|contender| contender.every == 1);
    for group in [&mut quick, &mut slow] {
        for round in 0..rounds {
            for contender in group.iter_mut().filter(|contender| round % contender.every == 0) {
                contender.run(&mut printed);
            }
        }
    }
}

/// Times in milliseconds: a tenth, half and nine tenths of the runs were faster.
pub(crate) struct Spread {
    runs: usize,
    low: f64,
    pub(crate) median: f64,
    high: f64,
}

impl Spread {
    pub(crate) fn of(times: &[Duration]) -> Self {
        let mut times: Vec<_> = times.iter().map(|time| time.as_secs_f64() * 1000.0).collect();
        times.sort_by(f64::total_cmp);
        let last = times.len() - 1;
        Spread { runs: times.len(), low: times[last / 10], median: times[last / 2], high: times[last * 9 / 10] }
    }
}

/// Prints a line for each row, with its ratio to the median of the row named `unit`.
pub(crate) fn print_table(unit: &str, rows: &[(&str, Spread)]) {
    let one = rows.iter().find(|(name, _)| *name == unit).map(|(_, spread)| spread);
    let (one, quiet_one) = one.map_or((f64::NAN, f64::NAN), |spread| (spread.median, spread.low));
    println!("{:<31} {:>4} {:>9} {:>18} {:>7} {:>7}", "", "runs", "median ms", "10% .. 90%", "ratio", "quiet");
    for (name, Spread { runs, low, median, high }) in rows {
        let range = format!("{low:.2} .. {high:.2}");
        let (ratio, quiet) = (median / one, low / quiet_one);
        println!("{name:<31} {runs:>4} {median:>9.2} {range:>18} {ratio:>7.2} {quiet:>7.2}");
    }
    println!(
        "The ratios are those to `{unit}`: of the medians, and of the runs at 10%, in the machine's quiet moments.\n"
    );
}
