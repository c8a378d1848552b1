//! npm: `_authToken` of a registry in the user's `.npmrc`, with a variable that `tokcache exec` sets.

use super::file::Edit;
use super::plan::Plan;
use super::{Change, words};
use crate::cli::hosts::server::Host;
use crate::cli::{Failure, environment};
use crate::output::command_line;

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let mut edit = Edit::of(&environment::npmrc()?)?;
    let variable = variable(&change.profile);
    let wanted = format!("${{{variable}}}");
    for host in change.hosts()? {
        let key = key(host);
        let value_of = |line: &str| {
            let (own, value) = line.split_once('=')?;
            (unquoted(own) == key).then(|| unquoted(value).to_owned())
        };
        let values: Vec<_> = edit.text().lines().filter_map(value_of).collect();
        if change.is_undo() {
            let is_own = |line: &&str| value_of(line).is_some_and(|value| value == wanted);
            edit.set(edit.text().split_inclusive('\n').filter(|line| !is_own(line)).collect());
        } else if values.iter().any(|value| *value != wanted) {
            return Err(edit.refuse(&format!("{host} has another _authToken there; remove it first")));
        } else if values.is_empty() {
            // In front of all sections.
            edit.set(format!("{key}={wanted}\n{}", edit.text()));
        }
    }
    if !change.is_undo() && !edit.is_same() {
        let words = [words::program()?, "exec".to_owned()].into_iter().chain(change.flags.iter().cloned());
        let words = words.chain(["--env", &variable, "--", "npm", "install"].map(str::to_owned));
        plan.notes.push(format!("npm reads the token from a variable. Run npm so: {}", command_line(words)));
    }
    plan.edit(edit);
    Ok(())
}

/// Returns the variable for the token. Each profile has its own, so that no registry gets the token of another one.
fn variable(profile: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("NPM_TOKEN_{}", profile.chars().map(letter).collect::<String>())
}

/// Returns the key of a registry. npm leaves out the default port of the scheme.
fn key(host: &Host) -> String {
    let is_default = |port: &u16| *port == 443 || *port == 80 && host.is_loopback();
    let port = host.port().filter(|port| !is_default(port)).map(|port| format!(":{port}"));
    format!("//{}{}/:_authToken", host.name(), port.unwrap_or_default())
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}
