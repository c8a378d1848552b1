//! Records the system calls of a run with `strace`, and injects an error or a kill at one of them.

use std::collections::{HashMap, HashSet};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Output;

use crate::support::answer_of;
use crate::support::home::Home;
use crate::support::strace::{is_within, name, traced, traced_by_process};

/// Leaves alone the programs that `tokcache` starts.
const OWN: &str = "--detach-on=execve";

/// One system call of a run.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// The index among the calls of this name, from 1.
    pub(crate) turn: usize,
    /// The call as `strace` prints it.
    pub(crate) line: String,
}

/// The system calls of a run, and its home.
pub(crate) struct Recording {
    pub(crate) calls: Vec<Call>,
    pub(crate) home: PathBuf,
}

/// Returns the calls of a `tokcache` run for files and the network, beginning with its own first one, after the
/// loader's.
pub(crate) fn calls_of(home: &Home, line: &str) -> Recording {
    let options = ["-y", OWN, "-e", "trace=%file,%desc,%network"];
    let (output, lines) = traced_by_process(&options, &home.program(line));
    answer_of(&output);
    // A process that becomes another program.
    let first = lines.first().map(|(process, _)| process.clone());
    let others: HashSet<_> =
        lines.iter().filter(|(_, line)| name(line) == "execve").map(|(process, _)| process).collect();
    let is_own = |process: &String| Some(process) == first.as_ref() || !others.contains(process);
    let lines: Vec<_> = lines.iter().filter(|(process, _)| is_own(process)).map(|(_, line)| line.clone()).collect();
    let mut turns = HashMap::new();
    let calls = lines.into_iter().filter(|line| line.contains('(') && !line.starts_with('<')).map(|line| {
        let name = name(&line).to_owned();
        let turn = turns.entry(name.clone()).and_modify(|turn| *turn += 1).or_insert(1);
        Call { name, turn: *turn, line }
    });
    let own = calls.skip_while(|call| !is_within(home.folder(), &call.line));
    let calls = own.filter(|call| !matches!(call.name.as_str(), "mmap" | "munmap")).collect();
    Recording { calls, home: home.folder().to_owned() }
}

/// The fault that replaces a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// This call and all later calls of its name fail.
    FromThenOn(&'static str),
    Kill,
    /// Only this call fails.
    Once(&'static str),
}

impl Fault {
    pub(crate) fn is_lasting(self) -> bool {
        matches!(self, Fault::FromThenOn(_))
    }
}

/// The result of a run with a fault.
pub(crate) struct Tried {
    pub(crate) output: Output,
    /// Whether the run made the call.
    pub(crate) injected: bool,
    /// The call that failed, which is another one if the runs differ.
    pub(crate) at: Option<String>,
}

/// Runs `tokcache` with `fault` instead of this call.
pub(crate) fn run_with(home: &Home, call: &Call, fault: Fault, line: &str) -> Tried {
    let Call { name, turn, .. } = call;
    let fault = match fault {
        Fault::FromThenOn(error) => format!("error={error}:when={turn}+"),
        Fault::Kill => format!("signal=KILL:when={turn}"),
        Fault::Once(error) => format!("error={error}:when={turn}"),
    };
    let options = ["-y", OWN, "-e", &format!("trace={name}"), "-e", &format!("inject={name}:{fault}")];
    let (output, lines) = traced(&options, &home.program(line));
    let at = lines.into_iter().find(|line| line.ends_with("(INJECTED)"));
    let injected = output.status.signal() == Some(9) || at.is_some();
    Tried { output, injected, at }
}
