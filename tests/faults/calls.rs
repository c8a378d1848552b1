//! Every system call of a refreshing run fails, or is the last one of a process that is killed there.

use std::os::unix::process::ExitStatusExt;
use std::process::Output;

use tokcache::cache::TokenCache;

use crate::provider::Provider;
use crate::strace::{Call, Fault, calls_of, run_with};
use crate::support::home::Home;
use crate::support::{is_long, names, text};

const ERRORS: [&str; 7] = ["EACCES", "EDQUOT", "EINTR", "EIO", "EMFILE", "ENOSPC", "EROFS"];
const TOKEN: &str = "token --lock-timeout 3s";
/// What a dead or failed run left behind may cost the next one 2 seconds.
const NEXT: &str = "token --force-refresh --lock-timeout 2s";

#[test]
fn whichever_call_fails_the_cache_is_whole_and_the_run_says_what_happened() {
    each_call(|all| all / 6, |at| tried(&ERRORS, 2, at).map(Fault::Once).collect());
}

#[test]
fn whichever_call_fails_from_then_on_the_cache_is_whole_and_the_run_says_what_happened() {
    // EINTR for ever would be tried again for ever, rightly.
    let errors: Vec<_> = ERRORS.into_iter().filter(|error| *error != "EINTR").collect();
    each_call(|all| all / 5, |at| tried(&errors, 1, at).map(Fault::FromThenOn).collect());
}

/// Where the cache lock was taken away in the last moment, the new holder sweeps.
#[test]
fn a_temporary_file_that_is_swept_before_it_is_renamed_is_written_again() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let calls = calls_of(&home, TOKEN);
    let is_save = |call: &&Call| call.name.starts_with("rename") && call.line.contains("/token_cache.json\"");
    let save = calls.iter().find(is_save).expect("a run that saves");
    provider.reset();
    home.sign_in_again();
    let output = run_with(&home, save, Fault::Once("ENOENT"), TOKEN);
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("AT-1\n".into(), String::new()));
    assert!(holds_turn(&std::fs::read(home.cache()).unwrap(), 1));
}

