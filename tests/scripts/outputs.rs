//! Each output of `token`, read by the program that it is for.

use std::fs;
use std::net::Ipv6Addr;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::api::Api;
use crate::support::home::Home;
use crate::support::{answer_of, failure_of};

/// Tokens that each format can carry: the characters of RFC 6750 §2.1, and those beyond it.
const USUAL: &str = "AZaz09-._~+/==";
const UNUSUAL: &str = "a'b\"c\\d$e`f&g|h<i>j(k)l{m}n*o?p#q;r!s%t^u@v,w:x[y]";

const NU: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/e2e/scripts/node_modules/@nushell/linux-x64/bin/nu");

fn home_with(token: &str) -> Home {
    let home = Home::signed_in();
    home.edit("state/token_cache.json", "\"AT-bob\"", &serde_json::to_string(token).unwrap());
    home
}

/// Runs a script of a shell, with tokcache as `$TOKCACHE`.
#[track_caller]
fn run(home: &Home, shell: &str, arguments: &[&str]) -> String {
    let mut command = home.command(shell);
    command.args(arguments).env("TOKCACHE", env!("CARGO_BIN_EXE_tokcache"));
    let output = command.output().unwrap_or_else(|error| panic!("{shell} is needed (tests/run scripts): {error}"));
    answer_of(&output)
}

#[test]
fn posix_shells_read_env() {
    let line = with_program(&documented("env"), "\"$TOKCACHE\"");
    let script = format!("{line}; printf '%s\\n' \"$ACCESS_TOKEN\"; env | grep ^ACCESS_TOKEN=");
    for token in [USUAL, UNUSUAL, "=x", "~"] {
        let home = home_with(token);
        for shell in ["sh", "dash", "bash", "zsh"] {
            assert_eq!(run(&home, shell, &["-c", &script]), format!("{token}\nACCESS_TOKEN={token}"), "{shell}");
        }
    }
}

/// Returns the line of the documentation that reads a format.
fn documented(format: &str) -> String {
    let page = include_str!("../../docs/exec-and-curl.md");
    let row = page.lines().find(|line| line.starts_with(&format!("| `{format}` |"))).unwrap();
    row.split('`').nth(3).unwrap().replace("\\|", "|")
}

#[test]
fn fish_reads_its_own() {
    let script = format!("{}; env | grep ^ACCESS_TOKEN=", with_program(&documented("fish"), "$TOKCACHE"));
    for token in [USUAL, UNUSUAL] {
        let home = home_with(token);
        assert_eq!(run(&home, "fish", &["--no-config", "-c", &script]), format!("ACCESS_TOKEN={token}"));
    }
}

fn with_program(line: &str, program: &str) -> String {
    line.replace("tokcache token", &format!("{program} token"))
}

#[test]
fn no_shell_goes_on_with_an_old_token_if_there_is_none() {
    let home = Home::of("empty");
    for (shell, format, program) in [
        ("sh", "env", "\"$TOKCACHE\""),
        ("bash", "env", "\"$TOKCACHE\""),
        ("zsh", "env", "\"$TOKCACHE\""),
        ("sh", "token", "\"$TOKCACHE\""),
        ("fish", "fish", "$TOKCACHE"),
        (NU, "nu", "^$env.TOKCACHE"),
    ] {
        let script = format!("{}; echo went on", with_program(&documented(format), program));
        let mut command = home.command(shell);
        command.args(["-c", &script]).env("TOKCACHE", env!("CARGO_BIN_EXE_tokcache")).env("ACCESS_TOKEN", "old");
        let output = command.output().unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(4), &b""[..]), "{shell}: {output:?}");
    }
}

/// PowerShell is in neither Debian nor npm. In single quotes, it takes every character as it is, but for a doubled quote.
#[test]
fn powershell_gets_a_string_in_single_quotes() {
    let quoted = UNUSUAL.replace('\'', "''");
    assert_eq!(home_with(UNUSUAL).answer("token -o powershell"), format!("$env:ACCESS_TOKEN = '{quoted}'"));
}

