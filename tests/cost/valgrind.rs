//! What a program does instruction by instruction, as valgrind's callgrind sees it, and on the processor that valgrind is:
//! one that has AVX2, and nothing newer.

use std::process::Command;

use crate::support::{answer_of, text, wrapped};

/// Instructions that a program takes, which answers with this token.
pub(crate) fn instructions(command: &Command, token: &str) -> u64 {
    let words = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
    let output = wrapped(&words, command).output().expect("this tier needs valgrind: tests/run cost installs it");
    assert_eq!(answer_of(&output), token);
    let said = text(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected : ")).expect("a count");
    collected.1.trim().parse().unwrap()
}
