//! The official MCP SDK: a client that knows nothing of tokens, and a server that demands one.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::endpoint::signed_in;
use crate::harness::answer_of;

fn source(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve/sdk").join(name);
    path.to_str().expect("text").to_owned()
}

#[test]
fn an_mcp_client_without_oauth_talks_to_a_server_that_demands_tokens() {
    assert!(Path::new(&source("node_modules")).exists(), "run tests/run serve once: it installs the SDKs");
    let (provider, home) = signed_in();
    let mut server = Command::new("node");
    server.arg(source("mcp_server.mjs")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut server = server.spawn().expect("node");
    let mut url = String::new();
    BufReader::new(server.stdout.take().expect("a pipe")).read_line(&mut url).expect("text");
    let url = url.trim_end();
    let control = url.strip_suffix("/mcp").expect("a path");

    let script = format!("exec node {} \"$TOKCACHE_PROXY_URL\" {control}", source("mcp_client.mjs"));
    let output = home.tokcache(&["proxy", "--for", url, "--", "sh", "-c", &script]);
    drop(server.stdin.take());
    server.wait().expect("a child");

    let answer: Value = serde_json::from_str(&answer_of(&output)).expect("JSON");
    assert_eq!(answer["texts"], json!(["counted", "counted"]), "{answer}");
    let pause = answer["pause"].as_f64().expect("a number");
    assert!(pause > 100.0, "the notifications arrive one by one: {answer}");
    assert_eq!(answer["tokens"], 2, "a token that the server refuses is replaced: {answer}");
    provider.assert_no_sign_in_was_lost();
}
