//! Runs many programs that write one cache file at once, each with its own library and lock.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::harness::{end_of, source};

mod bracketed;
pub(crate) mod library;

/// The program whose protocol is used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Neighbour {
    Dotnet,
    Go,
    Node,
    Python,
    PythonPortalocker,
    Tokcache,
}

/// The resolution of the file times of other programs' writes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FileTimes {
    Fine,
    /// The resolution of Linux before 6.13.
    FourMilliseconds,
}

/// A program's report at the end.
pub(crate) struct Report {
    pub(crate) neighbour: Neighbour,
    pub(crate) writes: u64,
    pub(crate) failures: u64,
    pub(crate) last_failure: Option<String>,
    /// The number of own entries that were overwritten.
    pub(crate) lost: u64,
    /// The number of locks that another program broke while they were held.
    pub(crate) broken: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { neighbour, writes, failures, last_failure, lost, broken } = self;
        write!(formatter, "{neighbour:?}: {writes} writes, {lost} lost, {broken} locks broken, {failures} failures")?;
        last_failure.as_ref().map_or(Ok(()), |failure| write!(formatter, " ({failure})"))
    }
}

/// The duration and the speed of a program's writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) time: Duration,
    pub(crate) pause: Duration,
    /// How long at most tokcache watches whether its save is overwritten.
    pub(crate) watch: Duration,
}

impl Pace {
    /// Returns the fastest pace that lets others write too.
    pub(crate) const fn steady(time: Duration) -> Pace {
        Pace { time, pause: Duration::from_millis(20), watch: Duration::from_secs(30) }
    }
}

/// Starts all programs on `cache`, runs `meanwhile`, and returns their reports.
pub(crate) fn write_together(
    cache: &Path,
    members: &[Neighbour],
    file_times: FileTimes,
    pace: Pace,
    meanwhile: impl FnOnce(),
) -> Vec<Report> {
    let start = |(at, neighbour): (usize, &Neighbour)| {
        let name = format!("{neighbour:?}-{at}").to_lowercase();
        let mut command = neighbour.command(&name, cache, file_times, pace);
        (*neighbour, command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    };
    let children: Vec<_> = members.iter().enumerate().map(start).collect();
    meanwhile();
    children.into_iter().map(|(neighbour, child)| neighbour.report(child)).collect()
}

/// Returns the log in which the lock holders of `cache` record themselves.
pub(crate) fn brackets(cache: &Path) -> PathBuf {
    cache.with_extension("brackets")
}

impl Neighbour {
    /// Returns the command of the program that writes `cache`. The programs are in this folder.
    pub(crate) fn command(self, name: &str, cache: &Path, file_times: FileTimes, pace: Pace) -> Command {
        let python = source("../../target/e2e/python/bin/python");
        let (interpreter, file, arguments): (PathBuf, _, &[&str]) = match self {
            Neighbour::Dotnet => (python, "flock.py", &["--style", "dotnet"]),
            Neighbour::Go => (python, "flock.py", &["--style", "go"]),
            Neighbour::Node => ("node".into(), "node.mjs", &[]),
            Neighbour::Python => (python, "python.py", &["--lock", "exclusive-create"]),
            Neighbour::PythonPortalocker => (python, "python.py", &["--lock", "portalocker"]),
            // tokcache writes less often. It retries every few milliseconds, so Python, which retries every 250, would
            // hardly get the lock.
            Neighbour::Tokcache => {
                let pace = Pace { pause: pace.pause * 5, ..pace };
                return piped(library::command(name, cache, &brackets(cache), pace));
            }
        };
        let tick = match file_times {
            FileTimes::Fine => "0",
            FileTimes::FourMilliseconds => "4",
        };
        let mut command = Command::new(interpreter);
        command.arg(source("crowd").join(file)).args(arguments).args(["--name", name, "--tick-ms", tick]);
        command.arg("--cache").arg(cache).arg("--brackets").arg(brackets(cache));
        command.args(["--seconds", &pace.time.as_secs_f64().to_string()]);
        command.args(["--pause", &pace.pause.as_secs_f64().to_string()]);
        piped(command)
    }

    /// Waits for the end of the program and returns its report.
    pub(crate) fn report(self, child: Child) -> Report {
        let output = end_of(child);
        let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let report = said.lines().find_map(|line| serde_json::from_str::<Value>(&line[line.find('{')?..]).ok());
        let report = report.unwrap_or_else(|| panic!("{self:?}: {said}{errors}"));
        let number = |name: &str| report[name].as_u64().expect("a number");
        Report {
            neighbour: self,
            writes: number("writes"),
            failures: number("failures"),
            last_failure: report["last_failure"].as_str().map(str::to_owned),
            lost: number("lost"),
            broken: number("broken"),
        }
    }
}

fn piped(mut command: Command) -> Command {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
