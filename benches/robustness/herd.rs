//! Processes released together on an expired token, at a provider that takes a second, rotates refresh tokens, and
//! revokes the sign-in when a spent one returns.

use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::json;

use crate::crowd::Neighbour;
use crate::harness::{Home, Library, Protocol, Provider, REFRESH_TOKEN, SCOPE, end_of};

pub(crate) fn run(contender: Neighbour, processes: usize) -> String {
    // By a name without a port, of which MSAL Node would make a part of the account's environment.
    let provider = Provider::start_with(json!({ "host": "login.contoso.test" }));
    let home = Home::at(&provider);
    match library(contender) {
        Some(library) => library.sign_in(&home, &provider, Protocol::Oidc),
        None => home.sign_in(&provider),
    }
    home.cache.expire_access_tokens();
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "times": null, "delay_ms": 1000 }));

    let (gate, opener) = std::io::pipe().unwrap();
    let herd: Vec<_> = (0..processes)
        .map(|_| {
            let one = match library(contender) {
                Some(library) => library.command("silent", &home, &provider, Protocol::Oidc),
                None => tokcache(&home),
            };
            let mut gated = home.command("sh");
            gated.args(["-c", "read -r _; exec \"$0\" \"$@\" </dev/null"]).arg(one.get_program()).args(one.get_args());
            gated.stdin(gate.try_clone().unwrap()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let start = Instant::now();
    drop(opener);
    let served = herd.into_iter().map(end_of).filter(|output| is_token(&String::from_utf8_lossy(&output.stdout)));
    let failed = processes - served.count();
    let lost = if provider.live_refresh_tokens() == 0 { "the sign-in is lost" } else { "signed in" };
    let requests = provider.token_requests(REFRESH_TOKEN);
    format!("{requests} refreshes, {failed} failed, {lost}; {:.1} s", start.elapsed().as_secs_f64())
}

/// What a library answers, or the bare token.
fn is_token(said: &str) -> bool {
    said.contains("\"access_token\"") || (!said.trim().is_empty() && !said.contains('{'))
}

fn tokcache(home: &Home) -> Command {
    let mut command = home.command(env!("CARGO_BIN_EXE_tokcache"));
    command.args(["token", "--scope", SCOPE]);
    command
}

fn library(contender: Neighbour) -> Option<Library> {
    match contender {
        Neighbour::Node => Some(Library::Node),
        Neighbour::Python => Some(Library::Python),
        Neighbour::PythonPortalocker => Some(Library::PythonPortalocker),
        Neighbour::Dotnet | Neighbour::Go | Neighbour::Tokcache => None,
    }
}
