//! Many processes at once on an expired token of one resource, whose refresh tokens rotate.

use std::collections::BTreeSet;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tokcache_core::time::{Clock as _, SystemClock};

use crate::server::{Server, expire, home_of, sign_in};
use crate::support::home::Home;

const HERD: usize = 50;

/// The commands that print the token.
const DOORS: [&str; 3] =
    ["token --for URL", "credential mcp-headers --for URL", "exec --for URL -- printenv ACCESS_TOKEN"];

fn start(home: &Home, line: &str) -> Child {
    let mut command = home.program(line);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for the processes, which must all print the same token.
#[track_caller]
fn ensure_one_answer(herd: Vec<Child>, line: &str) {
    let outputs = herd.into_iter().map(|child| child.wait_with_output().unwrap());
    let answers: BTreeSet<_> = outputs
        .map(|output| {
            assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        })
        .collect();
    assert_eq!(answers.len(), 1, "{line}: {answers:?}");
}

#[test]
fn fifty_processes_make_one_refresh_through_every_door() {
    let server = Server::start(json!({}));
    let (home, url) = (home_of("alice"), server.url("one"));
    sign_in(&home, &url, "");
    server.control(json!({ "refresh_delay": 500 }));
    for (round, door) in DOORS.iter().enumerate() {
        expire(&home);
        let line = door.replace("URL", &url);
        let herd: Vec<_> = (0..HERD).map(|_| start(&home, &line)).collect();
        ensure_one_answer(herd, &line);
        assert_eq!(server.refreshes(), (round + 1, 0), "{line}");
    }
}

#[test]
fn a_process_that_is_killed_during_its_refresh_leaves_the_sign_in_to_the_others() {
    let server = Server::start(json!({}));
    let (home, url) = (home_of("alice"), server.url("one"));
    sign_in(&home, &url, "");
    expire(&home);
    server.control(json!({ "refresh_delay": 3000 }));
    let line = format!("token --for {url}");
    let mut winner = start(&home, &line);
    let clock = SystemClock::new();
    while server.control(json!({}))["delayed"] != 1 {
        clock.sleep(Duration::from_millis(20));
    }
    let others: Vec<_> = (0..10).map(|_| start(&home, &line)).collect();
    clock.sleep(Duration::from_millis(300));
    kill_process(Pid::from_child(&winner), Signal::KILL).unwrap();
    winner.wait().unwrap();
    server.control(json!({ "refresh_delay": 0 }));
    for other in others {
        let output = other.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(server.refreshes(), (1, 0));
}

/// SIGSTOP freezes every process in the middle of its work, as a machine that is paused does. The answer of the server
/// waits in the connection, longer than an exchange may take.
#[test]
fn processes_that_sleep_through_the_refresh_of_one_of_them_all_get_its_token() {
    let server = Server::start(json!({}));
    let (home, url) = (home_of("alice"), server.url("one"));
    sign_in(&home, &url, "");
    let clock = SystemClock::new();
    for (round, door) in DOORS.iter().enumerate() {
        expire(&home);
        server.control(json!({ "refresh_delay": 1000 }));
        let line = door.replace("URL", &format!("{url} --timeout 2s --lock-timeout 2s"));
        let herd: Vec<_> = (0..HERD).map(|_| start(&home, &line)).collect();
        while server.control(json!({}))["delayed"] != round + 1 {
            clock.sleep(Duration::from_millis(20));
        }
        let signal = |signal| herd.iter().for_each(|child| kill_process(Pid::from_child(child), signal).unwrap());
        signal(Signal::STOP);
        clock.sleep(Duration::from_secs(4));
        signal(Signal::CONT);
        ensure_one_answer(herd, &line);
        assert_eq!(server.refreshes(), (round + 1, 0), "{line}");
    }
}

#[test]
fn with_the_provider_down_each_door_fails_clearly_and_in_time_and_nobody_is_signed_out() {
    let server = Server::start(json!({}));
    let (home, url) = (home_of("alice"), server.url("one"));
    sign_in(&home, &url, "");
    expire(&home);
    drop(server);
    for door in DOORS {
        let started = Instant::now();
        let said = home.failure(5, &door.replace("URL", &format!("{url} --timeout 2s")));
        assert!(said.contains("refused"), "{said}");
        assert!(started.elapsed() < Duration::from_secs(10), "{door}: {:?}", started.elapsed());
    }
    let cache = std::fs::read_to_string(home.cache()).unwrap();
    assert!(cache.contains("-refreshtoken-"), "the sign-in is kept");
}
