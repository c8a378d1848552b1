//! The AWS CLI and SDKs: `credential_process` of a profile.

use super::file::Edit;
use super::plan::Plan;
use super::words::is_own;
use super::{Change, sections};
use crate::cli::{Exit, Failure, environment};
use crate::output::command_line;

const PROCESS: &str = "credential_process";

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let name = change.name();
    if name.contains([']', '[', '#', '"', '\'', ';']) || name.contains(|c: char| c.is_control() || c.is_whitespace()) {
        let message = format!("{name:?} is not the name of an AWS profile");
        return Err(Failure::new(Exit::Usage, message).try_with("--name", "PROFILE"));
    }
    let header = if name == "default" { "[default]".to_owned() } else { format!("[profile {name}]") };
    let mut edit = Edit::of(&environment::aws_config()?)?;
    let present = sections::value(edit.text(), &header, PROCESS).map(str::to_owned);
    let is_present_own = present.as_deref().is_some_and(|line| is_own(line, "credential aws"));
    let text = match is_present_own {
        true => sections::without(edit.text(), &header, &[PROCESS]),
        false => edit.text().to_owned(),
    };
    if change.is_undo() {
        edit.set(text);
        plan.edit(edit);
        return Ok(());
    }
    if present.is_some() && !is_present_own {
        return Err(edit.refuse(&format!("{header} has another {PROCESS}; remove it first")));
    }
    let Some(arn) = change.input.and_then(|input| input.role_arn.as_deref()) else {
        return Err(Failure::new(Exit::Usage, "say which role to assume").try_with("--role-arn", "ARN"));
    };
    let mut words = change.words("credential aws", &[])?;
    words.extend(["--role-arn".to_owned(), arn.to_owned()]);
    let line = format!("{PROCESS} = {}", command_line(words));
    // A person may have added flags to the line.
    let is_present = |present: String| format!("{PROCESS} = {present} ").starts_with(&format!("{line} "));
    if !present.is_some_and(is_present) {
        edit.set(sections::with(&text, &header, &[line]));
    }
    plan.edit(edit);
    Ok(())
}
