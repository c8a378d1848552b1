//! The life of an endpoint: the program, signals, and the time limit.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use serde_json::json;

use crate::endpoint::{Endpoint, cached_token, signed_in, token_path};
use crate::harness::{Home, Provider, SCOPE, end_of, signal, wait_until};

const AS_MANAGED_IDENTITY: [&str; 4] = ["exec", "--as", "managed-identity", "--"];

fn arguments<'a>(command: &[&'a str]) -> Vec<&'a str> {
    [&AS_MANAGED_IDENTITY, command].concat()
}

/// Runs a shell script, and returns its output once it has printed `lines` lines.
fn start(home: &Home, script: &str, lines: usize) -> (Child, Vec<String>, BufReader<ChildStdout>) {
    let mut process = home.start(&arguments(&["sh", "-c", script]));
    let mut stdout = BufReader::new(process.stdout.take().expect("its output is piped"));
    let mut printed = Vec::new();
    for _ in 0..lines {
        let mut line = String::new();
        stdout.read_line(&mut line).expect("text");
        printed.push(line.trim_end().to_owned());
    }
    (process, printed, stdout)
}

fn is_open(endpoint: &str) -> bool {
    TcpStream::connect(endpoint.split('/').nth(2).expect("a host")).is_ok()
}

#[test]
fn the_exit_status_of_the_program_is_returned() {
    let (_provider, home) = signed_in();
    for (command, status) in [
        (&["sh", "-c", "exit 7"][..], 7),
        (&["sh", "-c", "kill -TERM $$"], 143),
        (&["true"], 0),
        (&["/no/such/program"], 127),
        (&["/etc/passwd"], 126),
    ] {
        let output = home.tokcache(&arguments(command));
        assert_eq!(output.status.code(), Some(status), "{command:?}: {output:?}");
    }
    let mut cat = home.command(env!("CARGO_BIN_EXE_tokcache"));
    cat.args(arguments(&["cat"])).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut cat = cat.spawn().expect("tokcache");
    cat.stdin.take().expect("a pipe").write_all(b"through").expect("it is read");
    let output = end_of(cat);
    assert_eq!((output.stdout, output.stderr), (b"through".to_vec(), Vec::new()));
}

#[test]
fn the_program_gets_the_endpoint_and_nothing_of_another_platform() {
    let (_provider, mut home) = signed_in();
    for name in ["IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT", "MSI_ENDPOINT"] {
        home.set(name, "other");
    }
    let script = "env | grep -E '^(ACCESS|ARM|AZCOPY|IDENTITY|IMDS|MSI)' | sort";
    let output = home.answer(&arguments(&["sh", "-c", script]));
    let variables: BTreeMap<_, _> = output.lines().filter_map(|line| line.split_once('=')).collect();
    assert_eq!(variables["ARM_MSI_ENDPOINT"], variables["IDENTITY_ENDPOINT"]);
    let fixed = [("ARM_MSI_API_VERSION", "2019-08-01"), ("ARM_USE_MSI", "true"), ("AZCOPY_AUTO_LOGIN_TYPE", "MSI")];
    for (name, value) in fixed {
        assert_eq!(variables[name], value, "{name}");
    }
    assert_eq!(variables.len(), fixed.len() + 3, "{:?}", variables.keys());
    assert!(!output.contains(&cached_token(&home)));
}

#[test]
fn without_a_token_the_program_does_not_start() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let touched = tempfile::tempdir().expect("a folder");
    let path = touched.path().join("started");
    let command = arguments(&["touch", path.to_str().expect("text")]);
    let output = home.tokcache(&[&["exec", "--scope", SCOPE], &command[1..]].concat());
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(!path.exists());
    let error = home.tokcache(&[&["exec", "--min-valid", "5m"], &command[1..]].concat());
    assert_eq!(error.status.code(), Some(2), "{error:?}");
}

