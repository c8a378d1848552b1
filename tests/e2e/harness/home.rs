//! A user's home with `tokcache`.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use super::cache_file::CacheFile;
use super::process::{end_of, output_of};
use super::support::wrapped;
use super::{CLIENT_ID, Provider, SCOPE, answer_of, names, support};

/// A new home without profiles, cache and the machine's own configuration.
pub(crate) struct Home {
    home: support::home::Home,
    pub(crate) cache: CacheFile,
}

const PROFILE: &str = "config/profiles/default.toml";

impl Home {
    /// Creates a home whose programs trust the provider's certificates and know its address.
    pub(crate) fn at(provider: &Provider) -> Home {
        let mut home = Home::alone();
        if provider.has_certificates() {
            // A copy, because the home outlives the provider.
            let ca_file = home.home.path("ca.pem");
            std::fs::copy(provider.ca_file(), &ca_file).expect("a certificate");
            for name in ["TOKCACHE_CA_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"] {
                home.set(name, &ca_file);
            }
        }
        home.set("TOKCACHE_AUTHORITY", provider.authority());
        home.set("TOKCACHE_CLIENT_ID", CLIENT_ID);
        if let Some(proxy) = provider.proxy() {
            home.set("HTTPS_PROXY", proxy);
        }
        home
    }

    /// Creates a home without a provider.
    pub(crate) fn alone() -> Home {
        let mut home = support::home::Home::empty();
        std::fs::create_dir(home.path("cache")).expect("a folder");
        let cache = CacheFile::new(home.path("cache/msal_token_cache.json"));
        home.set("TOKCACHE_STORE", format!("file:{}", cache.path().display()));
        Home { home, cache }
    }

    /// Sets a variable of all programs.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<std::ffi::OsString>) {
        self.home.set(name, value);
    }

    /// Writes a file that only the user can change, and returns its path.
    pub(crate) fn write(&self, name: &str, content: &str) -> String {
        self.home.write(name, content).to_str().expect("text").to_owned()
    }

    /// Returns a command in this home.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        self.home.command(program)
    }

    /// Starts `tokcache`.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(env!("CARGO_BIN_EXE_tokcache"));
        command.args(arguments);
        // Reset the signals: a script that runs the tests in the background makes them ignore SIGINT.
        let mut command = wrapped(&["env", "--default-signal"], &command);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("tokcache")
    }

    /// Deletes the profile, so that the endpoints have to be discovered again.
    pub(crate) fn forget_profile(&self) {
        std::fs::remove_dir_all(self.home.path("config")).expect("profiles");
    }

    /// Returns the saved profile "default".
    pub(crate) fn profile(&self) -> String {
        std::fs::read_to_string(self.home.path(PROFILE)).expect("a profile")
    }

    /// Replaces `from` by `to` in the profile "default".
    pub(crate) fn edit_profile(&self, from: &str, to: &str) {
        self.home.edit(PROFILE, from, to);
    }

    /// Whether a refresh token is kept outside the cache.
    pub(crate) fn holds_rescued_token(&self) -> bool {
        !self.rescue_files().is_empty()
    }

    /// Returns the files with a refresh token that is kept outside the cache.
    pub(crate) fn rescue_files(&self) -> Vec<PathBuf> {
        let folder = self.home.path("run");
        let names = names(&folder).into_iter().filter(|name| name.starts_with("tokcache-rescue-"));
        names.map(|name| folder.join(name)).collect()
    }

    /// Runs `tokcache` to its end.
    pub(crate) fn tokcache(&self, arguments: &[&str]) -> Output {
        output_of(self.command(env!("CARGO_BIN_EXE_tokcache")).args(arguments))
    }

    /// Runs `tokcache`, which must succeed, and returns its output without the line end.
    #[track_caller]
    pub(crate) fn answer(&self, arguments: &[&str]) -> String {
        answer_of(&self.tokcache(arguments))
    }

    /// Runs `tokcache token` for the common scope.
    #[track_caller]
    pub(crate) fn token(&self, further: &[&str]) -> String {
        self.answer(&[&["token", "--scope", SCOPE], further].concat())
    }

    /// Runs `tokcache` with `--error-format json`, which must exit with `status`, and returns the error.
    #[track_caller]
    pub(crate) fn error(&self, status: i32, arguments: &[&str]) -> Value {
        let output = self.tokcache(&[arguments, &["--error-format", "json"]].concat());
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{errors}");
        assert!(output.stdout.is_empty(), "a failure leaves standard output empty");
        let line = errors.lines().last().expect("an error is said");
        serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {errors}"))
    }

    /// Signs in with `tokcache` by device code.
    #[track_caller]
    pub(crate) fn sign_in(&self, provider: &Provider) {
        let output = self.login(&[], |user_code| provider.approve(user_code));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs `tokcache login`, and calls `person` with the user code once it is shown.
    #[track_caller]
    pub(crate) fn login(&self, further: &[&str], person: impl FnOnce(&str)) -> Output {
        self.sign_in_by(&[&["login", "--scope", SCOPE], further].concat(), person)
    }

    /// Like [`login`](Self::login), for any command of `tokcache` that signs in.
    #[track_caller]
    pub(crate) fn sign_in_by(&self, arguments: &[&str], person: impl FnOnce(&str)) -> Output {
        let mut login = self.command(env!("CARGO_BIN_EXE_tokcache"));
        login.args(arguments);
        let mut child =
            login.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("login");

        let mut errors = BufReader::new(child.stderr.take().expect("its errors are piped"));
        let mut said = String::new();
        match read_user_code(&mut errors, &mut said) {
            Some(user_code) => person(&user_code),
            None => panic!("no user code in: {said}"),
        }
        with_errors(child, errors, said)
    }
}

/// Reads up to the line that consists of a user code.
fn read_user_code(errors: &mut impl BufRead, said: &mut String) -> Option<String> {
    let is_in_code = |letter: u8| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == b'-';
    let is_code = |text: &str| (8..10).contains(&text.len()) && text.bytes().all(is_in_code);
    loop {
        let mut line = String::new();
        if errors.read_line(&mut line).expect("text") == 0 {
            return None;
        }
        said.push_str(&line);
        if is_code(line.trim()) {
            return Some(line.trim().to_string());
        }
    }
}

/// Returns the output of a child whose stderr was read up to `said`.
fn with_errors(child: Child, mut errors: impl Read + Send + 'static, mut said: String) -> Output {
    let rest = std::thread::spawn(move || {
        errors.read_to_string(&mut said).expect("text");
        said.into_bytes()
    });
    let output = end_of(child);
    Output { stderr: rest.join().expect("its errors are read"), ..output }
}
