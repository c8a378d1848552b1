//! Tests `tokcache credential` with the programs that ask for credentials: the real ones where they can be installed.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy allows them in test functions only")]

mod agents;
mod azcopy;
mod cargo;
mod clouds;
mod configured;
mod docker;
mod git;
mod go;
mod kubernetes;
mod mail;
mod package_managers;
mod requests;
#[path = "../support/mod.rs"]
mod support;
mod terraform;

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::prelude::{BASE64_STANDARD, Engine};
use support::home::Home;
use support::server;

/// The cached token of the home `signed-in`.
const TOKEN: &str = "AT-bob";

/// Returns the value of the header for basic authentication.
fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
}

/// Returns a home that is signed in, with a copy of the program in the PATH.
fn home() -> Home {
    with_program(Home::signed_in())
}

/// Puts the program into the PATH of a home. A copy, because `configure` makes links beside it.
fn with_program(mut home: Home) -> Home {
    let folder = home.path("bin");
    std::fs::create_dir(&folder).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_tokcache"));
    let copy = folder.join("tokcache");
    std::fs::hard_link(program, &copy).or_else(|_| std::fs::copy(program, &copy).map(drop)).unwrap();
    home.use_program(copy);
    let path = std::env::var_os("PATH").unwrap();
    let folders = [folder].into_iter().chain(std::env::split_paths(&path));
    home.set("PATH", std::env::join_paths(folders).unwrap());
    // Programs that rustup or a test's own home would otherwise not find.
    for name in ["RUSTUP_HOME", "PYENV_ROOT"] {
        let default = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
        let default = default.join(if name == "RUSTUP_HOME" { ".rustup" } else { ".pyenv" });
        home.set(name, std::env::var_os(name).unwrap_or(default.into()));
    }
    home.set("GIT_CONFIG_NOSYSTEM", "1");
    home.set("GIT_TERMINAL_PROMPT", "0");
    home
}

/// Makes a link to the program in the PATH of the home.
fn link(home: &Home, name: &str) {
    symlink(home.path("bin/tokcache"), home.path("bin").join(name)).unwrap();
}

/// Runs a command to its end, with this standard input.
fn fed(mut command: Command, input: impl AsRef<[u8]>) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The program may end without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_ref());
    child.wait_with_output().unwrap()
}

/// Returns the Python with the packages of `requirements.txt`.
fn python(home: &Home) -> Command {
    home.command(tool("python"))
}

/// Returns a program that the Python packages contain.
fn tool(name: &str) -> OsString {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/e2e/helpers/bin");
    let path = folder.join(name);
    assert!(path.exists(), "{} is missing: run tests/run helpers", path.display());
    path.into()
}

#[test]
fn the_tests_that_the_readme_names_exist() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/helpers");
    let files = ["git.rs", "cargo.rs", "docker.rs", "requests.rs", "requests/git.rs", "requests/cargo.rs"];
    let files = files.into_iter().chain(["requests/docker.rs"]);
    let source: String = files.map(|name| std::fs::read_to_string(folder.join(name)).unwrap()).collect();
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let mut names = 0;
    for table in readme.split("| cases | tests |\n").skip(1) {
        let rows = table.lines().take_while(|line| line.starts_with('|'));
        let cells = rows.filter_map(|row| row.trim_matches('|').rsplit_once(" | ")).map(|(_, cell)| cell);
        for name in cells.flat_map(|cell| cell.split('`')).filter(|word| word.contains('_')) {
            assert!(source.contains(&format!("fn {name}() {{")), "there is no test {name}");
            names += 1;
        }
    }
    assert!(names > 30, "the tables were not found");
}
