//! Bazel: `--credential_helper` in the user's `.bazelrc`, which takes a program without arguments, hence a link.

use super::Change;
use super::file::Edit;
use super::link::Link;
use super::plan::Plan;
use crate::cli::{Failure, environment};

const NAME: &str = "bazel-credential-tokcache";

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let mut edit = Edit::of(&environment::bazelrc()?)?;
    let link = Link::beside_program(NAME, !change.is_undo())?;
    for host in change.hosts()? {
        let own = format!("common --credential_helper={host}={}\n", link.path().display());
        let text = edit.text().replace(&own, "");
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        edit.set(if change.is_undo() { text } else { format!("{text}{end}{own}") });
    }
    plan.hosts(change)?;
    plan.link(Link::beside_program(NAME, edit.text().contains(NAME))?);
    plan.edit(edit);
    Ok(())
}
