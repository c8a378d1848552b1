//! Tests files that are too large or endless: they are refused at once, without being read.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::support::home::Home;
use crate::support::{failure_of, put, text, wrapped};

/// The time limit for a run that reads nothing large.
const AT_ONCE: Duration = Duration::from_secs(10);
/// The limit for all mapped memory of a run, in kilobytes. A large file would not fit.
const MEMORY: &str = "600000";

/// Runs tokcache with little memory, and checks that it ends at once.
fn run(command: &Command) -> Output {
    let start = Instant::now();
    let script = format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"");
    let output = wrapped(&["sh", "-c", &script], command).output().unwrap();
    assert!(start.elapsed() < AT_ONCE, "it took {:?}", start.elapsed());
    output
}

fn sparse(home: &Home, name: &str, size: u64) {
    File::create(home.path(name)).unwrap().set_len(size).unwrap();
    fs::set_permissions(home.path(name), fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_profile_of_100_mb_is_refused_by_its_size() {
    let home = Home::signed_in();
    for size in [100 << 20, 40 << 30] {
        sparse(&home, "config/profiles/default.toml", size);
        for line in ["token", "list", "profile show", "login"] {
            let said = failure_of(3, &run(&home.program(line)));
            assert!(said.contains("default.toml: it is larger than 1 MiB"), "{line}: {said}");
        }
    }
}

#[test]
fn a_cache_of_5_gb_is_refused_by_its_size() {
    let home = Home::signed_in();
    for size in [5 << 30, (512 << 20) + 1] {
        sparse(&home, "state/token_cache.json", size);
        for line in ["token", "list", "clear --all --yes", "cache check", "cache check --repair"] {
            let said = failure_of(7, &run(&home.program(line)));
            assert!(said.contains("it is larger than 512 MiB"), "{line}: {said}");
            assert!(said.contains("  try: mv "), "{said}");
        }
        assert_eq!(fs::metadata(home.cache()).unwrap().len(), size, "it is left as it is");
    }
}

#[test]
fn a_key_a_passphrase_or_a_certificate_without_an_end_is_refused() {
    let home = Home::signed_in();
    sparse(&home, "key", 5 << 30);
    let key = home.path("key").display().to_string();
    let said = failure_of(7, &run(&home.program(&format!("cache encrypt --encrypt key-file:{key}"))));
    assert!(said.contains("it does not hold a key"), "{said}");

    let mut endless = home.command("sh");
    let script = "tr '\\0' x </dev/zero | \"$0\" cache encrypt --encrypt passphrase";
    endless.args(["-c", script, env!("CARGO_BIN_EXE_tokcache")]).env("TOKCACHE_PASSPHRASE_FD", "0");
    let said = text(&run(&endless).stderr);
    assert!(said.contains("is longer than 4 KiB"), "{said}");

    put(&home.path("empty"), "");
    let login = "login --authority https://127.0.0.1:9 --client-id x --scope y --ca-file";
    let said = text(&run(&home.program(&format!("{login} /dev/zero"))).stderr);
    assert!(said.contains("the CA file /dev/zero: it is larger than 16 MiB"), "{said}");
    let mut replaced = home.program(&format!("{login} {}", home.path("empty").display()));
    replaced.env("SSL_CERT_FILE", "/dev/zero");
    let said = text(&run(&replaced).stderr);
    assert!(said.contains("SSL_CERT_FILE names no regular file"), "{said}");
}

#[test]
fn a_profile_that_is_no_file_is_refused_at_once() {
    let home = Home::signed_in();
    let profile = home.path("config/profiles/default.toml");
    fs::remove_file(&profile).unwrap();
    assert!(Command::new("mkfifo").args(["-m", "600"]).arg(&profile).status().unwrap().success());
    let said = failure_of(3, &run(&home.program("token")));
    assert!(said.contains("it is not a regular file"), "{said}");
    fs::remove_file(&profile).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &profile).unwrap();
    let said = failure_of(3, &run(&home.program("token")));
    assert!(said.contains("it is not a regular file"), "{said}");
}
