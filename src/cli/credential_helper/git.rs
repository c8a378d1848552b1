//! git's credential helper protocol (git-credential(1), gitcredentials(7)).
//!
//! As a password, the token works with any git. git 2.46 and later can send it as a bearer token too.

use std::time::Duration;

use clap::ValueEnum;
use tokcache_core::oauth::Challenge;
use tokcache_core::secret::{AccessToken, SecretBuffer};
use zeroize::Zeroizing;

use super::choice::{Granted, Helper, request, unreadable};
use crate::cli::Failure;
use crate::cli::hosts::server::Server;
use crate::cli::token::Selection;
use crate::output::{self, scheme};

/// How git sends the token.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum AuthType {
    /// As the password of basic authentication
    Basic,
    /// As a bearer token, with git 2.46 and later
    Bearer,
}

/// The answer that lets git end without asking for a password. The reason is on stderr.
const QUIT: &[u8] = b"quit=1\n";

/// The time limit for a new token in the place of one that the server has refused: git waits.
const LONGEST_ERASE: Duration = Duration::from_secs(10);

/// The attributes of a request, in git's order.
struct Attributes(Vec<(String, Zeroizing<String>)>);

impl Attributes {
    /// Parses lines of `name=value`, up to an empty line.
    fn parse(bytes: &[u8]) -> Result<Attributes, Failure> {
        let text = str::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8"))?;
        let lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        let parse = |line: &str| {
            let (name, value) = line.split_once('=').ok_or_else(|| unreadable("a line has no ="))?;
            Ok((name.to_owned(), Zeroizing::new(value.to_owned())))
        };
        Ok(Attributes(lines.take_while(|line| !line.is_empty()).map(parse).collect::<Result<_, Failure>>()?))
    }

    /// Returns the last value of an attribute, as git does.
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Returns the values of an attribute with several of them. An empty value clears the list.
    fn all(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str());
        values.fold(Vec::new(), |mut values, value| {
            if value.is_empty() {
                values.clear()
            } else {
                values.push(value)
            }
            values
        })
    }

    fn server(&self) -> Option<Server> {
        Server::of(self.get("protocol")?, self.get("host")?)
    }
}

pub(super) fn run(helper: &Helper<'_>) -> Result<(), Failure> {
    match helper.word(0) {
        "capability" => Ok(output::answer(b"version 0\ncapability authtype\n")?),
        "erase" => erase(helper, &Attributes::parse(&request()?)?),
        "get" => get(helper, &Attributes::parse(&request()?)?),
        // gitcredentials(7): a helper ignores operations that it does not know.
        _ => Ok(()),
    }
}

/// Prints the token, or nothing for another host, so that git asks its other helpers.
fn get(helper: &Helper<'_>, asked: &Attributes) -> Result<(), Failure> {
    let Some(settings) = helper.settings_for(asked.server().as_ref())? else { return Ok(()) };
    let challenges: Vec<_> =
        asked.all("wwwauth[]").into_iter().filter_map(|text| Challenge::parse(text).ok()).collect();
    // The server decides on the claims, but not on the API that the token is for.
    let claims = challenges.iter().find_map(|challenge| challenge.claims.clone());
    let claims = claims.filter(|_| !helper.input.selection.offline);
    let selection =
        Selection { claims: helper.input.selection.claims.clone().or(claims), ..helper.input.selection.clone() };
    match helper.token_with(&settings, &selection) {
        Ok(granted) => {
            let is_able = asked.all("capability[]").contains(&"authtype");
            let is_bearer =
                is_able && helper.input.authtype.map_or(!challenges.is_empty(), |it| it == AuthType::Bearer);
            let username = helper.username();
            // git keeps the user name of the URL.
            let username = asked.get("username").is_none().then_some(username);
            Ok(output::answer(answer(&granted, is_bearer, username).as_bytes())?)
        }
        Err(failure) => {
            output::answer(QUIT)?;
            Err(failure)
        }
    }
}

fn answer(granted: &Granted, is_bearer: bool, username: Option<&str>) -> Zeroizing<String> {
    let mut text = SecretBuffer::new();
    if is_bearer {
        // No other helper may save the token: it is valid for a short time only.
        for part in ["capability[]=authtype\nauthtype=", scheme(&granted.outcome), "\nephemeral=1\ncredential="] {
            text.push_str(part);
        }
    } else {
        username.iter().for_each(|name| text.push_str(&format!("username={name}\n")));
        text.push_str("password=");
    }
    text.push_str(granted.secret());
    text.push('\n');
    granted.expires_on().iter().for_each(|on| text.push_str(&format!("password_expiry_utc={on}\n")));
    text.finish()
}

/// Requests a new token if the server has refused the cached one, for the next command. git reports the refusal itself.
fn erase(helper: &Helper<'_>, asked: &Attributes) -> Result<(), Failure> {
    let Some(settings) = helper.settings_for(asked.server().as_ref())? else { return Ok(()) };
    let Some(refused) = asked.get("password").or_else(|| asked.get("credential")) else { return Ok(()) };
    let settings = settings.bounded_by(Some(LONGEST_ERASE));
    let cached = Selection { offline: true, ..helper.input.selection.clone() };
    let is_cached = |granted: Granted| granted.outcome.access_token == AccessToken::new(refused);
    if helper.token_with(&settings, &cached).is_ok_and(is_cached) {
        let new = Selection { force_refresh: true, ..helper.input.selection.clone() };
        let _ = helper.token_with(&settings, &new);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_as_git_reads_it() {
        let asked = Attributes::parse(
            b"protocol=https\r\nhost=a.example:8443\nhost=b.example\npath=a=b\nwwwauth[]=x\nwwwauth[]=\nwwwauth[]=Basic\n\nhost=c",
        )
        .unwrap();
        assert_eq!((asked.get("host"), asked.get("path")), (Some("b.example"), Some("a=b")));
        assert_eq!(asked.all("wwwauth[]"), ["Basic"]);
        assert_eq!(asked.server(), Server::parse("b.example"));
        assert!(Attributes::parse(b"protocol").is_err());
        assert!(Attributes::parse(b"").unwrap().server().is_none());
    }
}
