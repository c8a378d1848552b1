//! The go command: GOAUTH in the file of `go env -w`.

use super::Change;
use super::file::{Edit, in_lines};
use super::plan::Plan;
use super::words::is_own;
use crate::cli::hosts::server::Host;
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
    let present: Vec<_> = value.split(';').map(|command| command.trim().to_owned()).collect();
    let hosts = change.hosts()?;
    let names = |command: &str, host: &Host| {
        let words: Vec<_> = command.split(' ').collect();
        let pair = |flag, value: &str| words.windows(2).any(|pair| pair == [flag, value]);
        let is_of_profile = !change.is_undo() || pair("--profile", &change.profile) || !words.contains(&"--profile");
        is_own(command, "credential goauth") && pair("--host", &host.to_string()) && is_of_profile
    };
    let is_replaced = |command: &String| hosts.iter().any(|host| names(command, host));
    let mut commands: Vec<_> = present.iter().filter(|command| !is_replaced(command)).cloned().collect();
    if !change.is_undo() {
        if commands.iter().any(|command| command == "off") {
            return Err(edit.refuse("GOAUTH is off there"));
        }
        for host in hosts {
            commands.push(command_line(change.words("credential goauth", std::slice::from_ref(host))?));
        }
        commands.dedup();
    }
    if commands != present {
        let kept: String = lines.iter().filter(|line| !line.starts_with("GOAUTH=")).copied().collect();
        let own = if commands == [DEFAULT] { String::new() } else { format!("GOAUTH={}\n", commands.join("; ")) };
        edit.set(if own.is_empty() { kept } else { format!("{}{own}", in_lines(&kept)) });
    }
    plan.edit(edit);
    Ok(())
}