#[test]
fn signals_reach_the_program_which_decides() {
    let (_provider, home) = signed_in();
    let script =
        "trap 'echo terminated; exit 5' TERM; trap 'echo hung up' HUP; echo ready; while :; do sleep 0.05; done";
    let (process, _, mut stdout) = start(&home, script, 1);
    signal(&process, Signal::HUP);
    let mut line = String::new();
    stdout.read_line(&mut line).expect("text");
    assert_eq!(line, "hung up\n");
    signal(&process, Signal::TERM);
    line.clear();
    stdout.read_line(&mut line).expect("text");
    assert_eq!(line, "terminated\n");
    assert_eq!(end_of(process).status.code(), Some(5));
}

/// The start of the endpoint refreshes, for which signals are put off. Later they are passed on again.
#[test]
fn signals_reach_the_program_after_a_refresh_too() {
    let (_provider, home) = signed_in();
    home.cache.expire_access_tokens();
    let script = "trap 'echo terminated; exit 5' TERM; echo ready; while :; do sleep 0.05; done";
    let (process, _, mut stdout) = start(&home, script, 1);
    signal(&process, Signal::TERM);
    let mut line = String::new();
    stdout.read_line(&mut line).expect("text");
    assert_eq!((line.as_str(), end_of(process).status.code()), ("terminated\n", Some(5)));
}

/// A provider that answers late: the endpoint waits for the new refresh token.
#[test]
fn an_endpoint_that_ends_during_a_refresh_saves_it_first() {
    let (provider, home) = signed_in();
    let endpoint = Endpoint::serve(&home, &[]);
    home.cache.expire_access_tokens();
    provider.order_fault(json!({ "held": true, "carried_out": true }));
    let address = endpoint.address();
    let (line, headers) = (format!("GET {}", token_path(SCOPE)), endpoint.headers());
    let client = std::thread::spawn(move || {
        TcpStream::connect(address).map(|mut stream| {
            write!(stream, "{line} HTTP/1.1\r\n{}\r\n\r\n", headers.join("\r\n")).expect("it is read");
            stream
        })
    });
    let _connection = client.join().expect("no panic").expect("a connection");
    provider.wait_until_it_holds_one();
    endpoint.signal(Signal::TERM);
    provider.heal();
    assert_eq!(endpoint.end().status.code(), Some(143));
    assert!(!cached_token(&home).is_empty());
    provider.assert_no_sign_in_was_lost();
}

#[test]
fn the_endpoint_ends_with_a_program_that_is_killed() {
    let (_provider, home) = signed_in();
    let (process, printed, _stdout) = start(&home, "echo $$; echo $IDENTITY_ENDPOINT; exec sleep 600", 2);
    assert!(is_open(&printed[1]));
    let pid = Pid::from_raw(printed[0].parse().expect("a number")).expect("a process");
    kill_process(pid, Signal::KILL).expect("it runs");
    assert_eq!(end_of(process).status.code(), Some(137));
    assert!(!is_open(&printed[1]));
}

#[test]
fn the_time_limit_ends_the_endpoint() {
    let (_provider, home) = signed_in();
    let endpoint = Endpoint::serve(&home, &["--duration", "1s"]);
    let address = endpoint.variable("IDENTITY_ENDPOINT");
    assert_eq!(endpoint.token(SCOPE).status, 200);
    let output = endpoint.end();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("time limit"), "{output:?}");
    assert!(!is_open(&address));
    for duration in ["0", "25h", "soon"] {
        home.error(2, &["serve", "--duration", duration]);
    }
}

#[test]
fn a_program_may_outlive_the_time_limit_without_tokens() {
    let (_provider, home) = signed_in();
    let arguments = ["serve", "--duration", "1s", "--", "sh", "-c", "echo $IDENTITY_ENDPOINT; read line; exit 3"];
    let mut command = home.command(env!("CARGO_BIN_EXE_tokcache"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().expect("tokcache");
    let mut endpoint = String::new();
    BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut endpoint).expect("text");
    wait_until("the end of the endpoint", || !is_open(&endpoint));
    assert!(process.try_wait().expect("a child").is_none());
    drop(process.stdin.take());
    assert_eq!(end_of(process).status.code(), Some(3));
}
