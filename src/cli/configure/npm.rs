//! npm: `_authToken` of a registry in the user's `.npmrc`, with a variable that `tokcache exec` sets.

use super::file::Edit;
use super::plan::Plan;
use super::{Change, words};
use crate::cli::exec::TOKEN_VARIABLE;
use crate::cli::{Failure, environment};
use crate::output::command_line;

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let mut edit = Edit::of(&environment::npmrc()?)?;
    let wanted = format!("${{{TOKEN_VARIABLE}}}");
    for host in change.hosts()? {
        let key = format!("//{host}/:_authToken");
        let value_of = |line: &str| {
            let (own, value) = line.split_once('=')?;
            (own.trim() == key).then(|| value.trim().trim_matches('"').to_owned())
        };
        let present = edit.text().lines().find_map(value_of);
        match present {
            Some(value) if value == wanted && change.is_undo() => {
                let lines = edit.text().split_inclusive('\n');
                edit.set(lines.filter(|line| value_of(line).is_none()).collect());
            }
            None if !change.is_undo() => {
                // In front of all sections.
                let text = format!("{key}={wanted}\n{}", edit.text());
                edit.set(text);
            }
            Some(value) if value != wanted && !change.is_undo() => {
                return Err(edit.refuse(&format!("{host} has another _authToken there; remove it first")));
            }
            Some(_) | None => {}
        }
    }
    if !change.is_undo() && !edit.is_same() {
        let words = [words::program()?, "exec".to_owned()].into_iter().chain(change.flags.iter().cloned());
        let words = words.chain(["--", "npm", "install"].map(str::to_owned));
        plan.notes.push(format!("npm reads the token from a variable. Run npm so: {}", command_line(words)));
    }
    plan.edit(edit);
    Ok(())
}
