//! Terraform and OpenTofu: the block `credentials_helper` in the CLI configuration, and a link in the folder of plugins.

use super::Change;
use super::file::Edit;
use super::link::Link;
use super::plan::Plan;
use crate::cli::{Failure, environment};

/// The whole block. The hosts in the profiles decide which host gets which token, because there can be one helper only.
const BLOCK: &str = "credentials_helper \"tokcache\" {\n}\n";

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let mut edit = Edit::of(&environment::terraform_config()?)?;
    let is_needed = plan.hosts(change)?;
    if change.is_undo() && !is_needed {
        let text = edit.text();
        let shortened = text.strip_suffix(&format!("\n{BLOCK}")).map(str::to_owned);
        edit.set(shortened.unwrap_or_else(|| text.replacen(BLOCK, "", 1)));
    } else if !change.is_undo() && !edit.text().contains(BLOCK) {
        let is_other = |line: &str| line.trim_start().starts_with("credentials_helper");
        if edit.text().lines().any(is_other) {
            return Err(edit.refuse("it has another credentials_helper; remove it first"));
        }
        let text = edit.text();
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let gap = if text.is_empty() { "" } else { "\n" };
        edit.set(format!("{text}{end}{gap}{BLOCK}"));
    }
    let is_used = edit.text().contains(BLOCK);
    plan.link(Link::in_folder(&environment::terraform_plugins()?, "terraform-credentials-tokcache", is_used)?);
    plan.edit(edit);
    Ok(())
}
