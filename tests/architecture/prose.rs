//! Comments and pages are in plain English: no sentence begins with a clause in the place of the subject.

use std::path::{Path, PathBuf};

use crate::papers::papers;
use crate::{files, read};

/// A sentence that begins like this has to be read twice. `If` says the same with a subject.
const OPENINGS: [&str; 9] = ["He who ", "Of ", "Somebody ", "What ", "Where ", "Who ", "Whoever ", "Whom ", "Whose "];

/// The folders with code.
const FOLDERS: [&str; 7] = ["benches", "build", "crates", "examples", "fuzz", "src", "tests"];

/// The extensions of files with comments, and the starts of a comment in them.
const COMMENTS: [(&str, &[&str]); 6] = [
    ("lua", &["--"]),
    ("mjs", &["//"]),
    ("py", &["#", "\"\"\""]),
    ("rs", &["///", "//!", "//"]),
    ("sql", &["--"]),
    ("toml", &["#"]),
];

/// Further files with comments that begin with `#`.
const SCRIPTS: [&str; 15] = [
    "Cargo.toml",
    "deny.toml",
    "clippy.toml",
    "tests/run",
    "benches/run",
    "benches/robustness/run",
    "examples/tour",
    "examples/library/run",
    "fuzz/run",
    "docs/pictures/make",
    "release/build",
    "release/notes",
    "release/sbom",
    "release/third-party",
    "release/windows",
];

#[test]
fn no_sentence_in_a_comment_begins_with_a_clause() {
    for (extension, starts) in COMMENTS {
        let files = FOLDERS.iter().flat_map(|folder| {
            files(folder, extension).into_iter().map(|file| Path::new(folder).join(file)).collect::<Vec<_>>()
        });
        let ours = files.filter(|file| !file.components().any(|part| part.as_os_str() == "target"));
        assert_plain(ours, |source| comments(source, starts));
    }
    assert_plain(SCRIPTS.map(PathBuf::from), |source| comments(source, &["#"]));
}

#[test]
fn no_sentence_in_a_page_begins_with_a_clause() {
    assert_plain(papers(), paragraphs);
}

/// Fails with all sentences that begin with one of [`OPENINGS`] and are not questions.
fn assert_plain(files: impl IntoIterator<Item = PathBuf>, paragraphs: impl Fn(&str) -> Vec<String>) {
    let mut found = Vec::new();
    for file in files {
        for paragraph in paragraphs(&read(&file)) {
            found.extend(bad_sentences(&paragraph).map(|sentence| format!("{}: {sentence}", file.display())));
        }
    }
    assert!(found.is_empty(), "begin with the subject, or with \"If\":\n{}", found.join("\n"));
}

fn bad_sentences(paragraph: &str) -> impl Iterator<Item = &str> {
    let sentences = paragraph.split_inclusive(['.', '?', '!', ';']).map(str::trim);
    sentences.filter(|sentence| {
        let is_clause = OPENINGS.iter().any(|opening| sentence.starts_with(opening));
        is_clause && !sentence.ends_with('?')
    })
}

/// Returns the comments of a file, a paragraph each, without their code blocks. Each begins a line, with one of `starts`.
fn comments(source: &str, starts: &[&str]) -> Vec<String> {
    let mut text = String::new();
    for line in source.lines().map(str::trim_start) {
        let comment = starts.iter().find_map(|start| line.strip_prefix(start));
        text += comment.unwrap_or_default().trim_start();
        text += "\n";
    }
    paragraphs(&text)
}

/// Returns the paragraphs, headings, list items and table cells of a Markdown text, without its code blocks.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    let mut is_code = false;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("```") {
            is_code = !is_code;
            continue;
        }
        if is_code {
            continue;
        }
        let item = line.trim_start_matches(|c: char| c.is_ascii_digit() || "#-*>. ".contains(c));
        if item.len() != line.len() || line.is_empty() || line.starts_with('|') {
            paragraphs.push(String::new());
        }
        for (turn, cell) in item.split('|').enumerate() {
            if turn > 0 {
                paragraphs.push(String::new());
            }
            if let Some(paragraph) = paragraphs.last_mut() {
                paragraph.push_str(cell.trim());
                paragraph.push(' ');
            }
        }
    }
    paragraphs
}

#[test]
fn a_clause_is_found_and_a_question_is_not() {
    let text = "/// Returns one. What is left\n/// goes. What is it?\nlet x = 1; // Who asks\n///\n/// Of two, one.";
    let found: Vec<String> =
        comments(text, &["///", "//"]).iter().flat_map(|text| bad_sentences(text)).map(str::to_owned).collect();
    assert_eq!(found, ["What is left goes.", "Of two, one."]);
}
