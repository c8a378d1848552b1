//! Programs that `exec` starts: they find the token in one place, and everything else as the caller had it.

use std::fs;
use std::process::Stdio;

use crate::support::home::Home;
use crate::support::{answer_of, failure_of, put_program, text, wrapped};

/// Prints what a program inherits: its descriptors, and the signals that it ignores or blocks.
const INHERITED: &str = "ls /proc/self/fd | wc -l; grep -E 'Sig(Ign|Blk)' /proc/self/status; umask; ulimit -c";

#[test]
fn a_program_inherits_what_the_caller_had_and_its_status_is_the_callers() {
    let home = Home::signed_in();
    let signals = ["trap '' HUP; ", "trap '' INT QUIT TERM; ", "trap '' PIPE; "];
    for caller in signals.into_iter().chain(["", "exec 7</dev/null; ", "umask 077; ulimit -c 0; "]) {
        for way in ["exec", "exec --token-fd 0", "exec --token-file", "exec --as managed-identity"] {
            let run = |program: &str| {
                let script = format!("{caller}exec {program} sh -c \"$0\"");
                without_signals_of_glibc(&answer_of(
                    &home.command("sh").args(["-c", &script, INHERITED]).output().unwrap(),
                ))
            };
            let through = run(&format!("{} {way} --", env!("CARGO_BIN_EXE_tokcache")));
            assert_eq!(through, run("env"), "{caller}{way}");
        }
    }
    for way in ["exec", "exec --token-fd 3", "exec --token-file"] {
        let mut program = home.program(&format!("{way} -- sh -c"));
        assert_eq!(program.arg("exit 9").status().unwrap().code(), Some(9), "{way}");
    }
}

/// Removes the signals 32 and 33, which glibc uses itself: a program that it starts beside another ignores them.
fn without_signals_of_glibc(inherited: &str) -> String {
    let masked = |line: &str| match line.strip_prefix("SigIgn:\t") {
        Some(mask) => format!("SigIgn:\t{:x}", u64::from_str_radix(mask, 16).unwrap() & !(0b11 << 31)),
        None => line.to_owned(),
    };
    inherited.lines().map(masked).collect::<Vec<_>>().join("\n")
}

/// `exec --as`, and `curl` with a body, start the program beside tokcache, not in its place.
#[test]
fn a_program_beside_tokcache_ignores_a_broken_pipe_if_the_caller_did() {
    let mut home = Home::signed_in();
    put_program(&home.path("curl"), "#!/bin/sh\ncat >/dev/null\nkill -PIPE $$\n");
    home.set("PATH", format!("{}:/usr/bin:/bin", home.path("").display()));
    for way in ["exec --as managed-identity -- curl", "curl -- --data @- https://api.example.com"] {
        for (caller, status) in [("trap '' PIPE; ", 0), ("", 128 + 13)] {
            let script = format!("echo body | ({caller}exec {} {way})", env!("CARGO_BIN_EXE_tokcache"));
            let output = home.command("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(output.status.code(), Some(status), "{caller}{way}: {}", text(&output.stderr));
        }
    }
}

#[test]
fn a_token_comes_through_a_descriptor_as_one_line_and_is_nowhere_else() {
    let home = Home::signed_in();
    assert_eq!(home.answer("exec --token-fd 0 -- cat"), "AT-bob");
    let mut shell = home.program("exec --token-fd 7 -- sh -c");
    let script =
        "read -r token <&7 && echo \"$token\"; cat <&7; tr '\\0' '\\n' </proc/$$/environ | grep -c AT-bob; cat";
    let output = shell.arg(script).stdin(Stdio::null()).output().unwrap();
    assert_eq!(text(&output.stdout), "AT-bob\n0\n", "{output:?}");
}

#[test]
fn a_descriptor_that_the_caller_uses_is_not_taken() {
    let home = Home::signed_in();
    let mut caller =
        wrapped(&["sh", "-c", "exec 7</dev/null; exec \"$@\"", "sh"], &home.program("exec --token-fd 7 -- cat"));
    assert!(failure_of(2, &caller.output().unwrap()).contains("descriptor 7 is open already"));
    for number in ["1", "2", "-1", "x", "99999999"] {
        let output = home.tokcache(&format!("exec --token-fd={number} -- touch started"));
        assert!(!output.status.success(), "{number}");
        assert!(!home.path("started").exists(), "{number}");
    }
}

#[test]
fn a_program_is_never_started_without_a_token() {
    let home = Home::of("expired");
    for way in ["", "--token-fd 0", "--token-fd 5", "--token-file", "--token-file=named", "--env X"] {
        let line = format!("exec {way} -- touch started");
        let output = home.tokcache(&line.replace("  ", " "));
        failure_of(5, &output);
        assert!(!home.path("started").exists() && !home.path("named").exists(), "{way}");
        assert_eq!(fs::read_dir(home.path("run")).unwrap().count(), 0, "{way}");
    }
}
