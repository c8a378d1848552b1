//! `strace`: what a run asks of the system, and what becomes of it when the system refuses, or kills it, at one of
//! those.

use std::fs;
use std::process::Output;

use crate::home::Home;

/// One system call of a run.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// Which of the calls of this name it is, from 1.
    pub(crate) turn: usize,
    /// As `strace` writes it.
    pub(crate) line: String,
}

/// The calls of a run of `tokcache` that have to do with files and the network, from the first on that is its own: the
/// loader's come before.
pub(crate) fn calls_of(home: &Home, arguments: &[&str]) -> Vec<Call> {
    let log = home.path().join("strace.log");
    let options = ["-f", "-y", "-qq", "-e", "trace=%file,%desc,%network", "-o", log.to_str().unwrap()];
    let output = home.strace().args(options).arg(env!("CARGO_BIN_EXE_tokcache")).args(arguments).output();
    let output = output.expect("this test needs strace: install it, as with `apt-get install strace`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let calls = parse(&fs::read_to_string(&log).unwrap());
    fs::remove_file(log).unwrap();
    let own = home.path().to_str().unwrap();
    let is_own = |call: &Call| call.name != "execve" && call.line.contains(own);
    let first = calls.iter().position(is_own).expect("a run that reads its profile");
    calls.into_iter().skip(first).filter(|call| !matches!(call.name.as_str(), "mmap" | "munmap")).collect()
}

fn parse(log: &str) -> Vec<Call> {
    let mut turns = std::collections::HashMap::new();
    let call = |line: &str| {
        let (_process, line) = line.split_once(' ')?;
        let name = line.trim_start().split_once('(')?.0.to_owned();
        if name.contains(' ') {
            return None;
        }
        let turn = turns.entry(name.clone()).and_modify(|turn| *turn += 1).or_insert(1);
        Some(Call { name, turn: *turn, line: line.to_owned() })
    };
    log.lines().filter_map(call).collect()
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

/// Runs `tokcache` with `fault` in the place of this call.
pub(crate) fn run_with(home: &Home, call: &Call, fault: Fault, arguments: &[&str]) -> Output {
    let Call { name, turn, .. } = call;
    let fault = match fault {
        Fault::FromThenOn(error) => format!("error={error}:when={turn}+"),
        Fault::Kill => format!("signal=KILL:when={turn}"),
        Fault::Once(error) => format!("error={error}:when={turn}"),
    };
    let mut command = home.strace();
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={name}")]);
    command.args(["-e", &format!("inject={name}:{fault}")]);
    command.arg(env!("CARGO_BIN_EXE_tokcache")).args(arguments).output().unwrap()
}
