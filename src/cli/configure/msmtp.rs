//! msmtp: an account with `passwordeval`, which prints the token.

use super::Change;
use super::file::{Edit, in_lines};
use super::plan::Plan;
use super::words::{self, ADDED, TOKEN};
use crate::cli::{Exit, Failure, environment};
use crate::output::command_line;

/// The setting with the command.
const EVAL: &str = "passwordeval";

/// The port of SMTP with authentication (RFC 6409).
const SUBMISSION: u16 = 587;

/// The port of SMTP in TLS (RFC 8314). msmtp must be told not to ask for TLS with STARTTLS there.
const SUBMISSIONS: u16 = 465;

/// The lines of the file, and the name of the account that is meant.
struct Accounts<'t> {
    lines: Vec<&'t str>,
    name: String,
}

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let name = change.name();
    if name.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, ':' | ',' | '#' | '"')) {
        let message = format!("{name:?} is not the name of an account of msmtp");
        return Err(Failure::new(Exit::Usage, message).try_with("--name", "ACCOUNT"));
    }
    let mut edit = Edit::of(&environment::msmtprc()?)?;
    let text = edit.text().to_owned();
    let accounts = Accounts { lines: text.split_inclusive('\n').collect(), name };
    let own = accounts.own();
    let name = &accounts.name;
    if change.is_undo() {
        if let Some(own) = own {
            if let Some(line) = accounts.reference() {
                return Err(edit.refuse(&format!("the line {line:?} needs the account {name}; remove that line first")));
            }
            edit.set([&accounts.lines[..own.start], &accounts.lines[own.end..]].concat().concat());
        } else if accounts.has_command_of_tokcache() {
            return Err(edit.refuse(&format!("the account {name} has been changed; remove it by hand")));
        }
        plan.edit(edit);
        return Ok(());
    }
    let present = own.clone().map(|own| &accounts.lines[own]);
    if present.is_none() && accounts.header().is_some() {
        let why = format!("it has another account {name}; remove that first, or use another --name");
        return Err(edit.refuse(&why));
    }
    let account = account(change, name, present.unwrap_or_default())?;
    edit.set(match own {
        Some(own) => [&accounts.lines[..own.start], &[account.as_str()], &accounts.lines[own.end..]].concat().concat(),
        None => format!("{}{account}", in_lines(&text)),
    });
    if !edit.is_same() {
        let command = command_line(["msmtp", &format!("--account={name}"), "alice@example.com"]);
        plan.notes.push(format!("To send a mail with this account: {command}"));
    }
    plan.edit(edit);
    Ok(())
}

/// Returns the lines of the account. The host and the user come from the `present` lines unless they are typed.
fn account(change: &Change<'_>, name: &str, present: &[&str]) -> Result<String, Failure> {
    let value = |key: &str| present.iter().find(|line| key_of(line) == key).map(|line| value_of(line).to_owned());
    let typed_user = change.input.and_then(|input| input.username.clone());
    let (host, port, tls) = match (change.target.hosts.as_slice(), value("host"), value("port")) {
        ([], Some(host), Some(port)) => {
            let tls: String = present.iter().filter(|line| key_of(line).starts_with("tls")).copied().collect();
            (host, port, tls)
        }
        _ => {
            let [host] = change.hosts()? else {
                return Err(Failure::new(Exit::Usage, "an account of msmtp has one host").try_with("--host", "HOST"));
            };
            let port = host.port().unwrap_or(SUBMISSION);
            let tls = match port {
                _ if host.is_loopback() => "tls off\n",
                SUBMISSIONS => "tls on\ntls_starttls off\n",
                _ => "tls on\ntls_starttls on\n",
            };
            (host.name().trim_matches(['[', ']']).to_owned(), port.to_string(), tls.to_owned())
        }
    };
    let wrong = |message: String| Err(Failure::new(Exit::Usage, message).try_with("--username", "NAME@DOMAIN"));
    let Some(user) = typed_user.or(value("user")) else {
        return wrong("say whose mailbox is meant".to_owned());
    };
    if user.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"') {
        return wrong(format!("{user:?} is not a mailbox"));
    }
    let command = words::line(&change.words(TOKEN, &[])?);
    // msmtp would prefer the `password` of its section `defaults`. The empty one takes that away.
    Ok(format!(
        "{ADDED}\naccount {name}\nhost {host}\nport {port}\n{tls}auth xoauth2\nuser {user}\nfrom {user}\npassword\n\
         {EVAL} \"{command}\"\n"
    ))
}

impl Accounts<'_> {
    /// Returns the line that begins the account.
    fn header(&self) -> Option<usize> {
        self.lines.iter().position(|line| key_of(line) == "account" && name_of(line) == self.name)
    }

    /// Returns the lines of the account, from the mark on, if `configure` has written them all.
    fn own(&self) -> Option<std::ops::Range<usize>> {
        const KEYS: [&str; 10] =
            ["account", "host", "port", "tls", "tls_starttls", "auth", "user", "from", "password", EVAL];
        let start = self.header()?;
        let mark = start.checked_sub(1).filter(|at| self.lines[*at].trim_end() == ADDED)?;
        let is_header = |line: &&&str| matches!(key_of(line), "account" | "defaults");
        let length = self.lines[start + 1..].iter().take_while(|line| !is_header(line)).count();
        let section = &self.lines[start..=start + length];
        let last = section.iter().rposition(|line| is_own_command(line))?;
        let is_setting = |line: &&str| !key_of(line).is_empty() && !key_of(line).starts_with('#');
        let is_whole = section[..=last].iter().all(|line| KEYS.contains(&key_of(line)));
        (is_whole && !section[last + 1..].iter().any(is_setting)).then_some(mark..start + last + 1)
    }

    /// Whether the account gets its token from tokcache.
    fn has_command_of_tokcache(&self) -> bool {
        self.header().is_some_and(|start| {
            let rest = self.lines[start + 1..].iter();
            rest.take_while(|line| key_of(line) != "account").any(|line| is_own_command(line))
        })
    }

    /// Returns a line of another account that takes the settings of this one.
    fn reference(&self) -> Option<&str> {
        let bases = |line: &str| value_of(line).split_once(':').map(|(_, bases)| bases.to_owned()).unwrap_or_default();
        let is_reference = |line: &&&str| {
            key_of(line) == "account" && bases(line).split(',').any(|base| unquoted(base.trim()) == self.name)
        };
        self.lines.iter().find(is_reference).map(|line| line.trim())
    }
}

fn key_of(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or_default()
}

fn value_of(line: &str) -> &str {
    line.trim().split_once(char::is_whitespace).map_or("", |(_, value)| unquoted(value.trim()))
}

fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}

/// Returns the name in the first line of an account.
fn name_of(line: &str) -> &str {
    unquoted(value_of(line).split(':').next().unwrap_or_default().trim())
}

fn is_own_command(line: &str) -> bool {
    key_of(line) == EVAL && words::is_own(value_of(line), TOKEN)
}
