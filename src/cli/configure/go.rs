//! The go command: GOAUTH in the file of `go env -w`.

use super::Change;
use super::file::Edit;
use super::plan::Plan;
use super::words::is_own;
use crate::cli::{Exit, Failure, environment};
use crate::output::command_line;

/// The value that go uses without a setting. It stays in force.
const DEFAULT: &str = "netrc";

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let Some(file) = environment::go_env()? else {
        return Err(Failure::new(Exit::Config, "GOENV is off, so go reads no settings").try_shell("unset GOENV"));
    };
    let mut edit = Edit::of(&file)?;
    let lines: Vec<_> = edit.text().split_inclusive('\n').collect();
    let value = lines.iter().find_map(|line| line.trim_end().strip_prefix("GOAUTH=")).unwrap_or(DEFAULT);
    let mut commands: Vec<_> =
        value.split(';').map(|it| it.trim().to_owned()).filter(|it| !is_own(it, "credential goauth")).collect();
    if !change.is_undo() {
        if commands.iter().any(|command| command == "off") {
            return Err(edit.refuse("GOAUTH is off there"));
        }
        commands.push(command_line(change.words("credential goauth", change.hosts()?)?));
    }
    let kept: String = lines.iter().filter(|line| !line.starts_with("GOAUTH=")).copied().collect();
    let own = if commands == [DEFAULT] { String::new() } else { format!("GOAUTH={}\n", commands.join("; ")) };
    let end = if own.is_empty() || kept.is_empty() || kept.ends_with('\n') { "" } else { "\n" };
    edit.set(format!("{kept}{end}{own}"));
    plan.edit(edit);
    Ok(())
}
