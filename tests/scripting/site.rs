//! A machine on which a script runs: a home with a token or without one, and the API.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::api::Api;
use crate::page::block;
use crate::support::home::Home;
use crate::support::{answer_of, put, put_program, text};

/// The token in the cache of a home.
pub(crate) const TOKEN: &str = "AT-bob";

const TOKCACHE: &str = env!("CARGO_BIN_EXE_tokcache");

/// The reason for which there is no token.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NoToken {
    SignedOut,
    Outage,
}

impl NoToken {
    /// Returns the exit status of tokcache.
    pub(crate) fn status(self) -> i32 {
        match self {
            NoToken::SignedOut => 4,
            NoToken::Outage => 5,
        }
    }
}

pub(crate) struct Site {
    pub(crate) home: Home,
    pub(crate) api: Api,
}

impl Site {
    /// A machine with a valid token in its cache.
    pub(crate) fn with_token() -> Site {
        Site::of(Home::signed_in())
    }

    /// A machine without a valid token, and with no way to get one.
    pub(crate) fn without_token(why: NoToken) -> Site {
        match why {
            NoToken::SignedOut => {
                let site = Site::of(Home::signed_in());
                site.home.write("state/token_cache.json", "{}");
                site
            }
            NoToken::Outage => Site::of(Home::of("expired")),
        }
    }

    fn of(home: Home) -> Site {
        for file in ["config/profiles/default.toml", "state/token_cache.json"] {
            home.edit(file, "api:read", "notes.read");
        }
        Site::around(home, TOKEN)
    }

    /// Adds the API, which wants this token, and the programs to the home.
    pub(crate) fn around(home: Home, token: &str) -> Site {
        let site = Site { home, api: Api::start(token) };
        fs::create_dir(site.home.path("bin")).unwrap();
        symlink(TOKCACHE, site.home.path("bin/tokcache")).unwrap();
        let notes = site.block("A program that reads the token", 0);
        for place in ["notes", "bin/notes"] {
            site.program(place, &notes);
        }
        site
    }

    /// Writes a program.
    pub(crate) fn program(&self, name: &str, code: &str) {
        put_program(&self.home.path(name), code);
    }

    /// Returns a code block of the page for this machine.
    pub(crate) fn block(&self, heading: &str, number: usize) -> String {
        let code = block(heading, number).replace("https://api.example.com", &self.api.address());
        code.replace("/usr/local/bin/tokcache", TOKCACHE)
    }

    /// Returns a code block in a file.
    pub(crate) fn file(&self, name: &str, heading: &str, number: usize) -> PathBuf {
        let path = self.home.path(name);
        put(&path, self.block(heading, number));
        path
    }

    /// Returns a program of this machine, which finds tokcache in its `PATH`.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = self.home.command(words[0]);
        let path = std::env::var("PATH").unwrap();
        command.args(&words[1..]).env("PATH", format!("{}:{path}", self.home.path("bin").display()));
        command
    }

    /// The script has got the notes with the token, in one request.
    #[track_caller]
    pub(crate) fn assert_fetched(&self, output: &Output) {
        assert!(answer_of(output).contains(r#"{"notes":[]}"#), "{}", text(&output.stdout));
        assert_eq!(self.api.seen(), [Some(format!("Bearer {TOKEN}"))]);
    }

    /// The script has stopped with this status and said why, before any request.
    #[track_caller]
    pub(crate) fn assert_stopped(&self, output: &Output, status: i32) {
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert!(said.contains("error: ") && said.contains("\n  try: tokcache "), "{said}");
        assert_eq!(self.api.seen(), [], "no request is sent");
    }
}

/// Runs a script on a machine with a token and on machines without one. `status_without` returns its exit status for that
/// of tokcache.
#[track_caller]
pub(crate) fn check(status_without: impl Fn(i32) -> i32, run: impl Fn(&Site) -> Output) {
    let site = Site::with_token();
    site.assert_fetched(&run(&site));
    for why in [NoToken::SignedOut, NoToken::Outage] {
        let site = Site::without_token(why);
        site.assert_stopped(&run(&site), status_without(why.status()));
    }
}
