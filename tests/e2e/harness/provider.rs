//! The authorization server: `provider/main.mjs`, one process for all tests, or another server in a process of its own.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::process::wait_until;
use super::{LOGIN, source};

pub(crate) const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub(crate) const REFRESH_TOKEN: &str = "refresh_token";

/// The process of the providers, because the start of Node.js takes longer than many a test. It ends with this process,
/// which closes its standard input.
static PROVIDERS: LazyLock<Server> = LazyLock::new(|| {
    assert!(source("node_modules").exists(), "run `tests/run packages` once: it installs what these tests need");
    Server::start(Command::new("node").arg(source("provider/main.mjs")))
});

/// A running provider, stopped on drop. It rotates refresh tokens, and revokes the sign-in when an old one is used
/// again.
pub(crate) struct Provider {
    /// Its own process, if it is not in that of [`PROVIDERS`].
    server: Option<Server>,
    address: Value,
    proxied: bool,
}

impl Provider {
    /// Starts a plain OpenID Connect provider on `https://localhost:<port>`.
    pub(crate) fn start() -> Provider {
        Provider::start_with(json!({}))
    }

    /// Starts a provider with these settings (`provider/settings.mjs`).
    pub(crate) fn start_with(settings: Value) -> Provider {
        let address = PROVIDERS.command("start", &settings).unwrap_or_else(|error| panic!("{error}"));
        Provider { server: None, address, proxied: settings.get("host").is_some() }
    }

    /// Starts django-oauth-toolkit over plain HTTP (`django/server.py`).
    pub(crate) fn start_django(settings: Value) -> Provider {
        let python = source("../../target/e2e/django/bin/python");
        Provider::alone(Command::new(python).arg(source("django/server.py")).arg(settings.to_string()))
    }

    /// Starts Glewlwyd over plain HTTP (`glewlwyd/main.mjs`).
    pub(crate) fn start_glewlwyd(settings: Value) -> Provider {
        Provider::alone(Command::new("node").arg(source("glewlwyd/main.mjs")).arg(settings.to_string()))
    }

    fn alone(command: &mut Command) -> Provider {
        let server = Server::start(command);
        Provider { address: server.address.clone(), server: Some(server), proxied: false }
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
        let server = self.server.as_ref().unwrap_or_else(|| &PROVIDERS);
        server.post(&self.control(name), &argument).unwrap_or_else(|error| panic!("{error}"))
    }

    fn text(&self, field: &str) -> &str {
        self.address[field].as_str().expect("the provider says where it is")
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        if self.server.is_none() {
            let stopped = PROVIDERS.command("stop", &self.address);
            assert!(stopped.is_ok() || std::thread::panicking(), "{stopped:?}");
        }
    }
}

/// A process that prints where it listens, and ends when its standard input closes.
struct Server {
    process: Child,
    address: Value,
    /// Its standard error. The file has no name, so that it goes with the process.
    log: File,
}

impl Server {
    fn start(command: &mut Command) -> Server {
        let log = tempfile::tempfile().expect("a temporary file");
        let process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log.try_clone().expect("a log file")).spawn();
        let mut process = process.expect("run `tests/run e2e` once: it installs what these tests need");

        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("its output is piped")).read_line(&mut line).expect("its output");
        let mut server = Server { process, address: Value::Null, log };
        server.address = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no server: {}", server.complaints()));
        server
    }

    /// Sends a command to the process, and returns the answer.
    fn command(&self, name: &str, argument: &Value) -> Result<Value, String> {
        self.post(&format!("{}/{name}", self.address["commands"].as_str().expect("it takes commands")), argument)
    }

    /// Sends a command to any address of the process.
    fn post(&self, url: &str, argument: &Value) -> Result<Value, String> {
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).http_status_as_error(false).build().into();
        let failed = |error: ureq::Error| format!("{url}: {error}: {}", self.complaints());
        let mut answer = agent.post(url).send(argument.to_string()).map_err(failed)?;
        let text = answer.body_mut().read_to_string().map_err(failed)?;
        match answer.status().as_u16() {
            200 => Ok(serde_json::from_str(&text).expect("JSON")),
            _ => Err(format!("{url}: {text}")),
        }
    }

    /// Returns its standard error. It may still write, so the position in the file stays.
    fn complaints(&self) -> String {
        let mut text = vec![0; self.log.metadata().map_or(0, |file| file.len() as usize)];
        self.log.read_exact_at(&mut text, 0).ok();
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}