/// The errors to try on a call: all, or in the quick form some, others on each call.
fn tried(errors: &[&'static str], quick: usize, call: usize) -> impl Iterator<Item = &'static str> {
    let count = if is_long() { errors.len() } else { quick };
    if call == 0 {
        println!("{count} of {} errors on each call; TOKCACHE_TESTS=long tries all", errors.len());
    }
    errors.iter().copied().cycle().skip(call).take(count)
}

#[test]
fn wherever_it_is_killed_the_cache_is_whole_and_the_next_run_goes_on() {
    each_call(|all| all, |_| vec![Fault::Kill]);
}

/// Runs all cases, on every core, and reports all that went wrong at once. Of so many runs, `least` must fail.
fn each_call(least: fn(usize) -> usize, faults: impl Fn(usize) -> Vec<Fault>) {
    let provider = Provider::start();
    let calls = calls_of(&Home::at(&provider), TOKEN);
    assert!(calls.len() > 80, "too few calls were recorded: {calls:#?}");
    let cases = calls.iter().enumerate().flat_map(|(at, call)| faults(at).into_iter().map(move |fault| (call, fault)));
    let cases: Vec<_> = cases.collect();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            cases.chunks(cases.len().div_ceil(workers)).map(|cases| scope.spawn(|| run(cases))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let count = |what: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| what(outcome)).count();
    let all = cases.len();
    let (failed, not_saved) = (count(|outcome| outcome.failed), count(|outcome| outcome.not_saved));
    println!("{} calls, {all} faults: {failed} runs failed, {not_saved} could not save", calls.len());
    assert!(failed >= least(all), "few runs failed: was nothing injected?");
    let wrong: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.wrong.as_deref()).collect();
    assert!(wrong.is_empty(), "{} of {} went wrong:\n\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}

struct Outcome {
    failed: bool,
    not_saved: bool,
    wrong: Option<String>,
}

fn run(cases: &[(&Call, Fault)]) -> Vec<Outcome> {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let run = |(call, fault): &(&Call, Fault)| {
        provider.reset();
        home.sign_in_again();
        let output = run_with(&home, call, *fault, TOKEN);
        let mut aftermath = Aftermath::of(&home, &provider, call, *fault, output);
        aftermath.judge();
        aftermath.judge_next_run(&home, &provider);
        let wrong = aftermath.complaints.join("\n- ");
        let said = text(&aftermath.output.stderr);
        Outcome {
            failed: !aftermath.output.status.success(),
            not_saved: aftermath.is_not_saved(),
            wrong: (!wrong.is_empty()).then(|| format!("{fault:?} at {}\n- {wrong}\n{said}", call.line)),
        }
    };
    cases.iter().map(run).collect()
}

/// What a run leaves behind.
struct Aftermath<'a> {
    call: &'a Call,
    fault: Fault,
    output: Output,
    /// How often the provider rotated the refresh token: once, if the run got that far.
    turn: usize,
    mode: u32,
    file: File,
    complaints: Vec<String>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum File {
    Damaged,
    New,
    Old,
}

impl<'a> Aftermath<'a> {
    fn of(home: &Home, provider: &Provider, call: &'a Call, fault: Fault, output: Output) -> Self {
        let turn = provider.turn();
        let file = match std::fs::read(home.cache()) {
            Ok(bytes) if bytes == home.expired_cache() => File::Old,
            Ok(bytes) if holds_turn(&bytes, turn) => File::New,
            _ => File::Damaged,
        };
        Aftermath { call, fault, output, turn, mode: home.mode(), file, complaints: Vec::new() }
    }

    fn judge(&mut self) {
        let (stdout, stderr) = (text(&self.output.stdout), text(&self.output.stderr));
        self.expect(self.file != File::Damaged, "the cache is neither the old nor the new one");
        self.expect(self.mode == 0o600, "the cache is open to others");
        self.expect(!stderr.contains("panicked"), "it panicked");
        if self.output.status.signal() == Some(9) {
            return;
        }
        let lines: Vec<_> = stderr.lines().collect();
        match self.output.status.code() {
            Some(0) => {
                self.expect(self.turn == 1 && stdout == "AT-1\n", "success without the new token");
                let is_loud = stderr.contains("warning: THE NEW TOKENS COULD NOT BE SAVED");
                self.expect(
                    self.file == File::New || is_loud || self.is_mute(),
                    "the new refresh token was dropped in silence",
                );
            }
            code => {
                let allowed = self.exit_codes();
                self.expect(
                    code.is_some_and(|code| allowed.contains(&code)),
                    &format!("exit {code:?}, not {allowed:?}"),
                );
                self.expect(stdout.is_empty(), "a failure with an answer");
                let is_told =
                    matches!(lines[..], [.., what, way] if what.starts_with("error: ") && way.starts_with("  try: "));
                // There is nothing to type against a reader that takes nothing.
                let is_told = is_told || code == Some(1) && lines.last().is_some_and(|it| it.starts_with("error: "));
                self.expect(is_told || self.is_mute(), "the two lines are missing");
                self.expect(
                    !self.is_lost() || self.is_network() || self.is_mute(),
                    "the new refresh token was dropped in silence",
                );
            }
        }
    }

    /// The next run is signed in, is not kept waiting, and leaves nothing but the cache.
    fn judge_next_run(&mut self, home: &Home, provider: &Provider) {
        let next = home.tokcache(NEXT);
        let rescued = names(&home.elsewhere());
        self.expect(rescued.is_empty(), &format!("litter elsewhere after the next run: {rescued:?}"));
        // A request that was on its way may have been answered after its sender was gone.
        let is_answered_late = self.is_network() && self.file == File::Old && provider.is_revoked();
        if (self.is_lost() && self.may_be_gone() || is_answered_late) && !next.status.success() {
            return;
        }
        let said = text(&next.stderr);
        self.expect(next.status.success(), &format!("the next run failed: {said}"));
        self.expect(!provider.is_revoked(), "a spent refresh token was spent again");
        self.expect(text(&next.stdout) == format!("AT-{}\n", provider.turn()), "the next run has no new token");
        let names = names(&home.state());
        self.expect(names == ["token_cache.json"], &format!("litter after the next run: {names:?}"));
    }

    fn expect(&mut self, holds: bool, complaint: &str) {
        if !holds {
            self.complaints.push(complaint.to_owned());
        }
    }

    /// Whether it cannot say anything.
    fn is_mute(&self) -> bool {
        self.fault.is_lasting() && self.call.name == "write"
    }

    /// What may come of a failure, by what failed.
    fn exit_codes(&self) -> &'static [i32] {
        let line = &self.call.line;
        match () {
            () if self.fault.is_lasting() => &[1, 3, 5, 7],
            () if line.contains("/config") || self.is_above_profiles() => &[3],
            () if line.contains("/state") => &[7],
            () if self.is_network() => &[5],
            () if line.contains("(1<") => &[1],
            () => &[],
        }
    }

    /// A folder that says whether the profile can be believed.
    fn is_above_profiles(&self) -> bool {
        let line = &self.call.line;
        self.call.name.starts_with("stat") && !line.contains("/state") && !line.contains("/run")
    }

    fn is_network(&self) -> bool {
        self.call.line.contains("<socket:") || self.call.name == "socket"
    }

    /// The run gave its token away and warned.
    fn is_not_saved(&self) -> bool {
        self.is_lost() && self.output.status.success()
    }

    /// Whether the refresh token may be gone: its receiver died, or its answer never came, or nothing can be written
    /// any more anywhere.
    fn may_be_gone(&self) -> bool {
        let is_killed = self.output.status.signal() == Some(9);
        is_killed || self.is_network() || self.fault.is_lasting()
    }

    /// Whether the refresh token in the cache is a spent one.
    fn is_lost(&self) -> bool {
        self.turn == 1 && self.file == File::Old
    }
}

fn holds_turn(bytes: &[u8], turn: usize) -> bool {
    let Ok(cache) = TokenCache::deserialize(bytes) else { return false };
    let access: Vec<_> = cache.access_tokens().into_iter().map(|entry| entry.secret.expose().to_owned()).collect();
    let refresh: Vec<_> = cache.refresh_tokens().into_iter().map(|entry| entry.secret.expose().to_owned()).collect();
    access == [format!("AT-{turn}")] && refresh == [format!("RT-{turn}")] && cache.accounts(None).len() == 1
}
