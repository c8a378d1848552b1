//! An expired token, refreshed over TLS at the provider of the end-to-end tests, beside `curl`; and many at once.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::contender::{Spread, print_table};
use crate::harness::{CLIENT_ID, Home, Provider, REFRESH_TOKEN, SCOPE};
use crate::{programs, rounds};

const HERD: usize = 200;

pub(crate) fn show(effort: f64) {
    if !Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/node_modules").exists() {
        return println!("(No refresh: the provider of the end-to-end tests is not here.)");
    }
    let provider = Provider::start();
    let homes: Vec<_> = programs().into_iter().map(|(name, program)| (name, program, signed_in(&provider))).collect();
    let mut curl = Curl::signed_in(&provider);
    let mut times = vec![Vec::new(); homes.len() + 1];
    for _ in 0..rounds(effort, 60) {
        times[0].push(curl.refresh());
        for ((_, program, home), times) in homes.iter().zip(&mut times[1..]) {
            let mut token = home.command(program);
            times.push(time(token.args(["token", "--scope", SCOPE, "--force-refresh"])));
        }
    }
    println!("A refresh, whole processes:\n");
    let names = std::iter::once("curl").chain(homes.iter().map(|(name, ..)| *name));
    let rows: Vec<_> = names.zip(times.iter().map(|times| Spread::of(times))).collect();
    print_table("curl", &rows);

    println!("{HERD} processes at once on an expired token:\n");
    for ((name, program, home), (_, refresh)) in homes.iter().zip(&rows[1..]) {
        let warm = herd(home, program);
        let before = provider.token_requests(REFRESH_TOKEN);
        home.cache.expire_access_tokens();
        let cold = herd(home, program);
        let refreshes = provider.token_requests(REFRESH_TOKEN) - before;
        let floor = refresh.median + warm;
        println!(
            "{name:<18} {cold:>6.0} ms, {refreshes} refresh; one refresh and {HERD} cached tokens: {floor:.0} ms; \
             ratio {:.2}",
            cold / floor
        );
    }
    println!();
}

fn signed_in(provider: &Provider) -> Home {
    let home = Home::at(provider);
    home.sign_in(provider);
    home
}

fn time(command: &mut Command) -> Duration {
    let started = Instant::now();
    let output = command.stdin(Stdio::null()).output().unwrap();
    let time = started.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    time
}

/// Milliseconds from the moment that all are released to the end of the last one.
fn herd(home: &Home, program: &Path) -> f64 {
    let (gate, opener) = std::io::pipe().unwrap();
    let herd: Vec<_> = (0..HERD)
        .map(|_| {
            let mut waiting = home.command("sh");
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
    started.elapsed().as_secs_f64() * 1000.0
}

/// A sign-in whose refresh token curl has.
struct Curl {
    home: Home,
    endpoint: String,
    refresh_token: String,
}

impl Curl {
    fn signed_in(provider: &Provider) -> Self {
        let home = signed_in(provider);
        let refresh_token = home.cache.refresh_token();
        let endpoint = format!("{}/oauth2/v2.0/token", provider.authority());
        Curl { home, endpoint, refresh_token }
    }

    fn refresh(&mut self) -> Duration {
        let mut curl = self.home.command("curl");
        let ca_file =
            curl.get_envs().find_map(|(name, value)| (name == "TOKCACHE_CA_FILE").then_some(value?.to_owned()));
        curl.args(["--silent", "--fail", "--cacert"]).arg(ca_file.unwrap());
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
        let answer: Value = serde_json::from_slice(&output.stdout).expect("a token response");
        self.refresh_token = answer["refresh_token"].as_str().unwrap().to_owned();
        time
    }
}
