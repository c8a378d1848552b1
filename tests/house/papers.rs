//! The papers say what the program does.

use std::process::Command;

use crate::read;

#[test]
fn the_completions_are_those_that_the_program_prints() {
    let files = [
        ("bash", "tokcache.bash"),
        ("elvish", "tokcache.elv"),
        ("fish", "tokcache.fish"),
        ("powershell", "_tokcache.ps1"),
        ("zsh", "_tokcache"),
    ];
    for (shell, file) in files {
        let output = Command::new(env!("CARGO_BIN_EXE_tokcache")).args(["completions", shell]).output().unwrap();
        assert!(output.status.success(), "{shell}: {}", output.status);
        let printed = String::from_utf8(output.stdout).unwrap();
        let write = format!("tokcache completions {shell} > completions/{file}");
        assert!(printed == read(format!("completions/{file}")), "completions/{file} is stale; write it again: {write}");
    }
}
