//! Tests real providers' behaviour. Each data file has the answers that a provider's documentation promises, and the
//! test signs in with its flow, gets a cached token, refreshes and signs out. To add a provider, add a file: `README.md` says how.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a case that cannot go on has failed")]

mod certificate;
mod presets;
mod proxies;
mod remembered;
mod script;
mod server;
#[path = "../support/mod.rs"]
mod support;
mod tls;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::script::{Browser, Login, Script, filled_file, filled_text};
use crate::server::{PLATFORM, Server};
use crate::support::home::Home;
use crate::support::text;

/// Fields of a cache entry that are times, in seconds.
const TIMES: [&str; 5] = ["cached_at", "expires_on", "extended_expires_on", "last_modification_time", "refresh_on"];
/// Longer than any token in these files is valid.
const TWO_DAYS: i64 = 2 * 86_400;

#[test]
fn every_provider_signs_in_serves_refreshes_and_signs_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/providers");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|ending| ending == "toml")).collect();
    assert!(files.len() > 10, "the providers' files are there");
    let wanted = std::env::var("TOKCACHE_TEST_PROVIDER").ok();
    let is_wanted = |file: &PathBuf| wanted.as_deref().is_none_or(|name| file.file_stem().unwrap() == name);
    let files = files.into_iter().filter(is_wanted);

    // Each case mostly waits for the next poll, so all run in parallel.
    let mut cases = Vec::new();
    for file in files {
        let has_preset = Script::read(&file).login.preset.is_some();
        for by_preset in [false, true].into_iter().filter(|by_preset| has_preset || !by_preset) {
            let path = file.clone();
            cases.push((file.clone(), std::thread::spawn(move || live(&path, by_preset))));
        }
    }
    let mut profiles = BTreeMap::new();
    let mut failed = Vec::new();
    for (file, case) in cases {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        match case.join() {
            // A preset means the same as the typed settings.
            Ok(profile) => assert_eq!(*profiles.entry(name.clone()).or_insert(profile.clone()), profile, "{name}"),
            Err(_) => failed.push(name),
        }
    }
    assert!(failed.is_empty(), "not as written: {failed:?}; each is told above");
}

/// Returns the profile after the sign-in.
fn live(file: &Path, by_preset: bool) -> String {
    let name = file.file_stem().unwrap().to_string_lossy().into_owned();
    let case = Case::start(name, Script::read(file), Script::read(file), by_preset);
    case.sign_in();
    let folder = case.home.folder().to_string_lossy().into_owned();
    let profile = text(&case.home.tokcache("profile show").stdout).replace(&folder, "HOME");
    if let Some(token) = &case.script.expect.token {
        if !case.script.login.token.is_empty() {
            // The token of a caller is not that of the sign-in.
            case.check_output(&case.run("token"), "token, first", 0, &[]);
        }
        case.serve(token);
        case.wait_for_expiry();
        case.sign_out();
    }
    let unanswered = case.server.unanswered();
    case.check(unanswered.is_empty(), format_args!("requests without an answer in the file: {unanswered:#?}"));
    profile
}

struct Case {
    name: String,
    /// Whether the user types `--provider`.
    by_preset: bool,
    /// The original script. The server uses up its own copy.
    script: Script,
    server: Server,
    home: Home,
}

impl Case {
    fn start(name: String, script: Script, answers: Script, by_preset: bool) -> Case {
        let server = Server::start(answers);
        let mut home = Home::empty();
        let ca_file = home.write("ca.pem", &server.authority);
        home.set("TOKCACHE_CA_FILE", ca_file);
        home.set("HTTPS_PROXY", &server.proxy);
        for login in script.company.iter().chain([&script.login]) {
            for (name, value) in &login.variables {
                home.set(name.clone().leak(), value.replace(PLATFORM, &server.proxy));
            }
            for (name, content) in &login.files {
                home.write(name, filled_file(content));
            }
        }
        Case { name, by_preset, script, server, home }
    }

    /// Runs `tokcache login` as the user types it.
    fn sign_in(&self) {
        if let Some(company) = &self.script.company {
            let output = self.login(company).args(["--profile", "company"]).output().unwrap();
            self.check_output(&output, "login at the company", 0, &[]);
        }
        let login = &self.script.login;
        let mut command = self.login(login);
        let output = match &self.script.browser {
            Some(browser) => self.sign_in_by(browser, command.arg("--no-browser")),
            None => command.output().unwrap(),
        };
        self.check_output(&output, "login", self.script.expect.login_exit, &self.script.expect.login_says);
        if let Some(cache) = &self.script.earlier {
            self.home.write("state/token_cache.json", filled_text(cache));
            let mut command = self.home.program("profile set default");
            command.args(["--authority", &login.authority, "--client-id", &login.client_id]);
            command.args(login.scope.iter().flat_map(|scope| ["--scope", scope]));
            self.check_output(&command.output().unwrap(), "profile set", 0, &[]);
        }
    }

    /// Returns the command that signs in.
    fn login(&self, login: &Login) -> Command {
        let mut command = self.home.program("login");
        if !login.client_id.is_empty() {
            command.args(["--client-id", &login.client_id]);
        }
        match login.preset.as_ref().filter(|_| self.by_preset) {
            Some(preset) => command.args(preset),
            None => {
                if !login.authority.is_empty() {
                    command.args(["--authority", &login.authority]);
                }
                command.args(login.scope.iter().flat_map(|scope| ["--scope", scope])).args(&login.arguments)
            }
        };
        if let Some(secret) = &login.client_secret {
            command.arg("--client-secret-file").arg(self.home.write("client-secret", format!("{secret}\n")));
        }
        command
    }

