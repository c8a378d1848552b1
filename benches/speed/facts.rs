//! Prints the size of the program and its build.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Instant;

use crate::Program;

pub(crate) fn show(programs: &[Program], build: bool) {
    for (name, program) in programs {
        println!("{name:<18} {:>9} bytes", program.metadata().unwrap().len());
    }
    let tree = cargo(&["tree", "--locked", "--edges", "normal", "--prefix", "none", "--no-dedupe"]).output().unwrap();
    let crates: BTreeSet<_> = String::from_utf8(tree.stdout).unwrap().lines().map(package).collect();
    // The list includes the program itself.
    println!("{:<18} {:>9} crates", "built from", crates.len() - 1);
    if build {
        let folder = tempfile::tempdir().unwrap();
        let started = Instant::now();
        let target = folder.path().to_str().unwrap();
        let built = cargo(&["build", "--release", "--locked", "--quiet", "--target-dir", target]).status().unwrap();
        assert!(built.success());
        println!("{:<18} {:>9.0} s from nothing", "a release", started.elapsed().as_secs_f64());
    }
    println!();
}

fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo
}

/// Returns the name and version in a line, without the marks behind them.
fn package(line: &str) -> String {
    line.split(' ').take(2).collect::<Vec<_>>().join(" ")
}
