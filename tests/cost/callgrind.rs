//! Instructions, as valgrind's callgrind sees them.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::{answer_of, text, wrapped};
use crate::warm_home::WarmHome;

/// Runs `program token` in `home` under callgrind, and returns what that said.
pub(crate) fn callgrind(home: &WarmHome, program: &str, options: &[&str]) -> String {
    let words = [&["valgrind", "--tool=callgrind"], options].concat();
    let output = wrapped(&words, &home.command(program)).output();
    let output = output.expect("this tier needs valgrind: tests/run cost installs it");
    assert_eq!(answer_of(&output), home.token());
    text(&output.stderr)
}

/// The addresses of the instructions that were executed, from where the program is loaded.
pub(crate) fn executed(home: &WarmHome, program: &str) -> BTreeSet<u64> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let option = format!("--callgrind-out-file={}", out.display());
    callgrind(home, program, &[&option, "--dump-instr=yes", "--compress-pos=no"]);
    addresses(&out)
}

/// Of a file in callgrind's format: an address in hexadecimal begins each line of a cost.
fn addresses(out: &Path) -> BTreeSet<u64> {
    let out = std::fs::read_to_string(out).unwrap();
    let address = |line: &str| u64::from_str_radix(line.strip_prefix("0x")?.split(' ').next()?, 16).ok();
    out.lines().filter_map(address).collect()
}
