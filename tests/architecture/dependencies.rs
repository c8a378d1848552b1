//! Checks the dependencies of each crate with `cargo tree`, without a network.

use std::collections::BTreeSet;
use std::process::Command;

use crate::{library_crates, read, root, rust_files};

/// The limit for a program with its own transport and a cache in memory.
const MOST_CRATES_OF_CORE: usize = 40;

#[test]
fn core_knows_no_file_network_command_line_or_keyring() {
    let crates = crates("tokcache-core");
    for name in ["clap", "directories", "fd-lock", "keyring", "rustix", "rustls", "tempfile", "tokio", "toml", "ureq"] {
        assert!(!crates.contains(name), "tokcache-core is built from {name}");
    }
    assert!(crates.len() < MOST_CRATES_OF_CORE, "tokcache-core is built from {} crates: {crates:?}", crates.len());
}

#[test]
fn the_library_knows_nothing_of_the_command() {
    for library in library_crates().iter().map(|name| format!("tokcache-{name}")) {
        let crates = crates(&library);
        for name in ["anyhow", "clap", "qrcode", "toml"] {
            assert!(!crates.contains(name), "{library} is built from {name}");
        }
    }
}

#[test]
fn only_the_session_crate_is_built_from_a_web_framework() {
    assert!(crates("tokcache-session").contains("tower-sessions"));
    for name in library_crates().iter().filter(|name| *name != "session") {
        assert!(!crates(&format!("tokcache-{name}")).contains("tower-sessions"), "{name}");
    }
}

#[test]
fn the_file_and_the_network_do_not_know_each_other() {
    assert!(!crates("tokcache-file").contains("tokcache-http"));
    assert!(!crates("tokcache-http").contains("tokcache-file"));
}

#[test]
fn a_sql_store_is_built_with_the_client_of_its_own_database_alone() {
    let postgres = crates_with("tokcache-sql", "postgres");
    assert!(postgres.contains("tokio-postgres") && !postgres.contains("rusqlite"), "{postgres:?}");
    let sqlite = crates_with("tokcache-sql", "sqlite");
    assert!(sqlite.contains("rusqlite") && !sqlite.contains("tokio"), "{sqlite:?}");
}

/// Secrets must have the types of `secret.rs`, which cannot be printed. A `String` can be.
#[test]
fn no_field_keeps_a_secret_in_a_plain_string() {
    const SECRETS: [&str; 7] =
        ["access_token", "client_secret", "device_code", "id_token", "passphrase", "refresh_token", "secret"];
    for folder in ["crates", "src"] {
        for file in rust_files(folder) {
            let source = read(std::path::Path::new(folder).join(&file));
            for line in source.lines().map(|line| line.trim().trim_start_matches("pub ")) {
                let field = line.split_once(": ").filter(|(name, _)| SECRETS.contains(name));
                let plain = field.is_some_and(|(_, kind)| matches!(kind, "String," | "Option<String>,"));
                assert!(!plain, "{}: {line}", file.display());
            }
        }
    }
}

/// The compiler refuses `unsafe` where no attribute allows it.
#[test]
fn one_file_alone_may_be_unsafe() {
    let lint = ["unsafe", "code"].join("_");
    for folder in ["benches", "build", "crates", "examples", "src", "tests"] {
        for file in rust_files(folder) {
            let path = std::path::Path::new(folder).join(&file);
            assert_eq!(read(&path).contains(&lint), file.ends_with("platform/system_calls.rs"), "{}", path.display());
        }
    }
}

/// Messages that are forgotten there could tell a secret in an error.
#[test]
fn every_message_with_a_secret_is_in_the_test_of_secrecy() {
    let folder = std::path::Path::new("crates/core/src/oauth");
    let tested = read(folder.join("secrecy.rs"));
    let mut messages = 0;
    for file in rust_files("crates/core/src/oauth") {
        let source = read(folder.join(&file));
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        if !source.contains("form.secret(") {
            continue;
        }
        for line in source.lines().filter_map(|line| line.strip_prefix("impl Message for ")) {
            let name = line.split(['<', ' ']).next().unwrap_or_default();
            let is_tested = tested.split(|c: char| !c.is_alphanumeric()).any(|word| word == name);
            assert!(is_tested, "{name} in {} has a secret: check it in oauth/secrecy.rs too", file.display());
            messages += 1;
        }
    }
    assert!(messages > 5, "the messages were not found");
}

/// Returns the crates that a workspace crate with its default features is built from.
fn crates(package: &str) -> BTreeSet<String> {
    built_from(&["--package", package])
}

/// The same, with this feature alone.
fn crates_with(package: &str, feature: &str) -> BTreeSet<String> {
    built_from(&["--package", package, "--no-default-features", "--features", feature])
}

fn built_from(arguments: &[&str]) -> BTreeSet<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.args(["tree", "--offline", "--locked", "--edges", "normal,build", "--prefix", "none", "--format", "{lib}"]);
    let output = tree.args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter(|line| !line.is_empty()).map(|line| line.replace('_', "-")).collect()
}
