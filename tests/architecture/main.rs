//! What the compiler does not check: what each crate depends on, which licences come in, and that the documentation
//! says what the program does.
#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod api;
mod circles;
mod dependencies;
mod licences;
mod papers;
mod prose;

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of `Cargo.toml`.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository, whole.
fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All Rust files under `folder`, by their paths in it, sorted.
/// Returns the names of the crates of the library.
fn library_crates() -> Vec<String> {
    let entries = fs::read_dir(root().join("crates")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(extension) if extension == "rs" => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files.iter().map(|file| file.strip_prefix(root().join(folder)).unwrap().to_owned()).collect()
}
