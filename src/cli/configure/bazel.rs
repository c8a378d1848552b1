//! Bazel: `--credential_helper` in the user's `.bazelrc`, which takes a program without arguments, hence a link.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::Change;
use super::file::{Edit, in_lines};
use super::link::Link;
use super::plan::Plan;
use crate::cli::{Exit, Failure, environment};

const NAME: &str = "bazel-credential-tokcache";

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let mut edit = Edit::of(&environment::bazelrc()?)?;
    let link = Link::beside_program(NAME, !change.is_undo())?;
    let left = plan.hosts(change)?;
    if change.is_undo() && !left.is_changed {
        return Ok(());
    }
    for host in change.hosts()? {
        let name = host.name();
        if !name.contains('.') || name.contains(':') {
            let message = format!("Bazel takes the helper of a host with a dot in its name only, unlike {name}");
            return Err(Failure::new(Exit::Usage, message).try_with("--host", "cache.example.com"));
        }
        // Bazel takes no port.
        let setting = format!("--credential_helper={name}=");
        let helper_of = |line: &str| {
            let option = line.trim_end().strip_prefix("common ")?.trim_matches('"').strip_prefix(&setting)?;
            Some(PathBuf::from(option))
        };
        let is_own = |line: &&str| helper_of(line).is_some_and(|path| path.file_stem() == Some(OsStr::new(NAME)));
        let others: String = edit.text().split_inclusive('\n').filter(|line| !is_own(line)).collect();
        if change.is_undo() {
            if !left.needs(host) {
                edit.set(others);
            }
        } else if others.lines().any(|line| helper_of(line).is_some()) {
            return Err(edit.refuse(&format!("{name} has another credential helper there; remove it first")));
        } else {
            let option = format!("{setting}{}", link.path().display());
            let option = if option.contains(' ') { format!("\"{option}\"") } else { option };
            let line = format!("common {option}\n");
            if !edit.text().split_inclusive('\n').any(|present| present == line) {
                edit.set(format!("{}{line}", in_lines(&others)));
            }
        }
    }
    plan.link(Link::beside_program(NAME, edit.text().contains(NAME) || !left.is_empty())?);
    plan.edit(edit);
    Ok(())
}
