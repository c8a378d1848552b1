//! Two protected resources and their authorization server (`resources.mjs`), and a home.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::home::Home;

/// Returns the path of a file beside this one.
pub(crate) fn source(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/mcp").join(name)
}

/// The running servers, stopped on drop.
pub(crate) struct Server {
    process: Child,
    resources: String,
    pub(crate) issuer: String,
}

impl Server {
    pub(crate) fn start(settings: Value) -> Server {
        assert!(source("../e2e/node_modules").exists(), "run `tests/run mcp` once: it installs what these tests need");
        let mut command = Command::new("node");
        command.arg(source("../e2e/provider/resources.mjs")).arg(settings.to_string());
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address: Value = serde_json::from_str(&line).unwrap();
        let text = |name: &str| address[name].as_str().unwrap().to_owned();
        Server { process, resources: text("resources"), issuer: text("issuer") }
    }

    /// Returns the URL of a resource, `one` or `two`.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("{}/{name}/mcp", self.resources)
    }

    /// Changes the state of the servers, and returns it.
    pub(crate) fn control(&self, changes: Value) -> Value {
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
        let mut answer = agent.post(format!("{}/control", self.resources)).send(changes.to_string()).unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }

    /// Returns the number of clients that the server has registered.
    pub(crate) fn registrations(&self) -> usize {
        self.requests("/reg").iter().filter(|request| request["status"] == 201).count()
    }

    /// Returns the requests to an endpoint.
    pub(crate) fn requests(&self, path: &str) -> Vec<Value> {
        let requests = self.control(json!({}))["requests"].as_array().unwrap().clone();
        requests.into_iter().filter(|request| request["path"] == path).collect()
    }

    /// Returns the number of refreshes that the server has granted, and of those that it has refused.
    pub(crate) fn refreshes(&self) -> (usize, usize) {
        let requests = self.requests("/token");
        let refreshes = requests.iter().filter(|request| request["grant_type"] == "refresh_token");
        let (granted, refused): (Vec<_>, Vec<_>) = refreshes.partition(|request| request["status"] == 200);
        (granted.len(), refused.len())
    }

    /// Returns what the resource says to the token.
    pub(crate) fn answer_to(&self, name: &str, token: &str) -> (u16, Value) {
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).http_status_as_error(false).build().into();
        let mut answer = agent.get(self.url(name)).header("Authorization", format!("Bearer {token}")).call().unwrap();
        let body = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), serde_json::from_str(&body).unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}

/// Returns a home in which `person` signs in on each page that a browser opens.
pub(crate) fn home_of(person: &str) -> Home {
    let mut home = Home::empty();
    let (browser, page) = (source("../e2e/provider/open.mjs"), home.path("page.html"));
    home.set("BROWSER", format!("setsid --fork node {} {person} {}", browser.display(), page.display()));
    home
}

/// Signs in for a resource, which must succeed, and returns what was said.
#[track_caller]
pub(crate) fn sign_in(home: &Home, url: &str, flags: &str) -> String {
    let output = home.tokcache(format!("login --for {url} {flags}").trim());
    said(&output)
}

#[track_caller]
pub(crate) fn said(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}: {said}", output.status);
    said
}

/// Lets all access tokens of the cache expire.
pub(crate) fn expire(home: &Home) {
    let mut cache: Value = serde_json::from_slice(&fs::read(home.cache()).unwrap()).unwrap();
    let tokens = cache["AccessToken"].as_object_mut().unwrap();
    assert!(!tokens.is_empty());
    for token in tokens.values_mut() {
        for field in ["expires_on", "extended_expires_on"] {
            token[field] = json!("1000000000");
        }
        token["cached_at"] = json!("999990000");
    }
    home.write("state/token_cache.json", cache.to_string());
}
