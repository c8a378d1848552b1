//! Compares the public API of each crate with `docs/api/`, so that a review sees a change of the API.

use std::path::Path;

use crate::{assert_recorded, library_crates, read, rust_files};

#[test]
fn the_public_api_is_the_one_that_was_reviewed() {
    for name in library_crates() {
        let path = format!("docs/api/{name}.txt");
        let api = api(&format!("crates/{name}/src"));
        assert_recorded(&path, &api, "is not the API of the crate; record it, and review its change");
    }
}

/// Returns every `pub` item by file: its declaration without its body. Unit tests are left out.
fn api(folder: &str) -> String {
    let mut api = String::new();
    for file in rust_files(folder).iter().filter(|file| !file.iter().any(|part| part == "tests" || part == "tests.rs"))
    {
        let source = read(Path::new(folder).join(file));
        let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let mut items = String::new();
        let mut lines = source.lines();
        let mut open: Option<(&str, usize)> = None;
        while let Some(line) = lines.next() {
            let indent = line.len() - line.trim_start().len();
            let word = line.split_whitespace().next().unwrap_or_default();
            // Enum variants and trait methods are public without `pub`.
            open = open.filter(|(_, of)| !(line.trim() == "}" && indent == *of));
            let is_member = match open {
                Some(("enum", _)) => !word.starts_with(['/', '#', '}']) && !word.is_empty(),
                Some((_, of)) => word == "fn" && indent == of + 4,
                None => false,
            };
            if word != "pub" && !is_member {
                continue;
            }
            let kind = line.split_whitespace().nth(1).filter(|kind| word == "pub" && matches!(*kind, "enum" | "trait"));
            open = kind.map(|kind| (kind, indent)).or(open);
            let mut item = line.trim().to_owned();
            while !item.ends_with(['{', ';', ',', '}']) || item.matches('(').count() > item.matches(')').count() {
                let Some(next) = lines.next() else { break };
                item.push(' ');
                item.push_str(next.trim());
            }
            items.push_str(&format!("  {:indent$}{}\n", "", item.trim_end_matches(" {")));
        }
        if !items.is_empty() {
            api.push_str(&format!("{}\n{items}", file.display()));
        }
    }
    api
}
