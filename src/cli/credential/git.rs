//! git's credential helper protocol (git-credential(1), gitcredentials(7)).
//!
//! As a password, the token works with any git. git 2.46 and later can send it as a bearer token too.

use std::borrow::Cow;
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

/// The warning if git does not announce that it can send a bearer token. git 2.46 announces it for its own requests, and
/// `git credential fill` for callers that do.
const TOO_OLD: &str =
    "warning: git gets the token as a password: it does not say that it can send a bearer token, as git 2.46 does";

/// The time limit for a new token in the place of one that the server has refused: git waits.
const LONGEST_ERASE: Duration = Duration::from_secs(10);

/// The attributes of a request, in git's order. Values need not be UTF-8: git decodes the path of a URL, and passes
/// headers on as the server has sent them.
struct Attributes<'r>(Vec<(&'r [u8], &'r [u8])>);

impl<'r> Attributes<'r> {
    /// Parses lines of `name=value`, up to an empty line.
    fn parse(bytes: &'r [u8]) -> Result<Attributes<'r>, Failure> {
        let lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let parse = |line: &'r [u8]| {
            let at = line.iter().position(|byte| *byte == b'=').ok_or_else(|| unreadable("a line has no ="))?;
            Ok((&line[..at], &line[at + 1..]))
        };
        Ok(Attributes(lines.take_while(|line| !line.is_empty()).map(parse).collect::<Result<_, Failure>>()?))
    }

    fn values(&self, name: &str) -> impl DoubleEndedIterator<Item = &'r [u8]> {
        self.0.iter().filter(move |(own, _)| *own == name.as_bytes()).map(|(_, value)| *value)
    }

    /// Returns the last value of an attribute, as git does.
    fn get(&self, name: &str) -> Option<&'r [u8]> {
        self.values(name).next_back()
    }

    /// Returns the only value of an attribute; `None` if it has different ones. git up to 2.26.0 could be made to send
    /// the host of a URL, and then the host whose password the URL was after (CVE-2020-5260).
    fn only(&self, name: &str) -> Option<&'r str> {
        let mut values = self.values(name);
        let first = values.next()?;
        values.all(|value| value == first).then(|| str::from_utf8(first).ok()).flatten()
    }

    /// Returns the values of an attribute with several of them. An empty value clears the list.
    fn all(&self, name: &str) -> Vec<Cow<'r, str>> {
        self.values(name).fold(Vec::new(), |mut values, value| {
            if value.is_empty() {
                values.clear()
            } else {
                values.push(String::from_utf8_lossy(value))
            }
            values
        })
    }

    fn server(&self) -> Option<Server> {
        Server::of(self.only("protocol")?, self.only("host")?)
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
fn get(helper: &Helper<'_>, asked: &Attributes<'_>) -> Result<(), Failure> {
    let Some(settings) = helper.settings_for(asked.server().as_ref())? else { return Ok(()) };
    let headers = asked.all("wwwauth[]");
    // The server decides on the claims, but not on the API that the token is for.
    let claims = headers.iter().find_map(|header| Challenge::parse(header).ok()?.claims);
    let claims = claims.filter(|_| !helper.input.selection.offline);
    let selection =
        Selection { claims: helper.input.selection.claims.clone().or(claims), ..helper.input.selection.clone() };
    match helper.token_with(&settings, &selection) {
        Ok(granted) => {
            let is_able = asked.all("capability[]").iter().any(|capability| capability == "authtype");
            let is_announced = headers.iter().any(|header| announces_bearer(header));
            let is_wanted = helper.input.authtype.map_or(is_announced, |it| it == AuthType::Bearer);
            // git would say only that the server refused it.
            if is_wanted && !is_able && (helper.input.authtype.is_some() || !headers.iter().any(|it| names_basic(it))) {
                output::tell(TOO_OLD);
            }
            let is_bearer = is_able && is_wanted;
            let username = helper.username();
            // git keeps the user name of the URL. An empty one, as in `https://@host`, is none to git either.
            let username = asked.get("username").is_none_or(<[u8]>::is_empty).then_some(username);
            Ok(output::answer(answer(&granted, is_bearer, username).as_bytes())?)
        }
        Err(failure) => {
            output::answer(QUIT)?;
            Err(failure)
        }
    }
}

/// Whether the server takes bearer tokens. The scheme is enough: there are servers that forget the commas between the
/// parameters.
fn announces_bearer(header: &str) -> bool {
    let scheme = header.split_ascii_whitespace().next();
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("Bearer")) || Challenge::parse(header).is_ok()
}

/// Whether the server may take passwords too. A header can have several challenges.
fn names_basic(header: &str) -> bool {
    header.to_ascii_lowercase().contains("basic")
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
fn erase(helper: &Helper<'_>, asked: &Attributes<'_>) -> Result<(), Failure> {
    let Some(settings) = helper.settings_for(asked.server().as_ref())? else { return Ok(()) };
    let refused = asked.get("password").or_else(|| asked.get("credential"));
    let Some(refused) = refused.and_then(|refused| str::from_utf8(refused).ok()) else { return Ok(()) };
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
            b"protocol=https\r\nhost=a.example:8443\npath=a=b\npath=\xfa=c\nwwwauth[]=x\nwwwauth[]=\n\
              wwwauth[]=Basic realm=\xfc\n\nhost=c",
        )
        .unwrap();
        assert_eq!(asked.get("path"), Some(&b"\xfa=c"[..]));
        assert_eq!(asked.all("wwwauth[]"), ["Basic realm=\u{fffd}"]);
        assert_eq!(asked.server(), Server::parse("a.example:8443"));
        assert!(Attributes::parse(b"protocol").is_err());
        assert!(Attributes::parse(b"").unwrap().server().is_none());
    }
}
