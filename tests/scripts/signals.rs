//! Signals and job control of a program that `exec` starts, in a real terminal.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::api::Api;
use crate::support::home::Home;
use crate::support::terminal::Terminal;
use crate::support::wrapped;
use crate::wait_until;

/// Prints a word for each signal of a terminal. It starts no program, because a shell that is stopped while it does so
/// may not stop. The quotes keep the words out of the line that is echoed.
const PROGRAM: &str = "import os, signal, time; on = lambda name, word: signal.signal(name, lambda *_: print(word)); \
                       on(signal.SIGCONT, \"con\" + \"tinued\"); on(signal.SIGWINCH, \"res\" + \"ized\"); \
                       os.isatty(0) and print(\"run\" + \"ning\"); time.sleep(60)";

const WAYS: [&str; 3] = ["exec", "exec --token-fd 9", "exec --token-file"];

#[test]
fn a_signal_reaches_the_program_once_and_ends_it_as_if_it_ran_alone() {
    let home = Home::signed_in();
    for way in WAYS {
        for signal in [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT, Signal::USR1] {
            let mut program = wrapped(&["env", "--default-signal"], &home.program(&format!("{way} -- sleep 60")));
            let mut child = program.stderr(Stdio::null()).spawn().unwrap();
            let id = child.id();
            wait_until("the program runs", || name_of(id) == "sleep");
            kill_process(Pid::from_child(&child), signal).unwrap();
            assert_eq!(child.wait().unwrap().signal(), Some(signal.as_raw()), "{way}");
        }
        let script = "trap 'echo got >>got' TERM; : >ready; while [ ! -s got ]; do sleep 0.05; done; exit 5";
        let mut program = wrapped(&["env", "--default-signal"], home.program(&format!("{way} -- sh -c")).arg(script));
        let mut child = program.spawn().unwrap();
        wait_until("the program runs", || home.path("ready").exists());
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(5), "{way}");
        assert_eq!(std::fs::read_to_string(home.path("got")).unwrap(), "got\n", "{way}");
        std::fs::remove_file(home.path("got")).unwrap();
        std::fs::remove_file(home.path("ready")).unwrap();
    }
}

#[test]
fn a_program_is_stopped_continued_and_interrupted_from_the_terminal() {
    let mut home = Home::signed_in();
    home.set("PS1", "ready> ");
    home.set("TERM", "dumb");
    for way in WAYS.into_iter().chain(["exec --as managed-identity"]) {
        let mut terminal = Terminal::showing(home.command("bash").args(["--norc", "--noprofile", "--noediting", "-i"]));
        terminal.wait_for("ready> ");
        let program = env!("CARGO_BIN_EXE_tokcache");
        terminal.press(&format!("{program} {way} -- python3 -uc '{PROGRAM}'\n"));
        terminal.wait_for("running");
        terminal.press("\u{1a}");
        terminal.wait_for("Stopped");
        terminal.press("fg\n");
        terminal.wait_for("continued");
        terminal.resize(100);
        terminal.wait_for("resized");
        terminal.press("\u{3}");
        // A shell that is interrupted itself does not run the rest of the line.
        terminal.press("\necho \"af\"ter\n");
        terminal.wait_for("after");
        assert!(terminal.is_as_usual(), "{way}");
    }
}

#[test]
fn curl_is_stopped_continued_and_interrupted_from_the_terminal() {
    let mut home = Home::signed_in();
    home.set("PS1", "ready> ");
    home.set("TERM", "dumb");
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let stopped = std::sync::Mutex::new(stopped);
    let api = Api::answering(move |_| {
        // Until the test ends.
        let _ = stopped.lock().unwrap().recv_timeout(Duration::from_secs(60));
        (200, Vec::new(), String::new())
    });
    let mut terminal = Terminal::showing(home.command("bash").args(["--norc", "--noprofile", "--noediting", "-i"]));
    terminal.wait_for("ready> ");
    let program = env!("CARGO_BIN_EXE_tokcache");
    terminal.press(&format!("{program} curl -s {}\n", api.url("/")));
    wait_until("the request arrives", || !api.seen().is_empty());
    terminal.press("\u{1a}");
    terminal.wait_for("Stopped");
    terminal.press("fg\n");
    wait_until("curl runs in the foreground", || is_in_foreground("curl", &api.url("/")));
    terminal.press("\u{3}");
    terminal.press("\necho \"co\"de:$?\n");
    terminal.wait_for("code:130");
    drop(stop);
}

/// Whether the program with this argument runs, and the terminal's signals go to it (proc_pid_stat(5)).
fn is_in_foreground(name: &str, argument: &str) -> bool {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let mut numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let read = |number: u32, file: &str| std::fs::read_to_string(format!("/proc/{number}/{file}")).unwrap_or_default();
    numbers.any(|number| {
        let is_it = name_of(number) == name && read(number, "cmdline").contains(argument);
        let stat = read(number, "stat");
        let fields: Vec<_> = stat.rsplit_once(") ").map_or("", |(_, rest)| rest).split(' ').collect();
        is_it && fields[0] != "T" && fields[2] == fields[5]
    })
}

fn name_of(process: u32) -> String {
    std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default().trim_end().to_owned()
}
