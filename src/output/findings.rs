//! Prints what `doctor` has found.

use serde::Serialize;

use super::{json, plain};

/// The severity of a finding.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// All is well.
    Ok,
    /// A fact, and no fault.
    Note,
    /// It works now, and can fail or be abused later.
    Warning,
    /// A command fails because of it.
    Problem,
}

/// A finding, ready to print.
#[derive(Serialize)]
pub(crate) struct FindingView {
    pub(crate) check: &'static str,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    /// The name of the exit status of a command that fails because of it.
    pub(crate) code: Option<&'static str>,
    /// The command that helps.
    pub(crate) command: Option<String>,
}

/// All findings.
pub(crate) struct FindingsView {
    pub(crate) findings: Vec<FindingView>,
}

impl FindingsView {
    /// Returns one line of JSON.
    pub(crate) fn json(&self) -> anyhow::Result<String> {
        Ok(json(&self.findings)?.to_string() + "\n")
    }

    /// Returns a line for each finding, and one for each command that helps.
    pub(crate) fn text(&self) -> String {
        let width = self.findings.iter().map(|finding| finding.check.len()).max().unwrap_or_default();
        let mut text = String::new();
        for finding in &self.findings {
            let message = plain(&finding.message);
            text += &format!("{:<8} {:<width$}  {message}\n", finding.severity.name(), finding.check);
            if let Some(command) = &finding.command {
                text += &format!("{:<8} {:<width$}    try: {}\n", "", "", plain(command));
            }
        }
        text
    }
}

impl Severity {
    fn name(self) -> &'static str {
        match self {
            Severity::Ok => "ok",
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Problem => "problem",
        }
    }
}
