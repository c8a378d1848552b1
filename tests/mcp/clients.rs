//! The programs that run a helper, as their documentation says that they call it. Stand-ins take the place of the
//! programs: none of them can be installed for a test.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::{Server, expire, home_of, sign_in};

/// The time that the programs give a helper.
const PATIENCE: Duration = Duration::from_secs(10);

const PROGRAM: &str = env!("CARGO_BIN_EXE_tokcache");

#[test]
fn claude_code_gets_headers_from_a_shell_line_in_its_environment() {
    let server = Server::start(json!({}));
    let (home, url) = (home_of("alice"), server.url("one"));
    sign_in(&home, &url, "");
    let token = home.answer(&format!("token --for {url}"));
    // `headersHelper` is a shell command. The variables name the server.
    for helper in [format!("{PROGRAM} credential mcp-headers"), format!("{PROGRAM} credential mcp-headers --for {url}")]
    {
        let mut command = home.command("sh");
        command.args(["-c", &helper]).env("CLAUDE_CODE_MCP_SERVER_NAME", "one").env("CLAUDE_CODE_MCP_SERVER_URL", &url);
        // Another profile of the environment has nothing to do with the server.
        command.env("TOKCACHE_PROFILE", "another").env("TOKCACHE_CLIENT_ID", "another");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let headers: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(headers, json!({ "Authorization": format!("Bearer {token}") }));
    }
    // `apiKeyHelper` prints the bare token.
    let output = home.command("sh").args(["-c", &format!("{PROGRAM} token --for {url}")]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{token}\n"));
}

/// Codex hands few variables on to the helper, reads up to 64 KiB and drops stderr. Here, there are no variables at all.
#[test]
fn codex_gets_headers_in_an_empty_environment_in_time() {
    let server = Server::start(json!({}));
    let (home, url) = (home_of("alice"), server.url("one"));
    sign_in(&home, &url, "");
    let token = home.answer(&format!("token --for {url}"));
    let config = home.path("config");
    let store = format!("file:{}", home.cache().display());
    let run = || {
        let mut command = Command::new(PROGRAM);
        command.args(["credential", "mcp-headers", "--for", &url, "--store", &store, "--config-dir"]).arg(&config);
        command.env_clear().stdin(Stdio::null()).stderr(Stdio::null()).current_dir("/");
        let started = Instant::now();
        let output = command.output().unwrap();
        assert!(started.elapsed() < PATIENCE && output.stdout.len() < 64 << 10);
        output
    };
    let headers: Value = serde_json::from_slice(&run().stdout).unwrap();
    assert_eq!(headers, json!({ "Authorization": format!("Bearer {token}") }));
    // A server that does not answer must not use up the time.
    expire(&home);
    server.control(json!({ "refresh_delay": 30_000 }));
    let late = run();
    assert!(!late.status.success() && late.stdout.is_empty());
    server.control(json!({ "refresh_delay": 0 }));
    assert!(run().status.success(), "the sign-in is still there");
}

/// Codex runs `auth.command` without a shell, and uses the trimmed output as the token. It runs the command again on 401.
#[test]
fn codex_gets_the_token_of_a_model_gateway_and_a_new_one_if_that_is_refused() {
    let server = Server::start(json!({}));
    let (home, url) = (home_of("alice"), server.url("one"));
    sign_in(&home, &url, "");
    let run = |flags: &[&str]| {
        let output = home.command(PROGRAM).args(["token", "--for", &url]).args(flags).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let token = run(&[]);
    assert_eq!(server.answer_to("one", &token).0, 200);
    let fresh = run(&["--force-refresh"]);
    assert_ne!(fresh, token);
    assert_eq!(server.answer_to("one", &fresh).0, 200);
}

/// Reads the settings that `configure` has written, and runs the commands as Claude Code does: in a shell, in the
/// environment of the person.
#[test]
fn claude_code_uses_what_configure_has_written() {
    let server = Server::start(json!({}));
    let (home, url) = (home_of("alice"), server.url("one"));
    sign_in(&home, &url, "");
    let settings = |file: &str| -> Value { serde_json::from_slice(&fs::read(home.path(file)).unwrap()).unwrap() };
    let run = |line: &Value| {
        let mut shell = home.command("sh");
        let output = shell.args(["-c", line.as_str().unwrap()]).current_dir("/").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    home.answer(&format!("configure claude-code --for {url} --name notes --write"));
    let entry = settings(".claude.json")["mcpServers"]["notes"].clone();
    assert_eq!((&entry["type"], &entry["url"]), (&json!("http"), &json!(url)));
    let token = bearer_of(run(&entry["headersHelper"]).as_bytes());
    assert_eq!(server.answer_to("one", &token).0, 200);
    home.answer(&format!("configure claude-code --for {url} --model --write"));
    let helper = settings(".claude/settings.json")["apiKeyHelper"].clone();
    expire(&home);
    let token = run(&helper);
    assert_eq!(server.answer_to("one", token.trim()).0, 200);
    assert_eq!(server.refreshes(), (1, 0));
    home.answer(&format!("unconfigure claude-code --for {url} --name notes --write"));
    home.answer(&format!("unconfigure claude-code --for {url} --model --write"));
    assert_eq!((settings(".claude.json"), settings(".claude/settings.json")), (json!({}), json!({})));
}

/// Reads the settings that `configure` has written, and runs the commands as Codex does: the helper in a shell with few
/// variables, and the command of a model provider without a shell. Neither needs any variable.
#[test]
fn codex_uses_what_configure_has_written() {
    let server = Server::start(json!({}));
    let (home, url) = (home_of("alice"), server.url("one"));
    sign_in(&home, &url, "");
    let base_url = format!("{}/v1", url.trim_end_matches("/one/mcp"));
    home.answer(&format!("configure codex --for {url} --name notes --write"));
    home.answer(&format!("configure codex --for {url} --model --name gateway --base-url {base_url} --write"));
    let config: toml::Table = fs::read_to_string(home.path(".codex/config.toml")).unwrap().parse().unwrap();
    let (entry, provider) = (&config["mcp_servers"]["notes"], &config["model_providers"]["gateway"]);
    assert_eq!(entry["url"].as_str(), Some(url.as_str()));
    assert_eq!(provider["base_url"].as_str(), Some(base_url.as_str()));
    let run = |command: &mut Command, is_cleared: bool| {
        command.env_clear().stdin(Stdio::null()).stderr(Stdio::null()).current_dir("/");
        if !is_cleared {
            command.env("HOME", home.folder()).env("PATH", std::env::var_os("PATH").unwrap());
        }
        let started = Instant::now();
        let output = command.output().unwrap();
        assert!(output.status.success() && started.elapsed() < PATIENCE && output.stdout.len() <= 64 << 10);
        output.stdout
    };
    let helper = entry["http_headers_helper"].as_str().unwrap();
    let auth = &provider["auth"];
    let args = auth["args"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
    for is_cleared in [true, false] {
        expire(&home);
        let token = bearer_of(&run(Command::new("/bin/sh").args(["-c", helper]), is_cleared));
        assert_eq!(server.answer_to("one", &token).0, 200);
        expire(&home);
        let printed = run(Command::new(auth["command"].as_str().unwrap()).args(args.clone()), is_cleared);
        assert_eq!(server.answer_to("one", String::from_utf8(printed).unwrap().trim()).0, 200);
    }
    assert_eq!(server.refreshes(), (4, 0));
    home.answer(&format!("unconfigure codex --for {url} --name notes --write"));
    home.answer(&format!("unconfigure codex --for {url} --model --name gateway --write"));
    assert!(!home.path(".codex/config.toml").exists(), "all of it was ours");
}

/// Returns the token in the headers, which must be an object of strings.
fn bearer_of(headers: &[u8]) -> String {
    let headers: BTreeMap<String, String> = serde_json::from_slice(headers).unwrap();
    assert_eq!(headers.len(), 1);
    headers["Authorization"].strip_prefix("Bearer ").unwrap().to_owned()
}

#[test]
fn without_a_server_the_helper_says_what_is_missing() {
    let home = home_of("alice");
    let said = home.failure(2, "credential mcp-headers");
    assert!(said.contains("names no MCP server") && said.contains("--for URL"), "{said}");
}
