//! Checks that the compiler does not make: the dependencies and licences of each crate, the wording of comments and
//! pages, and that the documentation matches the program.
#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod api;
mod circles;
mod dependencies;
mod licences;
mod papers;
mod prose;

use std::fs;
use std::path::{Path, PathBuf};

/// Returns the folder of `Cargo.toml`.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the text of a file in the repository.
fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Writes the generated files of the repository again.
const RECORD: &str = "TOKCACHE_RECORD=1 cargo test --workspace --bin tokcache --test architecture";

/// Compares a generated file with what it has to be, after writing it if `TOKCACHE_RECORD` is set.
#[track_caller]
fn assert_recorded(path: &str, expected: &str, why: &str) {
    if std::env::var_os("TOKCACHE_RECORD").is_some() {
        #[expect(clippy::disallowed_methods, reason = "a file of the repository")]
        fs::write(root().join(path), expected).unwrap();
    }
    let recorded = fs::read_to_string(root().join(path)).unwrap_or_default();
    assert!(recorded == expected, "{path} {why}: {RECORD}");
}

/// Returns the names of the crates of the library.
fn library_crates() -> Vec<String> {
    let entries = fs::read_dir(root().join("crates")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Returns the paths of all Rust files under `folder`, sorted.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    files(folder, "rs")
}

/// Returns the paths of all files under `folder` whose names have this extension, sorted.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_symlink() => {}
                _ if path.is_dir() => folders.push(path),
                Some(found) if found == extension => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files.iter().map(|file| file.strip_prefix(root().join(folder)).unwrap().to_owned()).collect()
}
