//! The findings of all checks, in the order of the report.

use crate::cli::failure::hint::Hint;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Failure};
use crate::output::{FindingView, FindingsView, Severity};

/// A result of a check.
struct Finding {
    check: &'static str,
    severity: Severity,
    message: String,
    /// The exit status of a command that fails because of it.
    exit: Exit,
    /// The command that helps. A problem and a warning always have one.
    fix: Option<String>,
}

/// All findings.
pub(super) struct Findings {
    found: Vec<Finding>,
    /// The settings that a suggested command repeats.
    pub(super) settings: Settings,
}

impl Findings {
    pub(super) fn new(settings: &Settings) -> Self {
        Findings { found: Vec::new(), settings: settings.clone() }
    }

    /// Adds that all is well.
    pub(super) fn ok(&mut self, check: &'static str, message: impl Into<String>) {
        self.push(check, Severity::Ok, message.into(), Exit::Unexpected, None);
    }

    /// Adds a fact that is no fault. `fix` is a command for users who want it otherwise.
    pub(super) fn note(&mut self, check: &'static str, message: impl Into<String>, fix: Option<String>) {
        self.push(check, Severity::Note, message.into(), Exit::Unexpected, fix);
    }

    /// Adds what works now, and can fail or be abused later.
    pub(super) fn warning(&mut self, check: &'static str, failure: &Failure) {
        self.fault(check, Severity::Warning, failure);
    }

    /// Adds what fails.
    pub(super) fn problem(&mut self, check: &'static str, failure: &Failure) {
        self.fault(check, Severity::Problem, failure);
    }

    /// Adds a conversion of the cache that was interrupted.
    pub(super) fn interrupted_conversion(&mut self, profile: &str) {
        let message = format!("a conversion of the cache of the profile {profile:?} was interrupted, or is running");
        self.warning("cache", &Failure::new(Exit::Store, message).try_tokcache(["cache", "check"]));
    }

    fn fault(&mut self, check: &'static str, severity: Severity, failure: &Failure) {
        // A suggestion to run the command again means the command that would have failed.
        let command = ["tokcache", "token"].map(str::to_owned).into_iter();
        let typed: Vec<_> = command.chain(self.settings.flags_beside(&["token".to_owned()])).collect();
        // An error of a command may stand alone, because whoever typed the command knows where to look next.
        let fix = failure.command(&typed, &self.settings).unwrap_or_else(|| self.tokcache(&["token", "-vv"]));
        self.push(check, severity, failure.message().to_owned(), failure.exit(), Some(fix));
    }

    /// Returns a `tokcache` command with the settings of the report.
    pub(super) fn tokcache(&self, words: &[&str]) -> String {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Hint::Tokcache(words).command(&[], &self.settings)
    }

    fn push(&mut self, check: &'static str, severity: Severity, message: String, exit: Exit, fix: Option<String>) {
        self.found.push(Finding { check, severity, message, exit, fix });
    }

    /// Returns the failure of the command: that of the first problem, else of the first warning. `None`: all is well.
    pub(super) fn worst(&self) -> Option<Failure> {
        let first = |severity| self.found.iter().find(|finding| finding.severity == severity);
        let worst = first(Severity::Problem).or_else(|| first(Severity::Warning))?;
        let number = |severity| self.found.iter().filter(|finding| finding.severity == severity).count();
        let counted = |number: usize, name: &str| match number {
            0 => None,
            1 => Some(format!("1 {name}")),
            number => Some(format!("{number} {name}s")),
        };
        let counts = [counted(number(Severity::Problem), "problem"), counted(number(Severity::Warning), "warning")];
        let counts: Vec<_> = counts.into_iter().flatten().collect();
        let message = format!("{}; {}: {}", counts.join(" and "), worst.check, worst.message);
        let failure = Failure::new(worst.exit, message).retryable(false);
        Some(match &worst.fix {
            Some(fix) => failure.try_shell(fix),
            None => failure,
        })
    }

    pub(super) fn view(&self) -> FindingsView {
        let view = |finding: &Finding| FindingView {
            check: finding.check,
            severity: finding.severity,
            message: finding.message.clone(),
            code: matches!(finding.severity, Severity::Problem | Severity::Warning).then(|| finding.exit.name()),
            command: finding.fix.clone(),
        };
        FindingsView { findings: self.found.iter().map(view).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_whose_error_suggests_nothing_has_a_command_too() {
        let settings = Settings { profile: Some("work".to_owned()), ..Settings::default() };
        let mut findings = Findings::new(&settings);
        findings.problem("profile", &Failure::new(Exit::Config, "why"));
        findings.warning("cache", &Failure::new(Exit::Store, "why").retryable(true));
        findings.note("cache", "a fact", None);
        let commands: Vec<_> = findings.found.iter().map(|finding| finding.fix.as_deref()).collect();
        let [shown, again] = ["tokcache token -vv --profile work", "tokcache token --profile work"];
        assert_eq!(commands, [Some(shown), Some(again), None]);
    }
}