#[test]
fn nushell_reads_its_own() {
    let script = format!(
        "{}; ^env | lines | where $it =~ '^ACCESS_TOKEN=' | get 0",
        with_program(&documented("nu"), "^$env.TOKCACHE")
    );
    for token in [USUAL, UNUSUAL] {
        let home = home_with(token);
        let shown = run(&home, NU, &["--no-config-file", "-c", &script]);
        assert_eq!(shown, format!("ACCESS_TOKEN={token}"));
    }
}

#[test]
fn curl_reads_a_configuration_and_a_header() {
    let api = Api::start();
    for token in [USUAL, UNUSUAL] {
        let home = home_with(token);
        for (format, option) in [("curl-config", "-K"), ("header", "-H")] {
            let from = if option == "-H" { "@-" } else { "-" };
            let script = format!("\"$TOKCACHE\" token -o {format} | curl -q -sS {option} {from} {}", api.url("/"));
            assert_eq!(run(&home, "sh", &["-c", &script]), format!("Bearer {token}"), "{format}");
        }
    }
}

/// The lines of the page, with the address of the API. The token is in no argument.
#[test]
fn httpie_reads_a_header_as_the_page_says() {
    let page = include_str!("../../docs/exec-and-curl.md");
    let lines = page.split("```sh\n").find(|block| block.contains("| http ")).unwrap();
    let (lines, _) = lines.split_once("```").unwrap();
    let api = Api::start();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/e2e/httpie/bin");
    let http = folder.join("http");
    assert!(http.exists(), "{} is missing: run tests/run scripts", http.display());
    let script = lines
        .replace("tokcache ", "\"$TOKCACHE\" ")
        .replace("| http ", &format!("| {} ", http.display()))
        .replace("https://api.example.com/notes", &api.url("/notes"));
    assert_ne!(script, lines);
    for token in [USUAL, UNUSUAL, "=x", ":=x", "@x"] {
        let mut home = home_with(token);
        // Its settings are those of this home.
        home.set("HTTPIE_CONFIG_DIR", home.path("httpie"));
        for shell in ["dash", "bash", "zsh"] {
            assert_eq!(run(&home, shell, &["-c", &script]), format!("Bearer {token}"), "{shell}");
        }
    }
    let before = api.seen().len();
    let expired = Home::of("expired");
    let mut command = expired.command("sh");
    command.args(["-c", &script]).env("TOKCACHE", env!("CARGO_BIN_EXE_tokcache"));
    assert_eq!(command.output().unwrap().status.code(), Some(5));
    assert_eq!(api.seen().len(), before, "HTTPie has run without a token");
}

#[test]
fn curl_reads_a_netrc_file_for_an_ipv6_address_at_any_port() {
    if !Path::new("/proc/net/if_inet6").exists() {
        println!("this machine has no IPv6: this shows nothing here");
        return;
    }
    let api = Api::at(Ipv6Addr::LOCALHOST, |seen| (200, Vec::new(), seen.authorization.clone().unwrap_or_default()));
    let home = home_with(USUAL);
    home.answer(&format!("profile set --host {} --host git.example.com:8443 --host [::1]", api.host()));
    let netrc = home.answer("token -o netrc");
    let entry = |name: &str| format!("machine {name} login oauth2 password {USUAL}");
    assert_eq!(netrc, [entry("::1"), entry("git.example.com")].join("\n"));
    home.write("netrc", format!("{netrc}\n"));
    let basic = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, format!("oauth2:{USUAL}"));
    let fetched = run(&home, "curl", &["-q", "-sS", "--netrc-file", "netrc", &api.url("/")]);
    assert_eq!(fetched, format!("Basic {basic}"));
}

#[test]
fn curl_and_python_read_a_netrc_file_for_the_hosts_of_the_profile_only() {
    let (api, other) = (
        Api::start(),
        Api::at([127, 0, 0, 3], |seen| (200, Vec::new(), seen.authorization.clone().unwrap_or_default())),
    );
    let home = home_with(USUAL);
    let message = home.failure(3, "token -o netrc");
    assert!(message.contains("try: tokcache profile set default --host HOST"), "{message}");
    home.answer(&format!("profile set --host {} --host *.example.com --host git.example.com", api.host()));
    let netrc = home.answer("token -o netrc");
    assert!(!netrc.contains('*'), "{netrc}");
    home.write("netrc", format!("{netrc}\n"));
    let fetched = |url: &str| run(&home, "curl", &["-q", "-sS", "--netrc-file", "netrc", url]);
    let basic = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, format!("oauth2:{USUAL}"));
    assert_eq!(fetched(&api.url("/")), format!("Basic {basic}"));
    assert_eq!(fetched(&other.url("/")), "");
    let script = "import netrc; print(*netrc.netrc('netrc').authenticators('git.example.com')[::2])";
    assert_eq!(run(&home, "python3", &["-c", script]), format!("oauth2 {USUAL}"));
}

