//! `strace`: what a run asks of the system, and what becomes of it when the system refuses, or kills it, at one of
//! those.

use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Output;

use crate::support::answer_of;
use crate::support::home::Home;
use crate::support::strace::{is_within, name, traced};

/// One system call of a run.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// Which of the calls of this name it is, from 1.
    pub(crate) turn: usize,
    /// As `strace` writes it.
    pub(crate) line: String,
}

/// What a run asked of the system, and in which home.
pub(crate) struct Recording {
    pub(crate) calls: Vec<Call>,
    pub(crate) home: PathBuf,
}

/// The calls of a run of `tokcache` that have to do with files and the network, from the first on that is its own: the
/// loader's come before.
pub(crate) fn calls_of(home: &Home, line: &str) -> Recording {
    let (output, lines) = traced(&["-y", "-e", "trace=%file,%desc,%network"], &home.program(line));
    answer_of(&output);
    let mut turns = HashMap::new();
    let calls = lines.into_iter().filter(|line| line.contains('(')).map(|line| {
        let name = name(&line).to_owned();
        let turn = turns.entry(name.clone()).and_modify(|turn| *turn += 1).or_insert(1);
        Call { name, turn: *turn, line }
    });
    let own = calls.skip_while(|call| !is_within(home.folder(), &call.line));
    let calls = own.filter(|call| !matches!(call.name.as_str(), "mmap" | "munmap")).collect();
    Recording { calls, home: home.folder().to_owned() }
}

/// What happens in the place of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// This call and all later ones of its name fail.
    FromThenOn(&'static str),
    Kill,
    /// This call fails.
    Once(&'static str),
}

impl Fault {
    pub(crate) fn is_lasting(self) -> bool {
        matches!(self, Fault::FromThenOn(_))
    }
}

/// What came of a run with a fault.
pub(crate) struct Tried {
    pub(crate) output: Output,
    /// Whether the run came to the call.
    pub(crate) injected: bool,
}

/// Runs `tokcache` with `fault` in the place of this call.
pub(crate) fn run_with(home: &Home, call: &Call, fault: Fault, line: &str) -> Tried {
    let Call { name, turn, .. } = call;
    let fault = match fault {
        Fault::FromThenOn(error) => format!("error={error}:when={turn}+"),
        Fault::Kill => format!("signal=KILL:when={turn}"),
        Fault::Once(error) => format!("error={error}:when={turn}"),
    };
    let options = ["-e", &format!("trace={name}"), "-e", &format!("inject={name}:{fault}")];
    let (output, lines) = traced(&options, &home.program(line));
    let injected = output.status.signal() == Some(9) || lines.iter().any(|line| line.ends_with("(INJECTED)"));
    Tried { output, injected }
}
