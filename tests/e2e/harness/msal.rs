//! The MSAL libraries, each in a small program (`msal/`) on the home's cache file.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::process::end_of;
use super::{CLIENT_ID, Home, Provider, SCOPE, source};

/// A library and, if there are several, its way of locking the file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Library {
    /// The Azure CLI, which is built on MSAL Python and supports only Entra.
    AzureCli,
    Node,
    /// `pip install msal-extensions`: creates a lock file exclusively.
    Python,
    /// `pip install msal-extensions[portalocker]`: uses `flock`.
    PythonPortalocker,
}

/// The kind of authority that the library is configured for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    Entra,
    Oidc,
}

impl Library {
    /// Signs in by device code.
    #[track_caller]
    pub(crate) fn sign_in(self, home: &Home, provider: &Provider, protocol: Protocol) {
        let mut child = self.command("sign-in", home, provider, protocol).spawn().expect("a library");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
        output.read_line(&mut line).expect("text");
        let user_code = serde_json::from_str::<Value>(&line).unwrap_or_default()["user_code"].clone();
        provider.approve(user_code.as_str().unwrap_or_else(|| panic!("{self:?}: no user code: {line}")));

        let mut result = String::new();
        output.read_line(&mut result).expect("text");
        end_of(child);
        assert!(result.contains("access_token"), "{self:?}: {result}");
    }

    /// Returns the library's access token, from its cache or by a refresh that it finds necessary.
    #[track_caller]
    pub(crate) fn silent(self, home: &Home, provider: &Provider, protocol: Protocol) -> String {
        self.access_token("silent", home, provider, protocol)
    }

    /// Returns the library's access token after a refresh.
    #[track_caller]
    pub(crate) fn refresh(self, home: &Home, provider: &Provider, protocol: Protocol) -> String {
        self.access_token("refresh", home, provider, protocol)
    }

    /// Returns the library's error after a failed refresh.
    #[track_caller]
    pub(crate) fn refresh_error(self, home: &Home, provider: &Provider, protocol: Protocol) -> Value {
        self.run("refresh", home, provider, protocol)["error"].clone()
    }

    /// Returns the accounts that the library lists.
    #[track_caller]
    pub(crate) fn accounts(self, home: &Home, provider: &Provider, protocol: Protocol) -> Value {
        self.run("accounts", home, provider, protocol)["accounts"].clone()
    }

    /// Signs all accounts out.
    #[track_caller]
    pub(crate) fn remove(self, home: &Home, provider: &Provider, protocol: Protocol) {
        let removed = self.run("remove", home, provider, protocol);
        assert_eq!(removed["accounts"].as_array().map(Vec::len), Some(1), "{self:?}: {removed}");
    }

    #[track_caller]
    fn access_token(self, name: &str, home: &Home, provider: &Provider, protocol: Protocol) -> String {
        let answer = self.run(name, home, provider, protocol);
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{self:?} {name}: {answer}")).to_string()
    }

    #[track_caller]
    fn run(self, name: &str, home: &Home, provider: &Provider, protocol: Protocol) -> Value {
        let output = end_of(self.command(name, home, provider, protocol).spawn().expect("a library"));
        let errors = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{self:?} {name}: {errors}"))
    }

    /// Returns the library's program for one action. `--gate` makes it wait for the end of its standard input.
    pub(crate) fn command(self, name: &str, home: &Home, provider: &Provider, protocol: Protocol) -> Command {
        let mut command = match self {
            Library::Node => home.command("node"),
            Library::AzureCli | Library::Python | Library::PythonPortalocker => {
                home.command(source("../../target/e2e/python/bin/python"))
            }
        };
        match self {
            Library::AzureCli => command.arg(source("msal/azure_cli.py")),
            Library::Node => command.arg(source("msal/msal_node.mjs")),
            Library::Python => command.arg(source("msal/msal_python.py")),
            Library::PythonPortalocker => command.arg(source("msal/msal_python.py")).args(["--lock", "portalocker"]),
        };
        command.arg(name).args(["--authority", provider.authority(), "--client-id", CLIENT_ID, "--scope", SCOPE]);
        command.arg("--cache").arg(home.cache.path());
        command.args(["--protocol", if matches!(protocol, Protocol::Entra) { "entra" } else { "oidc" }]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}
