//! What a program does instruction by instruction, as valgrind's tools see it.

use std::collections::BTreeSet;

use crate::support::{answer_of, text, wrapped};
use crate::warm_home::WarmHome;

/// Instructions that `program token` takes in `home`.
pub(crate) fn instructions(home: &WarmHome, program: &str) -> u64 {
    let said = run("callgrind", "--callgrind-out-file=/dev/null", home, program);
    let collected = said.lines().find_map(|line| line.split_once("Collected : ")).expect("a count");
    collected.1.trim().parse().unwrap()
}

/// The addresses of these instructions, as the file has them: the first one is at its entry point.
pub(crate) fn executed(home: &WarmHome, program: &str) -> BTreeSet<u64> {
    let said = run("lackey", "--trace-mem=yes", home, program);
    let address = |line: &str| u64::from_str_radix(line.strip_prefix("I  ")?.split(',').next()?, 16).ok();
    let mut addresses = said.lines().filter_map(address).peekable();
    let loaded = addresses.peek().expect("a first one") - entry_point(program);
    addresses.map(|address| address - loaded).collect()
}

/// `e_entry` of an ELF file of 64 bits.
fn entry_point(program: &str) -> u64 {
    let header = std::fs::read(program).unwrap();
    u64::from_le_bytes(header[24..32].try_into().unwrap())
}

/// Runs `program token` under a tool of valgrind's, and returns what that said.
fn run(tool: &str, option: &str, home: &WarmHome, program: &str) -> String {
    let words = ["valgrind", &format!("--tool={tool}"), option];
    let output = wrapped(&words, &home.command(program)).output();
    let output = output.expect("this tier needs valgrind: tests/run cost installs it");
    assert_eq!(answer_of(&output), home.token());
    text(&output.stderr)
}
