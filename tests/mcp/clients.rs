//! The programs that run a helper, as their documentation says that they call it. Stand-ins take the place of the
//! programs: none of them can be installed for a test.

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

/// Codex starts the helper without a shell, in an empty environment, reads up to 64 KiB and drops stderr.
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

#[test]
fn without_a_server_the_helper_says_what_is_missing() {
    let home = home_of("alice");
    let said = home.failure(2, "credential mcp-headers");
    assert!(said.contains("names no MCP server") && said.contains("--for URL"), "{said}");
}
