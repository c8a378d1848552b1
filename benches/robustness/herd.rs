//! Starts many processes at once with an expired token. The provider takes a second for an answer, rotates refresh
//! tokens, and revokes the sign-in when an old one is used again.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::json;

use crate::crowd::Neighbour;
use crate::harness::{Home, Library, Protocol, Provider, REFRESH_TOKEN, SCOPE, end_of};

pub(crate) fn run(contender: Neighbour, processes: usize) -> String {
    // A host name without a port. MSAL Node would make a port part of the account's environment.
    let provider = Provider::start_with(json!({ "host": "login.contoso.test" }));
    let home = Home::at(&provider);
    match library(contender) {
        Some(library) => library.sign_in(&home, &provider, Protocol::Oidc),
        None => home.sign_in(&provider),
    }
    home.cache.expire_access_tokens();
    provider.order_fault(json!({ "grant_type": REFRESH_TOKEN, "times": null, "delay_ms": 1000 }));

    let (gate, opener) = std::io::pipe().unwrap();
    let mut herd: Vec<_> = (0..processes)
        .map(|_| {
            let mut one = match library(contender) {
                Some(library) => {
                    let mut one = library.command("silent", &home, &provider, Protocol::Oidc);
                    one.arg("--gate");
                    one
                }
                None => tokcache(&home),
            };
            one.stdin(gate.try_clone().unwrap()).stdout(Stdio::piped()).stderr(Stdio::piped());
            one.spawn().unwrap()
        })
        .collect();
    // An interpreter takes longer to load a library than a refresh takes, so all processes load their library first.
    herd.iter_mut().for_each(wait_until_ready);
    let start = Instant::now();
    drop(opener);
    let served = herd.into_iter().map(end_of).filter(|output| is_token(&String::from_utf8_lossy(&output.stdout)));
    let failed = processes - served.count();
    let took = start.elapsed().as_secs_f64();
    let sign_in = if provider.live_refresh_tokens() == 0 { "**the sign-in is lost**" } else { "signed in" };
    format!("refreshed {} times, {failed} failed, {sign_in}; {took:.1} s", provider.token_requests(REFRESH_TOKEN))
}

/// Whether the output is a library's answer with a token, or the bare token.
fn is_token(said: &str) -> bool {
    said.contains("\"access_token\"") || (!said.trim().is_empty() && !said.contains('{'))
}

/// Returns tokcache, which is ready at once, behind the gate that the libraries' programs have built in.
fn tokcache(home: &Home) -> Command {
    let mut command = home.command("sh");
    command.args(["-c", "echo ready; read -r _; exec \"$@\" </dev/null", "sh", env!("CARGO_BIN_EXE_tokcache")]);
    command.args(["token", "--scope", SCOPE]);
    command
}

fn wait_until_ready(child: &mut Child) {
    let mut byte = [0];
    while byte != *b"\n" {
        child.stdout.as_mut().unwrap().read_exact(&mut byte).unwrap();
    }
}

fn library(contender: Neighbour) -> Option<Library> {
    match contender {
        Neighbour::Node => Some(Library::Node),
        Neighbour::Python => Some(Library::Python),
        Neighbour::PythonPortalocker => Some(Library::PythonPortalocker),
        Neighbour::Dotnet | Neighbour::Go | Neighbour::Tokcache => None,
    }
}
