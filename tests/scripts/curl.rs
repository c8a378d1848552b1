//! `tokcache curl` with the real curl: where the token is, and what is curl's own.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::api::Api;
use crate::support::home::Home;
use crate::support::{answer_of, failure_of, put_program, text, wrapped};
use crate::wait_until;

fn curl(home: &Home, arguments: &[&str]) -> Command {
    let mut command = home.program("curl");
    command.args(arguments);
    command
}

#[test]
fn a_request_has_the_token_with_and_without_the_hyphens_before_curls_arguments() {
    let (home, api) = (Home::signed_in(), Api::start());
    for before in [&[][..], &["--scope", "api:read"], &["--scope=api:read", "--"], &["--"]] {
        let url = api.url("/notes");
        let output = curl(&home, &[before, &["-sS", &url]].concat()).output().unwrap();
        assert_eq!(answer_of(&output), "Bearer AT-bob", "{before:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
    }
    assert!(api.seen().iter().all(|seen| seen.method == "GET" && seen.path == "/notes"));
}

#[test]
fn curl_is_never_started_without_a_token() {
    let (home, api) = (Home::of("expired"), Api::start());
    failure_of(5, &curl(&home, &["-sS", "-o", "file", &api.url("/")]).output().unwrap());
    assert!(api.seen().is_empty() && !home.path("file").exists());
}

/// The arguments and variables of curl are sampled while the server lets it wait.
#[test]
fn the_token_is_in_no_argument_and_no_variable_while_curl_runs() {
    let home = Home::signed_in();
    home.edit("state/token_cache.json", "AT-bob", "canary-of-curl");
    let api = Api::answering(|_| {
        #[expect(clippy::disallowed_methods, reason = "lets curl wait")]
        std::thread::sleep(std::time::Duration::from_millis(700));
        (200, Vec::new(), "done".to_owned())
    });
    let url = api.url("/");
    for arguments in [&["-sS", &url][..], &["-sS", "-D", "headers", &url], &["-sS", "-d", "@-", &url]] {
        let mut child = curl(&home, arguments).stdout(Stdio::piped()).spawn().unwrap();
        let (mut programs, mut samples) = (BTreeSet::new(), 0);
        while child.try_wait().unwrap().is_none() {
            for process in family(child.id()) {
                let read = |name: &str| fs::read(format!("/proc/{process}/{name}")).unwrap_or_default();
                for name in ["cmdline", "environ"] {
                    assert!(!text(&read(name)).contains("canary"), "{name}");
                }
                programs.insert(text(&read("comm")).trim_end().to_owned());
                samples += 1;
            }
        }
        assert!(programs.contains("curl") && samples > 100, "{programs:?}, {samples}");
    }
    assert_eq!(api.tokens(), ["canary-of-curl"; 3]);
}

/// A value that is taken for a URL would decide where the token goes.
#[test]
fn the_options_with_a_value_are_those_of_the_real_curl() {
    let source = include_str!("../../src/cli/curl/options.rs");
    // The names, and the letters of those with a short form.
    let table = |name: &str| -> BTreeSet<&str> {
        let (_, rest) = source.split_once(&format!("const {name}: &str = \"")).unwrap();
        let words = rest.split_once("\";").unwrap().0.split_whitespace();
        let parts = |word: &'static str| match word.split_at_checked(2) {
            Some((letter, name)) if letter.ends_with(':') => [&letter[..1], name],
            _ => [word; 2],
        };
        words.flat_map(parts).collect()
    };
    let (flags, values) = (table("FLAGS"), table("VALUES"));
    let help = answer_of(&Command::new("curl").args(["--help", "all"]).output().unwrap());
    let mut options = 0;
    for (before, rest) in help.lines().filter_map(|line| line.split_once("--")) {
        let (name, value) = rest.split_once(' ').unwrap();
        let known = if value.starts_with(['<', '[']) { &values } else { &flags };
        let letter = before.trim_matches(['-', ',', ' ']);
        let is_known = known.contains(name) || name.strip_prefix("no-").is_some_and(|name| known.contains(name));
        assert!(is_known && (letter.is_empty() || known.contains(letter)), "{before}--{rest}");
        options += 1;
    }
    assert!(options > 200, "curl lists {options} options");
}

/// Returns a process and its children.
fn family(process: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    children.split_whitespace().filter_map(|child| child.parse().ok()).chain([process]).collect()
}

#[test]
fn streams_and_status_are_those_of_curl_alone() {
    let home = Home::signed_in();
    let api = Api::answering(|seen| {
        let status = if seen.path == "/missing" { 404 } else { 200 };
        (status, vec![("X-Test", "1".to_owned())], format!("{} {}\0{}", seen.method, seen.path, seen.body))
    });
    let (there, missing) = (api.url("/there"), api.url("/missing"));
    let cases: &[&[&str]] = &[
        &["-s", &there],
        &[&there],
        &["-sS", "-i", &there],
        &["-fsS", &missing],
        &["-sS", &missing],
        &["-s", "-X", "DELETE", &there],
        &["-s", "-d", "a=1", "-d", "b=2", &there],
        &["-s", "-G", "-d", "a=1", &there],
        &["-s", "--json", "{}", &there],
        &["-s", "-w", "%{http_code}", "-o", "file", &there],
        &["-s", &there, &missing],
        &["-s", "-d", "@-", &there],
        &["-s", "-T", "-", &there],
        &["-s", "--url", &there, "-I"],
        &["-s", "--", &there],
        &["-sS", "http://127.0.0.1:1/"],
        &["-sS", "--max-time", "x", &there],
    ];
    // The header is of the server, and differs by the second.
    let shown = |output: &Output| {
        let lines = |bytes: &[u8]| -> Vec<String> {
            let all = text(bytes);
            let kept = all.split(['\n', '\r']).filter(|line| !line.starts_with("Date:") && !is_progress(line));
            kept.map(str::to_owned).collect()
        };
        (output.status.code(), lines(&output.stdout), lines(&output.stderr))
    };
    for case in cases {
        let run = |command: &mut Command| {
            home.write("input", "from standard input");
            command.stdin(fs::File::open(home.path("input")).unwrap()).output().unwrap()
        };
        let own = run(home.command("curl").arg("-q").args(*case));
        let through = run(&mut curl(&home, case));
        assert_eq!(shown(&through), shown(&own), "{case:?}");
    }
}

