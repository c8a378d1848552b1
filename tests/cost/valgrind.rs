//! What a program does instruction by instruction, as valgrind's tools see it, and on the processor that valgrind is:
//! one that has AVX2, and nothing newer.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::process::Command;

use crate::support::{answer_of, text, wrapped};

/// Instructions that a program takes, which answers with this token.
pub(crate) fn instructions(command: &Command, token: &str) -> u64 {
    let said = run("callgrind", "--callgrind-out-file=/dev/null", command, token);
    let collected = said.lines().find_map(|line| line.split_once("Collected : ")).expect("a count");
    collected.1.trim().parse().unwrap()
}

/// The addresses of these instructions, as the file has them: the first one is at its entry point.
pub(crate) fn executed(command: &Command, token: &str) -> BTreeSet<u64> {
    let said = run("lackey", "--trace-mem=yes", command, token);
    let address = |line: &str| u64::from_str_radix(line.strip_prefix("I  ")?.split(',').next()?, 16).ok();
    let mut addresses = said.lines().filter_map(address).peekable();
    let loaded = addresses.peek().expect("a first one") - entry_point(command.get_program());
    addresses.map(|address| address - loaded).collect()
}

/// `e_entry` of an ELF file of 64 bits.
fn entry_point(program: &OsStr) -> u64 {
    let header = std::fs::read(program).unwrap();
    u64::from_le_bytes(header[24..32].try_into().unwrap())
}

/// Runs a program under a tool of valgrind's, and returns what that said.
fn run(tool: &str, option: &str, command: &Command, token: &str) -> String {
    let words = ["valgrind", &format!("--tool={tool}"), option];
    let output = wrapped(&words, command).output();
    let output = output.expect("this tier needs valgrind: tests/run cost installs it");
    assert_eq!(answer_of(&output), token);
    text(&output.stderr)
}
