//! Counts instructions with valgrind's callgrind, which emulates a processor with AVX2 and nothing newer.

use std::process::Command;

use crate::support::{answer_of, text, wrapped};

/// Returns the number of instructions of a program that prints this token.
pub(crate) fn instructions(command: &Command, token: &str) -> u64 {
    let words = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
    let output = wrapped(&words, command).output().expect("this tier needs valgrind: tests/run cost installs it");
    assert_eq!(answer_of(&output), token);
    let said = text(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected : ")).expect("a count");
    collected.1.trim().parse().unwrap()
}
