use std::process::Command;

use crate::new_file;
use crate::support::child::{Role, Waiting};

/// The log is synchronised before each of five saves is answered.
#[test]
fn a_save_survives_a_power_cut() {
    let (folder, url) = new_file();
    let trace = folder.path().join("trace");
    let mut traced = Command::new("strace");
    traced.args(["-f", "-y", "-e", "trace=fsync,fdatasync", "-o"]).arg(&trace);
    let mut child = Waiting::start(traced, Role::Save, &url, "");
    child.go();
    assert_eq!(child.answer(), "saved");
    let trace = std::fs::read_to_string(trace).unwrap();
    let synchronised = trace.lines().filter(|line| line.contains("tokens.db-wal>")).count();
    assert!(synchronised >= 5, "{trace}");
}