/// A stand-in for the runner of GitHub Actions reads both channels as its documentation says: the commands in the log,
/// and the file of variables.
#[test]
fn a_runner_masks_the_token_before_the_next_step_has_it() {
    for token in [USUAL, UNUSUAL] {
        let mut home = home_with(token);
        failure_of(3, &home.tokcache("token -o github-actions"));
        home.write("github-env", "EARLIER=1\n");
        let file = home.path("github-env");
        home.set("GITHUB_ENV", file.clone());
        let log = home.answer("token -o github-actions");
        let mask = log.strip_prefix("::add-mask::").unwrap();
        assert_eq!(mask.replace("%25", "%"), token);
        assert_eq!(fs::read_to_string(&file).unwrap(), format!("EARLIER=1\nACCESS_TOKEN={token}\n"));
        fs::remove_file(file).unwrap();
        assert!(!home.tokcache("token -o github-actions").status.success(), "only the runner makes the file");
    }
}

#[test]
fn programs_that_read_json_find_the_token_and_its_end_in_utc() {
    for token in [USUAL, UNUSUAL] {
        let mut home = home_with(token);
        let object = |home: &Home, format: &str| -> Value {
            serde_json::from_str(&home.answer(&format!("token -o {format}"))).unwrap()
        };
        assert_eq!(object(&home, "json")["access_token"], token);
        assert_eq!(object(&home, "az")["accessToken"], token);
        let azd = object(&home, "azd");
        assert_eq!(azd, serde_json::json!({ "token": token, "expiresOn": "2100-01-01T00:00:00Z" }));
        let credential = |version: &str| {
            serde_json::json!({
                "apiVersion": format!("client.authentication.k8s.io/{version}"), "kind": "ExecCredential",
                "status": { "expirationTimestamp": "2100-01-01T00:00:00Z", "token": token }
            })
        };
        assert_eq!(object(&home, "exec-credential"), credential("v1"));
        for version in ["v1beta1", "v1"] {
            let info = credential(version).to_string();
            home.set("KUBERNETES_EXEC_INFO", info);
            assert_eq!(object(&home, "exec-credential"), credential(version));
        }
        home.set("KUBERNETES_EXEC_INFO", credential("v2").to_string());
        failure_of(3, &home.tokcache("token -o exec-credential"));
    }
}

/// The Windows tier runs the output in the cmd.exe of Wine.
#[test]
fn what_cmd_would_change_is_refused() {
    assert_eq!(home_with(USUAL).answer("token -o cmd"), format!("set \"ACCESS_TOKEN={USUAL}\""));
    for character in ['"', '%', '!', '^'] {
        failure_of(1, &home_with(&format!("a{character}b")).tokcache("token -o cmd"));
    }
    let home = home_with("a#b");
    home.answer("profile set --host a.example");
    failure_of(1, &home.tokcache("token -o netrc"));
}

#[test]
fn a_token_with_a_control_character_is_an_error_in_each_format() {
    for token in ["a\nb", "a\rb", "a\tb", "a\0b", "a\u{1b}b", "a b", "a\u{e9}b"] {
        let home = home_with(token);
        home.answer("profile set --host a.example");
        let formats = [
            "az",
            "azd",
            "cmd",
            "curl-config",
            "env",
            "exec-credential",
            "fish",
            "github-actions",
            "header",
            "netrc",
            "nu",
            "powershell",
            "token",
        ];
        for format in formats {
            let output = home.program(&format!("token --offline -o {format}")).stdin(Stdio::null()).output().unwrap();
            assert!(!output.status.success() && output.stdout.is_empty(), "{token:?} as {format}");
        }
    }
}
