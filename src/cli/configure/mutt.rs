//! mutt and NeoMutt: the commands that print the token for IMAP and SMTP.

use super::Change;
use super::file::{Edit, in_lines};
use super::plan::Plan;
use super::words::{ADDED, TOKEN, is_own, line};
use crate::cli::{Failure, environment};

/// The settings, and the one value that is the same for all.
const AUTHENTICATORS: [&str; 2] = ["imap_authenticators", "smtp_authenticators"];
const COMMANDS: [&str; 2] = ["imap_oauth_refresh_command", "smtp_oauth_refresh_command"];
const XOAUTH2: &str = "\"xoauth2\"";

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let mut edit = Edit::of(&environment::muttrc()?)?;
    let text = without(edit.text());
    if change.is_undo() {
        let is_left = |line: &str| COMMANDS.iter().any(|name| line.contains(name)) && line.contains("tokcache");
        if text.lines().any(is_left) {
            return Err(edit.refuse("the lines of tokcache have been changed; remove them by hand"));
        }
        edit.set(text);
        plan.edit(edit);
        return Ok(());
    }
    let present = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let present: Vec<_> = present.flat_map(|line| line.split(|c: char| !c.is_ascii_lowercase() && c != '_')).collect();
    let mut names = AUTHENTICATORS.iter().chain(&COMMANDS);
    if let Some(name) = names.find(|name| present.contains(name)) {
        return Err(edit.refuse(&format!("it sets {name} already; remove that first")));
    }
    let command = quoted(&line(&change.words(TOKEN, &[])?));
    let lines = AUTHENTICATORS
        .iter()
        .zip(COMMANDS)
        .map(|(authenticators, refresh)| format!("set {authenticators} = {XOAUTH2}\nset {refresh} = {command}\n"));
    edit.set(format!("{}{ADDED}\n{}", in_lines(&text), lines.collect::<String>()));
    plan.edit(edit);
    Ok(())
}

/// Returns a string of mutt, which replaces variables and runs backticks between double quotes.
fn quoted(text: &str) -> String {
    let escaped = |c: char| if matches!(c, '"' | '\\' | '$' | '`') { format!("\\{c}") } else { c.to_string() };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

/// Returns the text without the lines of `configure`: its mark, and what is left of its lines behind the mark.
fn without(text: &str) -> String {
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let Some(mark) = lines.iter().position(|line| line.trim_end() == ADDED) else { return text.to_owned() };
    let is_written = |line: &&&str| {
        let setting = line.trim_end().strip_prefix("set ").and_then(|setting| setting.split_once(" = "));
        setting.is_some_and(|(name, value)| match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
            _ if AUTHENTICATORS.contains(&name) => value == XOAUTH2,
            Some(command) => COMMANDS.contains(&name) && is_own(command, TOKEN),
            None => false,
        })
    };
    let written = lines[mark + 1..].iter().take_while(is_written).count();
    [&lines[..mark], &lines[mark + 1 + written..]].concat().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_quoted_for_mutt() {
        assert_eq!(quoted("'/a $b/tokcache' token `\"\\"), r#""'/a \$b/tokcache' token \`\"\\""#);
    }

    #[test]
    fn only_the_lines_of_configure_are_removed() {
        let own =
            "set imap_authenticators = \"xoauth2\"\nset imap_oauth_refresh_command = \"tokcache token --profile a\"\n";
        assert_eq!(without(&format!("set a=b\n{ADDED}\n{own}set c=d\n")), "set a=b\nset c=d\n");
        let changed = "set imap_authenticators = \"xoauth2\" imap_user=bob\n";
        assert_eq!(without(&format!("{ADDED}\n{changed}")), changed);
    }
}
