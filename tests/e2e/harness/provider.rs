//! The authorization server, a separate process (`provider/main.mjs`) that ends with the test.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::process::wait_until;
use super::{LOGIN, source};

pub(crate) const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub(crate) const REFRESH_TOKEN: &str = "refresh_token";

/// A running provider, stopped on drop. It rotates refresh tokens, and revokes the sign-in when an old one is used
/// again.
pub(crate) struct Provider {
    process: Child,
    address: Value,
    proxied: bool,
    log: NamedTempFile,
}

impl Provider {
    /// Starts a plain OpenID Connect provider on `https://localhost:<port>`.
    pub(crate) fn start() -> Provider {
        Provider::start_with(json!({}))
    }

    /// Starts a provider with these settings (`provider/settings.mjs`).
    pub(crate) fn start_with(settings: Value) -> Provider {
        assert!(source("node_modules").exists(), "run `tests/run packages` once: it installs what these tests need");
        Provider::run(Command::new("node").arg(source("provider/main.mjs")), settings)
    }

    /// Starts django-oauth-toolkit over plain HTTP (`django/server.py`).
    pub(crate) fn start_django(settings: Value) -> Provider {
        let python = source("../../target/e2e/django/bin/python");
        Provider::run(Command::new(python).arg(source("django/server.py")), settings)
    }

    /// Starts Glewlwyd over plain HTTP (`glewlwyd/main.mjs`).
    pub(crate) fn start_glewlwyd(settings: Value) -> Provider {
        Provider::run(Command::new("node").arg(source("glewlwyd/main.mjs")), settings)
    }

    /// Starts a server that prints its address, and ends when its standard input closes.
    fn run(command: &mut Command, settings: Value) -> Provider {
        let log = NamedTempFile::new().expect("a temporary file");
        let process = command
            .arg(settings.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.reopen().expect("a log file"))
            .spawn();
        let mut process = process.expect("run `tests/run e2e` once: it installs what these tests need");

        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("its output is piped")).read_line(&mut line).expect("its output");
        let address = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no provider: {}", complaints(&log)));
        Provider { process, address, proxied: settings.get("host").is_some(), log }
    }

    pub(crate) fn authority(&self) -> &str {
        self.text("authority")
    }

    /// Whether the provider uses TLS.
    pub(crate) fn has_certificates(&self) -> bool {
        self.address.get("ca_file").is_some()
    }

    /// Returns the certificate authority to trust.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.text("ca_file").into()
    }

    /// Returns the certificate with which the client `e2e-tls` authenticates.
    pub(crate) fn client_cert(&self) -> &str {
        self.text("client_cert")
    }

    /// Returns the proxy for reaching a provider with a host name.
    pub(crate) fn proxy(&self) -> Option<&str> {
        self.proxied.then(|| self.text("control"))
    }

    /// Signs [`LOGIN`] in on the page of a user code, as a person would.
    pub(crate) fn approve(&self, user_code: &str) {
        self.approve_as(LOGIN, user_code);
    }

    /// Signs a user in on the page of a user code, and grants the request.
    pub(crate) fn approve_as(&self, login: &str, user_code: &str) {
        self.command("approve", json!({ "user_code": user_code, "login": login }));
    }

    /// Returns the address of a command of the control server.
    pub(crate) fn control(&self, name: &str) -> String {
        format!("{}/control/{name}", self.text("control"))
    }

    /// Signs [`LOGIN`] in on the page of a sign-in through the browser, and comes back to the client. Only
    /// django-oauth-toolkit has this command.
    pub(crate) fn open(&self, url: &str) {
        self.command("open", json!({ "url": url, "login": LOGIN }));
    }

    /// Refuses the sign-in on the page of a user code.
    pub(crate) fn deny(&self, user_code: &str) {
        self.command("deny", json!({ "user_code": user_code }));
    }

    /// Injects a fault (`provider/faults.mjs`).
    pub(crate) fn order_fault(&self, fault: Value) {
        self.command("fault", fault);
    }

    /// Removes all injected faults.
    pub(crate) fn heal(&self) {
        self.command("heal", json!({}));
    }

    /// Changes settings of the running provider.
    pub(crate) fn change(&self, settings: Value) {
        self.command("settings", settings);
    }

    /// Signs [`LOGIN`] out at the server.
    pub(crate) fn revoke_sign_ins(&self) {
        assert!(self.command("revoke", json!({ "login": LOGIN })).as_u64() > Some(0), "there is a sign-in to revoke");
    }

    /// Returns the number of valid refresh tokens of [`LOGIN`].
    pub(crate) fn live_refresh_tokens(&self) -> u64 {
        self.command("live-refresh-tokens", json!({ "login": LOGIN })).as_u64().expect("a number")
    }

    /// Returns the number of token requests with this grant type.
    pub(crate) fn token_requests(&self, grant_type: &str) -> usize {
        self.exchanges().iter().filter(|exchange| exchange["grant_type"] == grant_type).count()
    }

    /// Waits until the provider delays a request, as injected.
    #[track_caller]
    pub(crate) fn wait_until_it_holds_one(&self) {
        wait_until("a request to be held", || self.exchanges().iter().any(|exchange| exchange["held"] == true));
    }

    /// Returns the number of all requests.
    pub(crate) fn requests(&self) -> usize {
        self.exchanges().len()
    }

    /// Asserts that no client was told that its sign-in has ended.
    #[track_caller]
    pub(crate) fn assert_no_sign_in_was_lost(&self) {
        let refused: Vec<_> = self.exchanges().into_iter().filter(|one| one["error"] == "invalid_grant").collect();
        assert!(refused.is_empty(), "{refused:?}");
        assert_eq!(self.live_refresh_tokens(), 1, "live refresh tokens");
    }

    /// Returns all requests in order (`provider/exchanges.mjs`).
    pub(crate) fn exchanges(&self) -> Vec<Value> {
        self.command("exchanges", json!({})).as_array().expect("an array").clone()
    }

    fn command(&self, name: &str, argument: Value) -> Value {
        let url = self.control(name);
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).http_status_as_error(false).build().into();
        let answer = agent.post(url).send(argument.to_string());
        let mut answer = answer.unwrap_or_else(|error| panic!("{name}: {error}: {}", complaints(&self.log)));
        let text = answer.body_mut().read_to_string().expect("a text");
        assert_eq!(answer.status(), 200, "{name}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    fn text(&self, field: &str) -> &str {
        self.address[field].as_str().expect("the provider says where it is")
    }
}

/// Returns the provider's stderr after a failure.
fn complaints(log: &NamedTempFile) -> String {
    std::fs::read_to_string(log).unwrap_or_default()
}

impl Drop for Provider {
    fn drop(&mut self) {
        // The process exits and deletes its files when its standard input closes.
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}
