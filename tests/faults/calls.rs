//! Makes every system call of a command fail, or kills the command there. Then checks the result and the next commands.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Output;
use std::sync::Mutex;

use crate::provider::Provider;
use crate::strace::{Call, Fault, Recording, Tried, calls_of, run_with};
use crate::support::home::Home;
use crate::support::{each_of, is_long, text};

/// A command with its initial state and the checks after it.
pub(crate) struct Subject {
    /// Prepares the home, in which a user is signed in with an expired access token.
    pub(crate) before: fn(&Home, &Provider),
    pub(crate) line: fn(&Home, &Provider) -> String,
    /// Checks the result, and runs the next commands.
    pub(crate) judge: fn(&mut Aftermath<'_>),
    /// The minimum number of calls. With fewer, the recording is wrong.
    pub(crate) least_calls: usize,
    /// The quick form tries only every n-th call.
    pub(crate) every: usize,
    /// Runs that mostly wait need more parallel runs than there are cores.
    pub(crate) runs_a_core: usize,
    /// The exit codes that are allowed at any call.
    pub(crate) exits: &'static [i32],
    /// One run in so many may come to its end without the fault: two runs can differ in their calls.
    pub(crate) missed: usize,
}

const ERRORS: [&str; 7] = ["EACCES", "EDQUOT", "EINTR", "EIO", "EMFILE", "ENOSPC", "EROFS"];

/// Injects one fault at one call.
pub(crate) fn fails_once(subject: &Subject) {
    each_call(subject, |at| tried(&ERRORS, 2, at).map(Fault::Once).collect());
}

/// Makes the call fail, and each later call of the same name.
pub(crate) fn fails_from_then_on(subject: &Subject) {
    // A permanent EINTR would rightly be retried for ever.
    let errors: Vec<_> = ERRORS.into_iter().filter(|error| *error != "EINTR").collect();
    each_call(subject, |at| tried(&errors, 1, at).map(Fault::FromThenOn).collect());
}

pub(crate) fn is_killed(subject: &Subject) {
    each_call(subject, |_| vec![Fault::Kill]);
}

/// Returns the errors to try on a call. The quick form tries a few, different ones on each call.
fn tried(errors: &[&'static str], quick: usize, call: usize) -> impl Iterator<Item = &'static str> {
    let count = if is_long() { errors.len() } else { quick };
    errors.iter().copied().cycle().skip(call).take(count)
}

/// Runs all cases on all cores, and reports all failures together.
fn each_call(subject: &Subject, faults: impl Fn(usize) -> Vec<Fault>) {
    let (provider, home) = start(subject);
    let recording = calls_of(&home, &(subject.line)(&home, &provider));
    let calls = &recording.calls;
    assert!(calls.len() >= subject.least_calls, "too few calls were recorded: {calls:#?}");
    let every = if is_long() { 1 } else { subject.every };
    let sampled = calls.iter().step_by(every).enumerate();
    let cases: Vec<_> = sampled.flat_map(|(at, call)| faults(at).into_iter().map(move |fault| (call, fault))).collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let outcomes = Mutex::new(Vec::new());
    each_of(cores * subject.runs_a_core, &cases, |(call, fault)| {
        let outcome = run(subject, &recording, call, *fault);
        outcomes.lock().unwrap().push(outcome);
    });
    let outcomes = outcomes.into_inner().unwrap();
    let count = |what: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| what(outcome)).count();
    let (all, failed, missed) = (cases.len(), count(|outcome| outcome.failed), count(|outcome| !outcome.injected));
    let left_out =
        if every > 1 { format!(", 1 of {every} tried: TOKCACHE_TESTS=long tries all") } else { String::new() };
    println!("{} calls{left_out}, {all} faults: {failed} runs failed, {missed} had no fault", calls.len());
    // The number of failing runs changes with every new call, but a fault that was not injected shows nothing.
    assert!(missed <= all / subject.missed, "{missed} of {all} runs came to their end without the fault");
    let mut wrong: Vec<_> = outcomes.into_iter().filter_map(|outcome| outcome.wrong).collect();
    wrong.sort();
    assert!(wrong.is_empty(), "{} of {all} went wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

pub(crate) fn start(subject: &Subject) -> (Provider, Home) {
    let provider = Provider::start();
    let home = Home::at(&provider);
    (subject.before)(&home, &provider);
    (provider, home)
}

struct Outcome {
    failed: bool,
    injected: bool,
    wrong: Option<String>,
}

fn run(subject: &Subject, recording: &Recording, call: &Call, fault: Fault) -> Outcome {
    let (provider, home) = start(subject);
    let Tried { output, injected, at } = run_with(&home, call, fault, &(subject.line)(&home, &provider));
    let (home, provider) = (&home, &provider);
    let [own, recorded] = [home.folder(), &recording.home].map(|folder| folder.display().to_string());
    let line = at.map_or_else(|| call.line.clone(), |line| line.replace(&own, &recorded));
    let call = &Call { line, ..call.clone() };
    let mut aftermath = Aftermath { subject, home, provider, recording, call, fault, output, complaints: Vec::new() };
    aftermath.judge_what_is_said();
    (subject.judge)(&mut aftermath);
    let wrong = aftermath.complaints.join("\n- ");
    let said = text(&aftermath.output.stderr);
    Outcome {
        failed: !aftermath.output.status.success(),
        injected,
        wrong: (!wrong.is_empty()).then(|| format!("{fault:?} at {}\n- {wrong}\n{said}", call.line)),
    }
}

/// The results of a run.
pub(crate) struct Aftermath<'a> {
    pub(crate) subject: &'a Subject,
    pub(crate) home: &'a Home,
    pub(crate) provider: &'a Provider,
    recording: &'a Recording,
    call: &'a Call,
    fault: Fault,
    pub(crate) output: Output,
    complaints: Vec<String>,
}

impl Aftermath<'_> {
    pub(crate) fn expect(&mut self, holds: bool, complaint: &str) {
        if !holds {
            self.complaints.push(complaint.to_owned());
        }
    }

    /// Checks that there was no panic, and that a failure has its exit status, its cause and a suggested command.
    fn judge_what_is_said(&mut self) {
        let (stdout, stderr) = (text(&self.output.stdout), self.said());
        self.expect(!stderr.contains("panicked"), "it panicked");
        if self.is_killed() || self.output.status.success() {
            return;
        }
        let (code, allowed) = (self.output.status.code(), [self.exit_codes(), self.subject.exits].concat());
        self.expect(code.is_some_and(|code| allowed.contains(&code)), &format!("exit {code:?}, not {allowed:?}"));
        self.expect(stdout.is_empty(), "a failure with an answer");
        let lines: Vec<_> = stderr.lines().collect();
        let is_told = matches!(lines[..], [.., what, way] if what.starts_with("error: ") && way.starts_with("  try: "));
        // No command helps against a reader that accepts nothing.
        // Nor against a machine without sockets.
        let is_told = is_told || stderr.contains("error: cannot listen at ");
        let is_told = is_told || self.is_answer() && lines.last().is_some_and(|it| it.starts_with("error: "));
        self.expect(is_told || self.is_mute(), "the two lines are missing");
    }

    /// Runs a next command, which must exit with `status` and must not wait. Returns its output or its error message.
    pub(crate) fn next(&mut self, status: i32, line: &str) -> String {
        let output = self.home.tokcache(line);
        let said = text(&output.stderr);
        self.expect(!said.contains("panicked"), &format!("the next {line} panicked"));
        let code = output.status.code();
        self.expect(code == Some(status), &format!("the next {line}: exit {code:?}, not {status}: {said}"));
        if status == 0 { text(&output.stdout) } else { said }
    }

    pub(crate) fn said(&self) -> String {
        text(&self.output.stderr)
    }

    pub(crate) fn is_killed(&self) -> bool {
        self.output.status.signal() == Some(9)
    }

    /// Whether the run cannot print anything.
    pub(crate) fn is_mute(&self) -> bool {
        self.fault.is_lasting() && self.call.name == "write" || self.call.line.contains("(2<")
    }

    pub(crate) fn is_lasting(&self) -> bool {
        self.fault.is_lasting()
    }

    pub(crate) fn is_network(&self) -> bool {
        self.call.line.contains("<socket:") || self.call.name == "socket"
    }

    /// Whether the run cannot print its answer.
    fn is_answer(&self) -> bool {
        self.call.name == "write" && (self.call.line.contains("(1<") || self.fault.is_lasting())
    }

    /// Returns the allowed exit codes for the call that failed.
    fn exit_codes(&self) -> &'static [i32] {
        let line = &self.call.line;
        match () {
            () if self.fault.is_lasting() => &[1, 3, 5, 7],
            () if line.contains("/config") => &[3],
            // Key files are in this folder too.
            () if self.is_above_profiles() => &[3, 7],
            () if line.contains("/state") || line.contains("key-") => &[7],
            // A device code whose answer was lost is used up.
            () if self.is_network() => &[5, 6],
            () if self.is_answer() => &[1],
            () => &[],
        }
    }

    /// Whether the call concerns a folder above the profiles. Its owner decides whether the profile is trusted, so an
    /// error makes the profile unusable.
    fn is_above_profiles(&self) -> bool {
        let is_path = |quoted: &&str| quoted.starts_with('/');
        let line = &self.call.line;
        let path = line.split('"').skip(1).step_by(2).find(is_path).or_else(|| line.split(['<', '>']).find(is_path));
        let above = self.recording.home.join("config");
        self.call.name.contains("stat") && path.is_some_and(|path| above.ancestors().any(|it| it == Path::new(path)))
    }
}
