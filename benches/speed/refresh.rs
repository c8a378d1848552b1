//! An expired token, refreshed over TLS at the provider of the end-to-end tests, beside `curl`; and many at once.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::contender::{Spread, found, print_table};
use crate::harness::{CLIENT_ID, Home, Provider, REFRESH_TOKEN, SCOPE};
use crate::{Program, rounds};

const HERD: usize = 200;
/// How often; the median counts.
const HERDS: u32 = 7;

/// The system's trust anchors, on Debian.
const SYSTEM: &str = "/etc/ssl/certs/ca-certificates.crt";

pub(crate) fn show(programs: &[Program], effort: f64) {
    if !Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/node_modules").exists() {
        return println!("(No refresh: the provider of the end-to-end tests is not here.)");
    }
    let provider = Provider::start();
    let one_anchor = compete(programs, &provider, effort, Anchors::One);
    println!("A refresh, whole processes, with one trust anchor:\n");
    print_table("curl", &one_anchor);
    if Path::new(SYSTEM).exists() {
        println!("The same with those of the system:\n");
        print_table("curl", &compete(programs, &provider, effort, Anchors::All));
    }
    println!("{HERD} processes at once on an expired token:\n");
    for ((name, program), (_, refresh)) in programs.iter().zip(&one_anchor[1..]) {
        let home = signed_in(&provider);
        let before = provider.token_requests(REFRESH_TOKEN);
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..rounds(effort, HERDS) {
            times[0].push(herd(&provider, &home, program));
            home.cache.expire_access_tokens();
            times[1].push(herd(&provider, &home, program));
        }
        let refreshes = provider.token_requests(REFRESH_TOKEN) - before;
        let [warm, cold] = times.map(|times| Spread::of(&times).median);
        let floor = refresh.median + warm;
        println!(
            "{name:<18} {cold:>6.0} ms, {:.1} refreshes; one refresh and {HERD} cached tokens: {floor:.0} ms; ratio {:.2}",
            refreshes as f64 / rounds(effort, HERDS) as f64,
            cold / floor
        );
    }
    println!();
}

/// Whom to trust.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Anchors {
    /// The provider's authority.
    One,
    /// That and those of the system.
    All,
}

/// Each refreshes a sign-in of its own, once a round.
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

fn signed_in(provider: &Provider) -> Home {
    let home = Home::at(provider);
    home.sign_in(provider);
    home
}

/// Takes the system's trust anchors from `tokcache`.
fn trust_only(provider: &Provider, command: &mut Command) {
    command.env_remove("TOKCACHE_CA_FILE").env("SSL_CERT_FILE", provider.ca_file());
}

fn time(command: &mut Command) -> Duration {
    let started = Instant::now();
    let output = command.stdin(Stdio::null()).output().unwrap();
    let time = started.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    time
}

/// From the moment that all are released to the end of the last one.
fn herd(provider: &Provider, home: &Home, program: &Path) -> Duration {
    let (gate, opener) = std::io::pipe().unwrap();
    let herd: Vec<_> = (0..HERD)
        .map(|_| {
            let mut waiting = home.command(found("sh"));
            trust_only(provider, &mut waiting);
            waiting.args(["-c", "read -r _; exec \"$0\" \"$@\" </dev/null >/dev/null"]).arg(program);
            // Some say that they wait.
            waiting.args(["token", "--scope", SCOPE]).stderr(Stdio::null());
            waiting.stdin(gate.try_clone().unwrap()).spawn().unwrap()
        })
        .collect();
    let started = Instant::now();
    drop(opener);
    for mut child in herd {
        assert!(child.wait().unwrap().success());
    }
    started.elapsed()
}

/// A sign-in whose refresh token curl has.
struct Curl {
    home: Home,
    endpoint: String,
    refresh_token: String,
    trusts: NamedTempFile,
}

impl Curl {
    fn signed_in(provider: &Provider, anchors: Anchors) -> Self {
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