/// Whether a line is of the progress meter, whose numbers differ.
fn is_progress(line: &str) -> bool {
    line.trim_start().starts_with(|first: char| first.is_ascii_digit()) && line.contains("--:--:--")
}

#[test]
fn curl_ends_by_the_signal_that_tokcache_gets() {
    let home = Home::signed_in();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let stopped = std::sync::Mutex::new(stopped);
    let api = Api::answering(move |_| {
        // Until the test ends.
        let _ = stopped.lock().unwrap().recv_timeout(std::time::Duration::from_secs(60));
        (200, Vec::new(), String::new())
    });
    let mut program = wrapped(&["env", "--default-signal"], &curl(&home, &["-s", &api.url("/")]));
    let mut child = program.stdout(Stdio::null()).spawn().unwrap();
    wait_until("the request arrives", || !api.seen().is_empty());
    let members = family(child.id());
    assert_eq!(members.len(), 2);
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(Signal::TERM.as_raw()));
    assert!(!fs::exists(format!("/proc/{}", members[0])).unwrap(), "curl has ended too");
    drop(stop);
}

#[test]
fn a_reader_that_has_enough_ends_curl() {
    let home = Home::signed_in();
    let api = Api::answering(|_| (200, Vec::new(), "line\n".repeat(2_000_000)));
    let line = format!("\"$0\" curl -sS {} | head -n 1; echo ${{PIPESTATUS[0]}}", api.url("/"));
    let output = home.command("bash").args(["-c", &line, env!("CARGO_BIN_EXE_tokcache")]).output().unwrap();
    let shown = text(&output.stdout);
    assert!(shown == "line\n23\n", "{shown}");
}

#[test]
fn the_configuration_of_the_user_is_not_read() {
    let (mut home, api) = (Home::signed_in(), Api::start());
    let folder = home.folder().to_owned();
    home.set("CURL_HOME", folder);
    home.write(".curlrc", format!("verbose\nlocation-trusted\nurl = \"{}\"\n", api.url("/other")));
    let output = curl(&home, &["-sS", &api.url("/")]).output().unwrap();
    assert_eq!((answer_of(&output).as_str(), api.seen().len()), ("Bearer AT-bob", 1));
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn options_that_would_show_the_token_are_refused_before_anything_is_sent() {
    let (home, api) = (Home::signed_in(), Api::start());
    let url = api.url("/");
    for (option, said) in [
        ("-sv", "--verbose would show the token"),
        ("--trace-ascii=x", "is no option of curl that tokcache knows"),
        ("--location-trusted", "would send the token to other hosts"),
        ("--locat", "is no option of curl that tokcache knows"),
        ("-n", "would replace the token"),
        ("-:", "would need the token twice"),
    ] {
        let output = curl(&home, &["--", option, &url]).output().unwrap();
        let message = failure_of(2, &output);
        assert!(message.contains(said) && message.contains("try: tokcache curl --help"), "{message}");
    }
    assert!(api.seen().is_empty());
}

#[test]
fn without_curl_the_status_is_that_of_a_shell_and_no_argument_is_repeated() {
    let mut home = Home::signed_in();
    home.set("PATH", "/nonexistent");
    let output = curl(&home, &["-d", "password=canary", "https://127.0.0.1:1/"]).output().unwrap();
    let message = failure_of(127, &output);
    assert!(message.contains("cannot run curl") && !message.contains("canary"), "{message}");
    let bad = curl(&home, &["-d", "password=canary", "--nonsense", "https://127.0.0.1:1/"]).output().unwrap();
    assert!(!failure_of(2, &bad).contains("canary"));
}

/// The terminal is that of the caller, and the progress meter is absent as with curl alone.
#[test]
fn on_a_terminal_only_the_response_is_shown() {
    use crate::support::terminal::Terminal;
    let (mut home, api) = (Home::signed_in(), Api::start());
    let bin = home.path("bin");
    fs::create_dir(&bin).unwrap();
    put_program(&bin.join("run"), &format!("#!/bin/sh\n\"$1\" curl {}\necho \"[end]\"\n", api.url("/")));
    home.set("TERM", "dumb");
    let mut terminal = Terminal::showing(home.command(bin.join("run")).arg(env!("CARGO_BIN_EXE_tokcache")));
    terminal.wait_for("[end]");
    assert_eq!(terminal.shown().trim_end(), "Bearer AT-bob[end]");
}
