//! msmtp: `passwordeval` of an account, which prints the token.

use std::ops::Range;

use super::Change;
use super::file::Edit;
use super::plan::Plan;
use super::words::{self, ADDED, TOKEN};
use crate::cli::{Exit, Failure, environment};

/// The setting with the command.
const EVAL: &str = "passwordeval";

/// The port of SMTP with authentication (RFC 6409).
const SUBMISSION: u16 = 587;

/// The port of SMTP in TLS (RFC 8314). msmtp must be told not to ask for TLS with STARTTLS there.
const SUBMISSIONS: u16 = 465;

/// The settings of an account that `configure` has added as a whole.
const OWN: [&str; 8] = ["host", "port", "tls", "tls_starttls", "auth", "user", "from", EVAL];

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let name = change.name();
    if name.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, ':' | ',' | '#' | '"')) {
        let message = format!("{name:?} is not the name of an account of msmtp");
        return Err(Failure::new(Exit::Usage, message).try_with("--name", "ACCOUNT"));
    }
    let mut edit = Edit::of(&environment::msmtprc()?)?;
    let lines: Vec<_> = edit.text().split_inclusive('\n').collect();
    let account = account(&lines, &name);
    let eval = account.clone().and_then(|account| account.into_iter().find(|at| key_of(lines[*at]) == EVAL));
    let is_present_own = eval.is_some_and(|at| is_own(lines[at]));
    if change.is_undo() {
        if let (Some(account), Some(eval), true) = (account, eval, is_present_own) {
            let removed = added_lines(&lines, account, eval);
            edit.set(without(&lines, &removed));
        }
        plan.edit(edit);
        return Ok(());
    }
    let command = words::line(&change.words(TOKEN, &[])?);
    let line = format!("{EVAL} \"{command}\"\n");
    let text = match (account, eval) {
        (Some(_), Some(at)) if is_present_own => {
            let before = lines[..at].concat();
            format!("{before}{line}{}", lines[at + 1..].concat())
        }
        (Some(account), _) => {
            let present = |key: &str| lines[account.clone()].iter().find(|line| key_of(line) == key).copied();
            if let Some(other) = [EVAL, "password"].into_iter().find(|key| present(key).is_some()) {
                return Err(edit.refuse(&format!("the account {name} has another {other}; remove it first")));
            }
            let auth = match present("auth") {
                Some(line) if value_of(line) != "xoauth2" => {
                    let why = format!("the account {name} has another kind of auth; remove that line first");
                    return Err(edit.refuse(&why));
                }
                Some(_) => "",
                None => "auth xoauth2\n",
            };
            let (head, tail) = lines.split_at(account.start + 1);
            let head = head.concat();
            let end = if head.ends_with('\n') { "" } else { "\n" };
            format!("{head}{end}{ADDED}\n{auth}{line}{}", tail.concat())
        }
        (None, _) => {
            let text = edit.text();
            let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            format!("{text}{end}{}", new_account(change, &name)? + &line)
        }
    };
    edit.set(text);
    plan.edit(edit);
    Ok(())
}

/// Returns the lines of an account that does not exist yet, without its command.
fn new_account(change: &Change<'_>, name: &str) -> Result<String, Failure> {
    let [host] = change.hosts()? else {
        return Err(Failure::new(Exit::Usage, "an account of msmtp has one host").try_with("--host", "HOST"));
    };
    let Some(user) = change.input.and_then(|input| input.username.as_deref()) else {
        let message = format!("msmtp does not know the account {name}: name the mailbox");
        return Err(Failure::new(Exit::Usage, message).try_with("--username", "NAME@DOMAIN"));
    };
    if user.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"') {
        let message = format!("{user:?} is not a mailbox");
        return Err(Failure::new(Exit::Usage, message).try_with("--username", "NAME@DOMAIN"));
    }
    let port = host.port().unwrap_or(SUBMISSION);
    let tls = match port {
        _ if host.is_loopback() => "tls off\n",
        SUBMISSIONS => "tls on\ntls_starttls off\n",
        _ => "tls on\n",
    };
    Ok(format!(
        "{ADDED}\naccount {name}\nhost {}\nport {port}\n{tls}auth xoauth2\nuser {user}\nfrom {user}\n",
        host.name()
    ))
}

/// Returns the range of lines of an account, from its header to the next one.
fn account(lines: &[&str], name: &str) -> Option<Range<usize>> {
    let is_header = |line: &&str| matches!(key_of(line), "account" | "defaults");
    let is_wanted = |line: &&str| {
        let named = value_of(line).split(':').next().unwrap_or_default().trim();
        // `account default : NAME` is another name for an account.
        key_of(line) == "account" && named == name
    };
    let start = lines.iter().position(is_wanted)?;
    let length = lines[start + 1..].iter().position(is_header).unwrap_or(lines.len() - start - 1);
    // The mark of the next account belongs to that account.
    let end = start + 1 + length;
    let is_mark = end < lines.len() && end > start + 1 && lines[end - 1].trim_end() == ADDED;
    Some(start..if is_mark { end - 1 } else { end })
}

fn key_of(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or_default()
}

fn value_of(line: &str) -> &str {
    line.trim().split_once(char::is_whitespace).map_or("", |(_, value)| value.trim())
}

fn is_own(line: &str) -> bool {
    words::is_own(value_of(line).trim_matches('"'), TOKEN)
}

/// Returns the lines that `configure` has added to an account, or the whole account if it has made it.
fn added_lines(lines: &[&str], account: Range<usize>, eval: usize) -> Range<usize> {
    let is_mark = |at: usize| lines[at].trim_end() == ADDED;
    let is_whole = account.start > 0
        && is_mark(account.start - 1)
        && lines[account.start + 1..account.end].iter().all(|line| OWN.contains(&key_of(line)));
    match () {
        () if is_whole => account.start - 1..account.end,
        () if is_mark(eval - 1) => eval - 1..eval + 1,
        () if key_of(lines[eval - 1]) == "auth" && eval >= 2 && is_mark(eval - 2) => eval - 2..eval + 1,
        () => eval..eval + 1,
    }
}

fn without(lines: &[&str], removed: &Range<usize>) -> String {
    lines[..removed.start].iter().chain(&lines[removed.end..]).copied().collect()
}
