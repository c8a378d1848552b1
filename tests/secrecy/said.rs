//! Checks the output of all commands at the highest verbosity.

use std::process::Output;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Value, json};

use crate::home::{ACCESS_TOKEN, Home, PASSPHRASE, REFRESH_TOKEN, tells};
use crate::support::provider::{DEVICE_CODE, NEW_ACCESS_TOKEN, NEW_REFRESH_TOKEN, Provider, generous};

const SECRETS: [&str; 6] = [ACCESS_TOKEN, REFRESH_TOKEN, DEVICE_CODE, NEW_ACCESS_TOKEN, NEW_REFRESH_TOKEN, PASSPHRASE];

/// `tests/libsecret` has the keyring, and tests that these do not show what they save.
const NEED_A_KEYRING: [&str; 2] = ["cache password", "profile secret"];

#[test]
fn whatever_succeeds_tells_nothing_but_the_token_that_was_asked_for() {
    let provider = Provider::start(generous);
    let home = Home::at(&provider);
    home.write(".tokcache.toml", "profile = \"default\"\n");
    let fetch = format!("curl -sS {}/", provider.address());
    let proxy = format!("proxy --for {} --duration 1s", provider.address());
    let commands = [
        ("list", None),
        ("list -o json", None),
        ("status", None),
        ("status -o json", None),
        ("explain", None),
        ("explain -o json", None),
        ("cache path", None),
        ("cache check", None),
        ("token", Some(ACCESS_TOKEN)),
        ("token -o header", Some(ACCESS_TOKEN)),
        ("token --force-refresh -o json", Some(NEW_ACCESS_TOKEN)),
        ("clear --no-revoke", None),
        ("login --qr --scope api:read", None),
        ("profile list", None),
        ("profile show", None),
        ("profile set other --client-id app", None),
        ("token --profile default", Some(NEW_ACCESS_TOKEN)),
        ("exec -- true", None),
        ("exec -- sh -c true", None),
        ("exec --token-file -- true", None),
        ("exec --token-fd 5 -- true", None),
        (&fetch, None),
        ("serve --duration 1s", None),
        (&proxy, None),
        ("credential terraform --host app.example.com get app.example.com", Some(NEW_ACCESS_TOKEN)),
        ("configure docker --host app.example.com", None),
        ("unconfigure docker --host app.example.com", None),
        ("doctor --offline", None),
        ("token -o azd", Some(NEW_ACCESS_TOKEN)),
        ("token -o exec-credential", Some(NEW_ACCESS_TOKEN)),
        ("token -o nu", Some(NEW_ACCESS_TOKEN)),
        ("cache encrypt --encrypt key-file:key", None),
        ("token --profile default -o header", Some(NEW_ACCESS_TOKEN)),
        ("cache rekey --encrypt passphrase", None),
        ("list", None),
        ("cache decrypt", None),
        ("cache copy --to file:copy.json", None),
        ("cache check --repair", None),
        ("clear", None),
        ("profile trust .tokcache.toml", None),
        ("profile untrust .tokcache.toml", None),
        ("profile remove other", None),
        ("completions bash", None),
    ];
    let is_listed = |name: &String| commands.iter().any(|(line, _)| is_of(line, name));
    let is_missing = |name: &String| !is_listed(name) && !NEED_A_KEYRING.contains(&name.as_str());
    assert_eq!(all_commands(&home).into_iter().find(is_missing), None);
    for (command, asks_for) in commands {
        let output = run(&home, command);
        assert!(output.status.success(), "{command}: {output:?}");
        assert_eq!(told(&output.stderr), Vec::<&str>::new(), "{command}");
        assert_eq!(told(&output.stdout), asks_for.into_iter().collect::<Vec<_>>(), "{command}");
        if let Ok(key) = std::fs::read_to_string(home.path("key")) {
            assert!(!tells(&[output.stdout, output.stderr].concat(), key.trim()), "{command}");
        }
    }
}

