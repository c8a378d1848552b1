//! Many programs that write one cache file at once, each by its own library and lock.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::harness::{end_of, source};

mod bracketed;
pub(crate) mod library;

/// Whose protocol a program follows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Neighbour {
    Dotnet,
    Go,
    Node,
    Python,
    PythonPortalocker,
    Tokcache,
}

/// The granularity of the file times that the other programs' writes get.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FileTimes {
    Fine,
    /// As Linux before 6.13 stamps them.
    FourMilliseconds,
}

/// What a program says of itself when the time is over.
pub(crate) struct Report {
    pub(crate) neighbour: Neighbour,
    pub(crate) writes: u64,
    pub(crate) failures: u64,
    pub(crate) last_failure: Option<String>,
    /// Own entries that were overwritten.
    pub(crate) lost: u64,
    /// Locks that somebody else took away while it held them.
    pub(crate) broken: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { neighbour, writes, failures, last_failure, lost, broken } = self;
        write!(formatter, "{neighbour:?}: {writes} writes, {lost} lost, {broken} locks broken, {failures} failures")?;
        last_failure.as_ref().map_or(Ok(()), |failure| write!(formatter, " ({failure})"))
    }
}

/// How long and how fast a program writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) time: Duration,
    pub(crate) pause: Duration,
    /// The longest that tokcache looks whether what it saved stays.
    pub(crate) watch: Duration,
}

impl Pace {
    /// As fast as is polite.
    pub(crate) const fn steady(time: Duration) -> Pace {
        Pace { time, pause: Duration::from_millis(20), watch: Duration::from_secs(30) }
    }
}

/// Lets all of them write `cache`, runs `meanwhile`, and returns their reports.
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

/// Where the holders of the lock of `cache` say when they have it.
pub(crate) fn brackets(cache: &Path) -> PathBuf {
    cache.with_extension("brackets")
}

impl Neighbour {
    /// The program that writes `cache`, which is one of those in this folder.
    pub(crate) fn command(self, name: &str, cache: &Path, file_times: FileTimes, pace: Pace) -> Command {
        let python = source("../../target/e2e/python/bin/python");
        let (interpreter, file, arguments): (PathBuf, _, &[&str]) = match self {
            Neighbour::Dotnet => (python, "flock.py", &["--style", "dotnet"]),
            Neighbour::Go => (python, "flock.py", &["--style", "go"]),
            Neighbour::Node => ("node".into(), "node.mjs", &[]),
            Neighbour::Python => (python, "python.py", &["--lock", "exclusive-create"]),
            Neighbour::PythonPortalocker => (python, "python.py", &["--lock", "portalocker"]),
            // Less often: it waits in steps of milliseconds, and Python, in steps of 250, would hardly get in.
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

    /// Waits until the time is over.
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
