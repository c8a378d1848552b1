//! git: `credential.https://HOST.helper` in the user's configuration, changed by `git config`.

use std::path::Path;
use std::process::{Command, Stdio};

use super::Change;
use super::file::{Edit, in_lines};
use super::plan::Plan;
use super::words;
use crate::cli::{Exit, Failure, environment};
use crate::output::command_line;

/// A configuration file that `git config` changes.
struct Config<'a> {
    file: &'a Path,
}

impl Config<'_> {
    /// Runs `git config` with these arguments. Returns its output; `None` if there is no such setting.
    fn run(&self, arguments: &[&str]) -> Result<Option<String>, Failure> {
        let mut git = Command::new("git");
        git.args(["config", "--file"]).arg(self.file).args(arguments).stdin(Stdio::null());
        let failed = |why: String| {
            Failure::new(Exit::Config, format!("git config failed: {why}")).try_shell("git config --global --list")
        };
        let output = git.output().map_err(|error| failed(error.to_string()))?;
        match output.status.code() {
            Some(0) => Ok(Some(String::from_utf8_lossy(&output.stdout).into_owned())),
            Some(1) => Ok(None),
            _ => Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
        }
    }

    /// Returns the values of a setting, in order.
    fn values(&self, key: &str) -> Result<Vec<String>, Failure> {
        let output = self.run(&["--null", "--get-all", key])?.unwrap_or_default();
        Ok(output.split_terminator('\0').map(str::to_owned).collect())
    }

    /// Removes tokcache from the helpers of a host, and the empty value in front of it. Returns the other helpers.
    fn remove(&self, key: &str) -> Result<Vec<String>, Failure> {
        let values = self.values(key)?;
        let Some(own) = values.iter().position(|value| is_own(value)) else { return Ok(values) };
        let start = if own > 0 && values[own - 1].is_empty() { own - 1 } else { own };
        let others: Vec<_> = [&values[..start], &values[own + 1..]].concat();
        self.run(&["--unset-all", key])?;
        for other in &others {
            self.run(&["--add", key, other])?;
        }
        Ok(others)
    }
}

/// `git config` changes a copy, so that the change can be shown and is made at once.
pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let mut edit = Edit::of(&environment::git_config()?)?;
    let cannot = |error| Failure::new(Exit::Config, format!("cannot make a temporary folder: {error}"));
    let folder = tempfile::tempdir().map_err(cannot)?;
    let copy = edit.copy(&folder.path().join("config"))?;
    let config = Config { file: &copy };
    for host in change.hosts()? {
        let key = format!("credential.{}.helper", host.url());
        let words = change.words("credential git", std::slice::from_ref(host))?;
        let helper = format!("!{}", command_line(words));
        // A person may have added flags to the line.
        let is_present = |value: &String| *value == helper || value.starts_with(&format!("{helper} "));
        if !change.is_undo() && config.values(&key)?.iter().any(is_present) {
            continue;
        }
        let others = config.remove(&key)?;
        if !change.is_undo() {
            if others.iter().any(|other| !other.is_empty()) {
                return Err(edit.refuse(&format!("{host} has another credential helper there; remove it first")));
            }
            // The empty value resets the list: helpers that are set for all hosts must not save the token. Those behind
            // it would, so the section is the last one. `git config --add` would write into an earlier one of this name.
            let mut whole = Edit::of(&copy)?;
            let value = helper.replace('\\', "\\\\").replace('"', "\\\"");
            let section = format!("[credential \"{}\"]\n\thelper =\n\thelper = \"{value}\"\n", host.url());
            whole.set(format!("{}{section}", in_lines(whole.text())));
            whole.write()?;
        }
    }
    let changed = Edit::of(&copy)?;
    edit.set(changed.text().to_owned());
    plan.edit(edit);
    Ok(())
}

/// Whether a helper is tokcache. git gives a helper with an exclamation mark to the shell.
fn is_own(helper: &str) -> bool {
    helper.strip_prefix('!').is_some_and(|line| words::is_own(line, "credential git"))
}
