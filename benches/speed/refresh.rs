//! Measures the refresh of an expired token over TLS, beside `curl`, at the provider of the end-to-end tests.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::contender::{Spread, found, print_table};
use crate::harness::{CLIENT_ID, Home, Provider, SCOPE};
use crate::{Program, rounds};

/// The system's trust anchors, on Debian.
const SYSTEM: &str = "/etc/ssl/certs/ca-certificates.crt";

pub(crate) fn show(programs: &[Program], provider: &Provider, effort: f64) {
    let one_anchor = compete(programs, provider, effort, Anchors::One);
    println!("A refresh, whole processes, with one trust anchor:\n");
    print_table("curl", &one_anchor);
    if Path::new(SYSTEM).exists() {
        println!("The same with those of the system:\n");
        print_table("curl", &compete(programs, provider, effort, Anchors::All));
    }
}

/// The trusted certificates.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Anchors {
    /// Only the provider's authority.
    One,
    /// The provider's authority and the system's.
    All,
}

/// Measures all contenders. Each refreshes its own sign-in once a round.
fn compete(programs: &[Program], provider: &Provider, effort: f64, anchors: Anchors) -> Vec<(&'static str, Spread)> {
    let homes: Vec<_> = programs.iter().map(|(name, program)| (*name, program, signed_in(provider))).collect();
    let mut curl = Curl::signed_in(provider, anchors);
    let mut times = vec![Vec::new(); homes.len() + 1];
    for _ in 0..rounds(effort, 60) {
        times[0].push(curl.refresh());
        for ((_, program, home), times) in homes.iter().zip(&mut times[1..]) {
            let mut token = home.command(program);
            if anchors == Anchors::One {
                trust_only(provider, &mut token);
            }
            times.push(time(token.args(["token", "--scope", SCOPE, "--force-refresh"])));
        }
    }
    let names = std::iter::once("curl").chain(homes.iter().map(|(name, ..)| *name));
    names.zip(times.iter().map(|times| Spread::of(times))).collect()
}

pub(crate) fn signed_in(provider: &Provider) -> Home {
    let home = Home::at(provider);
    home.sign_in(provider);
    home
}

/// Makes `tokcache` ignore the system's trust anchors.
pub(crate) fn trust_only(provider: &Provider, command: &mut Command) {
    command.env_remove("TOKCACHE_CA_FILE").env("SSL_CERT_FILE", provider.ca_file());
}

pub(crate) fn time(command: &mut Command) -> Duration {
    let started = Instant::now();
    let output = command.stdin(Stdio::null()).output().unwrap();
    let time = started.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    time
}

/// A sign-in whose refresh token curl uses.
struct Curl {
    home: Home,
    endpoint: String,
    refresh_token: String,
    trusts: NamedTempFile,
}

impl Curl {
    pub(crate) fn signed_in(provider: &Provider, anchors: Anchors) -> Self {
        let home = signed_in(provider);
        let refresh_token = home.cache.refresh_token();
        let endpoint = format!("{}/oauth2/v2.0/token", provider.authority());
        let mut trusts = NamedTempFile::new().unwrap();
        let all = [provider.ca_file(), SYSTEM.into()];
        for path in &all[..if anchors == Anchors::One { 1 } else { 2 }] {
            trusts.write_all(&[std::fs::read(path).unwrap(), b"\n".to_vec()].concat()).unwrap();
        }
        Curl { home, endpoint, refresh_token, trusts }
    }

    fn refresh(&mut self) -> Duration {
        let mut curl = self.home.command(found("curl"));
        curl.args(["--silent", "--show-error", "--fail", "--cacert"]).arg(self.trusts.path());
        for field in [
            "grant_type=refresh_token",
            &format!("client_id={CLIENT_ID}"),
            &format!("refresh_token={}", self.refresh_token),
        ] {
            curl.args(["--data-urlencode", field]);
        }
        let started = Instant::now();
        let output = curl.arg(&self.endpoint).output().unwrap();
        let time = started.elapsed();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        self.refresh_token = answer["refresh_token"].as_str().unwrap().to_owned();
        time
    }
}
