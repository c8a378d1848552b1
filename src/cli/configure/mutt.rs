//! mutt and NeoMutt: the commands that print the token for IMAP and SMTP.

use super::Change;
use super::file::Edit;
use super::plan::Plan;
use super::words::{ADDED, TOKEN, is_own, line};
use crate::cli::{Failure, environment};

const PROTOCOLS: [&str; 2] = ["imap", "smtp"];

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let mut edit = Edit::of(&environment::muttrc()?)?;
    let text = without(edit.text());
    if change.is_undo() {
        edit.set(text);
        plan.edit(edit);
        return Ok(());
    }
    let names = PROTOCOLS.iter().flat_map(|protocol| [authenticators(protocol), command(protocol)]);
    for name in names {
        if text.lines().any(|line| name_of(line) == Some(&name)) {
            return Err(edit.refuse(&format!("it sets {name} already; remove that first")));
        }
    }
    let value = quoted(&line(&change.words(TOKEN, &[])?));
    let mut added = format!("{ADDED}\n");
    for protocol in PROTOCOLS {
        added += &format!("set {} = \"xoauth2\"\nset {} = {value}\n", authenticators(protocol), command(protocol));
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    edit.set(format!("{text}{end}{added}"));
    plan.edit(edit);
    Ok(())
}

fn authenticators(protocol: &str) -> String {
    format!("{protocol}_authenticators")
}

fn command(protocol: &str) -> String {
    format!("{protocol}_oauth_refresh_command")
}

/// Returns the name of the variable that a line sets.
fn name_of(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("set ")?.trim_start();
    rest.split(|c: char| c == '=' || c.is_whitespace()).next()
}

/// Returns a string of mutt, which replaces variables and runs backticks between double quotes.
fn quoted(text: &str) -> String {
    let escaped = |c: char| if matches!(c, '"' | '\\' | '$' | '`') { format!("\\{c}") } else { c.to_string() };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

/// Returns the text without the lines of `configure`.
fn without(text: &str) -> String {
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let names: Vec<_> = PROTOCOLS.iter().flat_map(|protocol| [authenticators(protocol), command(protocol)]).collect();
    let is_own_block = |at: usize| {
        let block = lines.get(at + 1..=at + names.len())?;
        let is_set = block.iter().zip(&names).all(|(line, name)| name_of(line) == Some(name));
        let value = block[1].split_once('=')?.1.trim().trim_matches('"');
        (lines[at].trim_end() == ADDED && is_set && is_own(value, TOKEN)).then_some(())
    };
    match (0..lines.len()).find(|at| is_own_block(*at).is_some()) {
        Some(at) => lines[..at].iter().chain(&lines[at + 1 + names.len()..]).copied().collect(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_quoted_for_mutt() {
        assert_eq!(quoted("'/a $b/tokcache' token `\"\\"), r#""'/a \$b/tokcache' token \`\"\\""#);
    }
}
