//! Terraform and OpenTofu: the block `credentials_helper` in the CLI configuration, and a link in the folder of plugins.

use super::Change;
use super::file::{Edit, in_lines};
use super::link::Link;
use super::plan::Plan;
use crate::cli::{Failure, environment};

/// The whole block. The hosts in the profiles decide which host gets which token, because there can be one helper only.
const BLOCK: &str = "credentials_helper \"tokcache\" {\n}\n";

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let mut edit = Edit::of(&environment::terraform_config()?)?;
    let left = plan.hosts(change)?;
    if change.is_undo() && !left.is_changed {
        return Ok(());
    }
    let text = edit.text();
    let helper =
        text.lines().find_map(|line| line.trim_start().strip_prefix("credentials_helper")).map(str::trim_start);
    let is_present_own = helper.is_some_and(|helper| helper.starts_with("\"tokcache\""));
    if change.is_undo() && is_present_own && left.is_empty() {
        let whole = in_lines(text);
        let Some(at) = whole.find(BLOCK) else {
            return Err(edit.refuse("its credentials_helper \"tokcache\" has been changed; remove it by hand"));
        };
        let (before, after) = (&whole[..at], &whole[at + BLOCK.len()..]);
        let before =
            if after.is_empty() { before.strip_suffix("\n\n").map_or(before, |_| &before[..at - 1]) } else { before };
        let shortened = format!("{before}{after}");
        edit.set(shortened);
    } else if !change.is_undo() && !is_present_own {
        if helper.is_some() {
            return Err(edit.refuse("it has another credentials_helper; remove it first"));
        }
        let gap = if text.is_empty() { "" } else { "\n" };
        let longer = format!("{}{gap}{BLOCK}", in_lines(text));
        edit.set(longer);
    }
    let is_used = edit.text().contains("credentials_helper \"tokcache\"") || !left.is_empty();
    plan.link(Link::in_folder(&environment::terraform_plugins()?, "terraform-credentials-tokcache", is_used)?);
    plan.edit(edit);
    Ok(())
}