/// Returns the commands in the help, with their subcommands, except `help` itself.
fn all_commands(home: &Home) -> Vec<String> {
    let listed = |words: &[&str]| -> Vec<String> {
        let help = String::from_utf8(home.tokcache(words).arg("--help").output().unwrap().stdout).unwrap();
        let names = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        // Continuation lines of a description are indented further.
        names
            .filter(|line| !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .map(str::to_owned)
            .collect()
    };
    let all: Vec<_> = listed(&[])
        .iter()
        .flat_map(|name| match &listed(&[name])[..] {
            [] => vec![name.clone()],
            own => own.iter().map(|own| format!("{name} {own}")).collect(),
        })
        .collect();
    assert!(all.len() > 12 && all.iter().any(|name| name == "cache rekey"), "{all:?}");
    all
}

fn is_of(line: &str, command: &str) -> bool {
    line.strip_prefix(command).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

#[test]
fn what_exec_starts_gets_the_token_in_the_one_variable_and_nothing_else() {
    let home = Home::new();
    let show = "tr '\\0' '\\n' < /proc/$$/environ; echo ---; tr '\\0' '\\n' < /proc/$$/cmdline";
    let output = home.tokcache(&["exec", "-vv", "--", "sh", "-c", show]).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    let (environment, arguments) = shown.split_once("---\n").unwrap();
    let tellers: Vec<_> = environment.lines().filter(|line| !told(line.as_bytes()).is_empty()).collect();
    assert_eq!(tellers, [format!("ACCESS_TOKEN={ACCESS_TOKEN}")]);
    assert!(arguments.starts_with("sh\n") && told(arguments.as_bytes()).is_empty());
}

/// The server repeats everything that it was sent, in every spelling, with every error status.
#[test]
fn whatever_fails_tells_nothing() {
    for status in [302, 400, 401, 403, 429, 500, 503] {
        let provider = Provider::start(move |_, form| (status, echo(form)));
        let home = Home::at(&provider);
        assert_fails_and_tells_nothing(&home, "token --force-refresh --timeout 1s");
        assert_fails_and_tells_nothing(&home, "exec --min-valid 100000d --timeout 1s -- true");
        assert_fails_and_tells_nothing(&home, "exec --token-file --min-valid 100000d --timeout 1s -- true");
        assert_fails_and_tells_nothing(&home, "curl --min-valid 100000d --timeout 1s https://localhost:1/");
        assert_fails_and_tells_nothing(&home, "login --scope api:read --timeout 1s");
        assert_tells_nothing(&run(&home, "clear --timeout 1s"), "clear");
    }
}

/// The server's answers look like success but make no sense.
#[test]
fn an_answer_that_makes_no_sense_is_not_repeated() {
    let nonsense = [
        json!([NEW_ACCESS_TOKEN, NEW_REFRESH_TOKEN]),
        json!({ "access-token": NEW_ACCESS_TOKEN, "refresh_token": NEW_REFRESH_TOKEN }),
        json!({ "access_token": { "secret": NEW_ACCESS_TOKEN } }),
        json!(NEW_REFRESH_TOKEN),
    ];
    for body in nonsense {
        for status in [200, 400, 500] {
            let body = body.clone();
            let provider = Provider::start(move |_, _| (status, body.clone()));
            assert_fails_and_tells_nothing(&Home::at(&provider), "token --force-refresh --timeout 1s");
        }
    }
}

#[test]
fn a_sign_in_that_fails_tells_no_device_code() {
    let provider = Provider::start(|path, form| match path {
        "/tenant/token" => (400, echo(form)),
        _ => generous(path, form),
    });
    assert_fails_and_tells_nothing(&Home::at(&provider), "login --scope api:read");
}

#[test]
fn a_cache_that_is_damaged_is_not_quoted() {
    let home = Home::new();
    home.damage_cache();
    for command in ["token", "list", "status", "explain", "clear --all --yes", "cache check"] {
        assert_tells_nothing(&run(&home, command), command);
    }
}

/// The only panic that the system can cause: the HTTP library cannot start its thread.
#[test]
fn a_panic_is_told_by_its_place_and_tells_nothing() {
    let provider = Provider::start(generous);
    let home = Home::at(&provider);
    let without_threads = ["-o", "/dev/null", "-e", "inject=clone,clone3:error=EAGAIN"];
    let mut strace = home.strace(&without_threads, "token --force-refresh -vv");
    let output = strace.env("RUST_BACKTRACE", "full").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let lines: Vec<_> = said.lines().filter(|line| !line.starts_with("asking ")).collect();
    assert!(lines[0].starts_with("error: this is a bug in tokcache") && lines[1].starts_with("  try: "), "{said}");
    assert_eq!(lines.len(), 2, "{said}");
    assert_tells_nothing(&output, "token");
}

#[track_caller]
fn assert_fails_and_tells_nothing(home: &Home, command: &str) {
    for format in ["text", "json"] {
        let command = format!("--error-format {format} {command}");
        let output = run(home, &command);
        assert!(!output.status.success(), "{command}: {output:?}");
        assert_tells_nothing(&output, &command);
    }
}

#[track_caller]
fn assert_tells_nothing(output: &Output, command: &str) {
    assert!(!output.stderr.is_empty(), "{command}");
    assert_eq!(told(&[&*output.stdout, &*output.stderr].concat()), Vec::<&str>::new(), "{command}: {output:?}");
}

fn run(home: &Home, command: &str) -> Output {
    let mut tokcache = home.tokcache(&["-vv"]);
    tokcache.args(command.split(' ')).env("RUST_BACKTRACE", "full").env("RUST_LOG", "trace");
    tokcache.output().unwrap()
}

/// Returns the secrets that the bytes contain.
fn told(bytes: &[u8]) -> Vec<&'static str> {
    SECRETS.into_iter().filter(|secret| tells(bytes, secret)).collect()
}

pub(crate) fn echo(form: &str) -> Value {
    let decoded = percent_encoding::percent_decode_str(form).decode_utf8().unwrap().into_owned();
    let values = decoded.split('&').filter_map(|field| Some(field.split_once('=')?.1));
    let encoded: Vec<_> = values.map(|value| BASE64_STANDARD.encode(value)).collect();
    let all = format!("{form} {decoded} {}", encoded.join(" "));
    json!({ "error": "odd", "error_description": all, "suberror": all, "claims": all, "correlation_id": all })
}