    /// Opens the page that the command prints, and comes back as the provider's browser does.
    fn sign_in_by(&self, browser: &Browser, login: &mut Command) -> Output {
        let mut login = login.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut errors = BufReader::new(login.stderr.take().unwrap());
        let (mut said, mut line) = (String::new(), String::new());
        while !(line.starts_with(' ') && line.trim().starts_with("https://")) {
            line.clear();
            let length = errors.read_line(&mut line).unwrap();
            self.check(length > 0, format_args!("login prints no page: {said}"));
            said.push_str(&line);
        }
        let (uri, nonce) = browser.way_back(line.trim());
        self.server.approve(nonce);
        let (host, path) = uri.strip_prefix("http://").unwrap().split_once(['/', '?']).unwrap();
        // `http://localhost` may have no path.
        let path = if uri.contains(&format!("{host}/")) { format!("/{path}") } else { format!("/?{path}") };
        let mut client = TcpStream::connect(host).unwrap();
        write!(client, "GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        client.read_to_end(&mut Vec::new()).unwrap();
        errors.read_to_string(&mut said).unwrap();
        Output { stderr: said.into_bytes(), ..login.wait_with_output().unwrap() }
    }

    /// Runs `tokcache` for the token of the data file.
    fn run(&self, command: &str) -> Output {
        self.home.program(command).args(&self.script.login.token).output().unwrap()
    }

    /// Gets the token twice, without a request.
    fn serve(&self, token: &str) {
        let requests = self.server.requests().len();
        for _ in 0..2 {
            let output = self.run("token");
            self.check_output(&output, "token", 0, &[]);
            self.check(text(&output.stdout).trim_end() == token, format_args!("token: {}", text(&output.stdout)));
        }
        let further = self.server.requests().split_off(requests);
        self.check(further.is_empty(), format_args!("a cached token asks nobody: {further:#?}"));
    }

    /// Gets each token after the previous one has expired, and then the end of the sign-in, if there is one.
    fn wait_for_expiry(&self) {
        for token in &self.script.expect.later {
            self.age_the_cache();
            let before = self.server.requests().len();
            let output = self.run("token");
            self.check_output(&output, "token, later", 0, &[]);
            self.check(text(&output.stdout).trim_end() == token, format_args!("later: {}", text(&output.stdout)));
            let requests = self.server.requests().split_off(before).into_iter();
            let refreshes: Vec<_> = requests.filter(|request| !request.url.contains("/.well-known/")).collect();
            let most = self.script.expect.requests;
            self.check(refreshes.len() <= most, format_args!("more than {most} requests: {refreshes:#?}"));
            self.serve(token);
        }
        if let Some(says) = &self.script.expect.ended {
            self.age_the_cache();
            self.check_output(&self.run("token"), "token, ended", self.script.expect.ended_exit, says);
        }
    }

    fn sign_out(&self) {
        let before = self.server.requests().len();
        let output = self.home.program("clear").args(&self.script.login.clear).output().unwrap();
        self.check_output(&output, "clear", 0, &self.script.expect.clear_says);
        let revoked = self.server.requests().split_off(before).into_iter();
        let revoked: Vec<_> = revoked.filter_map(|request| request.form().remove("token")).collect();
        self.check(revoked == self.script.expect.revoked, format_args!("revoked: {revoked:?}"));
        let output = self.run("token");
        match &self.script.expect.anew {
            Some(token) => {
                self.check_output(&output, "token, anew", 0, &[]);
                self.check(text(&output.stdout).trim_end() == token, format_args!("anew: {}", text(&output.stdout)));
            }
            None => self.check_output(&output, "token, signed out", 4, &[]),
        }
    }

    /// Ages the cache by two days.
    fn age_the_cache(&self) {
        let mut document: Value = serde_json::from_slice(&std::fs::read(self.home.cache()).unwrap()).unwrap();
        let sections = document.as_object_mut().unwrap().values_mut().filter_map(Value::as_object_mut);
        let entries = sections.flat_map(|section| section.values_mut()).filter_map(Value::as_object_mut);
        for (_, value) in entries.flatten().filter(|(name, _)| TIMES.contains(&name.as_str())) {
            if let Some(seconds) = value.as_str().and_then(|text| text.parse::<i64>().ok()) {
                *value = json!((seconds - TWO_DAYS).to_string());
            }
        }
        self.home.write("state/token_cache.json", document.to_string());
    }

    #[track_caller]
    fn check_output(&self, output: &Output, what: &str, exit: i32, says: &[String]) {
        let said = text(&output.stderr);
        let is_right = output.status.code() == Some(exit) && says.iter().all(|words| said.contains(words.as_str()));
        self.check(is_right, format_args!("{what}: {}, not {exit} saying {says:?}:\n{said}", output.status));
        self.check((exit == 0) || output.stdout.is_empty(), format_args!("{what}: a failure answers nothing"));
    }

    #[track_caller]
    fn check(&self, is_right: bool, why: std::fmt::Arguments<'_>) {
        let preset = if self.by_preset { ", by --provider" } else { "" };
        assert!(is_right, "{}{preset}: {why}\nrequests so far: {:#?}", self.name, self.server.requests());
    }
}
