//! Processes and the contents of their memory.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::home::Home;

const PATIENCE: Duration = Duration::from_secs(60);

/// A process that is killed at the end.
pub(crate) struct Running(Child);

impl Running {
    /// Starts a process and waits until it prints `until` on stderr.
    pub(crate) fn started(mut command: Command, until: &str) -> Running {
        let mut child = command.spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let running = Running(child);
        let mut heard = Vec::new();
        for line in said {
            if line.contains(until) {
                return running;
            }
            heard.push(line);
        }
        panic!("it only said {heard:?}");
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Makes the process crash.
    pub(crate) fn abort(&self) {
        signal(self.id(), Signal::ABORT);
    }

    /// Returns the exit status.
    pub(crate) fn status(&mut self) -> ExitStatus {
        self.0.wait().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns the memory of `tokcache` at its first call of this name.
pub(crate) fn memory_before(call: &str, home: &Home, command: &str) -> Vec<u8> {
    let log = home.path("strace.log");
    let (traced, held) = (format!("trace={call}"), format!("inject={call}:delay_enter=60s"));
    // The programs that it starts end by themselves.
    let own = "--detach-on=execve";
    let mut strace = home.strace(&[own, "-e", &traced, "-e", &held, "-o", log.to_str().unwrap()], command);
    strace.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut strace = Running(strace.spawn().unwrap());
    let started = Instant::now();
    let line = loop {
        let log = fs::read_to_string(&log).unwrap_or_default();
        if let Some(line) = log.lines().find(|line| line.contains(&format!("{call}("))) {
            break line.to_owned();
        }
        if started.elapsed() > PATIENCE || strace.0.try_wait().unwrap().is_some() {
            let mut said = String::new();
            strace.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("{command} makes no {call}: {said}");
        }
        #[expect(clippy::disallowed_methods, reason = "waits for another process")]
        std::thread::sleep(Duration::from_millis(5));
    };
    let process = line.split(' ').next().unwrap().parse().unwrap();
    let memory = memory_of(process);
    // Kill the stopped process first: strace would resume it.
    signal(process, Signal::KILL);
    drop(strace);
    fs::remove_file(log).unwrap();
    assert!(call != "exit_group" || line.contains("exit_group(0"), "{command}: {line}");
    memory
}

/// Returns all memory of a process that was ever written.
fn memory_of(process: u32) -> Vec<u8> {
    let memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let mut bytes = Vec::new();
    for line in fs::read_to_string(format!("/proc/{process}/maps")).unwrap().lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        let (start, end) = range.split_once('-').unwrap();
        let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).unwrap());
        if rest.starts_with("rw") {
            let mut area = vec![0; usize::try_from(end - start).unwrap()];
            memory.read_exact_at(&mut area, start).unwrap();
            bytes.append(&mut area);
        }
    }
    bytes
}

fn signal(process: u32, signal: Signal) {
    kill_process(Pid::from_raw(process.cast_signed()).unwrap(), signal).unwrap();
}
