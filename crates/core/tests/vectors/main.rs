//! The test vectors of the cache: small files, each named after the expected result.
//!
//! To add a vector, put a JSON file into a folder of `crates/core/tests/vectors/`; nothing else has to be changed. Its members (all
//! but `about` and the document are optional):
//!
//! - `about`: the reason for the vector, in a sentence;
//! - `document`: the cache, verbatim with its white space; or `document_text`: the same as a string, for text that is
//!   not JSON; or `document_file`: a file beside this one's folder, such as `samples/python_user.json`;
//! - `now`: the time, by default 1700000100;
//! - `refused`: the document is not a cache, and this is the message;
//! - `unreadable`: the entries that cannot be read, as `Section/key: reason`, by default none;
//! - `find_access_token`: a query, and `expect`: the secret and whether it is `aging`, or `null`; `reasons`: why the
//!   other tokens are not used, by key;
//! - `find_refresh_tokens`: a query, and `expect`: the secrets in the order to try;
//! - `accounts`: as `home_account_id username realm realm`;
//! - `record`: a grant; `remove_account`: a removal; both with `after`, the resulting contents of each section (see
//!   `summary`), or `after_file`, the exact text, or `after_document`, the same JSON.
//!
//! In a query or a grant, omitted members are those of the usual user: see `Subject`. Every document, whatever its
//! vector is about, also goes through `every_path`, with decoys that have to survive. `DEVIATIONS` lists the exceptions
//! with their reasons. Real libraries wrote the samples; the secrets in them are made up.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test helper outside of a test function")]
#![expect(clippy::disallowed_methods, reason = "the vectors are files")]

mod every_path;
mod findings;
mod subject;
mod text;
mod vector;

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tokcache_core::cache::{Snapshot, TokenCache, ext_cache_key};

use self::every_path::{decoys_survive, every_path, with_decoys};
use self::findings::expect_findings;
use self::subject::Subject;
use self::text::entries;
use self::vector::Vector;

/// Documents that [`Snapshot`] reads and [`TokenCache`] refuses, each with the reason.
const DEVIATIONS: &[(&str, &str)] = &[
    ("nan_is_never_rewritten", "a snapshot parses only what may be the answer, and the NaN is elsewhere"),
    ("a_section_that_is_a_list_is_never_rewritten", "a snapshot takes such a section for empty"),
    ("text_that_is_not_json_within_an_entry", "a snapshot checks strings and brackets; the entry is never served"),
];

#[test]
fn every_vector_does_what_its_name_says() {
    let files = files();
    assert!(files.len() > 100, "the vectors have gone missing");
    let failed = files.iter().filter(|file| std::panic::catch_unwind(|| run(file)).is_err());
    assert_eq!(failed.collect::<Vec<_>>(), Vec::<&PathBuf>::new());
}

fn run(file: &Path) {
    let name = file.file_stem().unwrap().to_str().unwrap();
    match file.strip_prefix(folder()).unwrap().iter().next().unwrap().to_str().unwrap() {
        "samples" => every_path(&fs::read_to_string(file).unwrap(), &Subject::default()),
        "ext_cache_key" => digest_vector(file),
        _ => vector(name, &read(file)),
    }
}

fn vector(name: &str, vector: &Vector) {
    let text = vector.text();
    if let Some(message) = &vector.refused {
        assert_eq!(TokenCache::deserialize(text.as_bytes()).unwrap_err().to_string(), *message);
        let deviates = DEVIATIONS.iter().any(|(known, _)| *known == name);
        assert_eq!(Snapshot::scan(text.as_bytes()).is_ok(), deviates, "DEVIATIONS is right about {name}");
        return;
    }
    let query = vector.find_access_token.as_ref().map_or_else(Subject::default, |find| find.query.clone());
    every_path(&text, &query);
    for text in [text.clone(), with_decoys(&text)] {
        let mut cache = TokenCache::deserialize(text.as_bytes()).unwrap();
        expect_findings(vector, &cache);
        let before = entries(&text);
        if let Some(record) = &vector.record {
            cache.record(&record.grant.grant(), vector.now());
            record.outcome.check(&cache, &before);
        }
        if let Some(removal) = &vector.remove_account {
            let removed = cache.remove_account(&removal.subject.removal(removal.everything));
            let secrets: Vec<_> = removed.iter().map(|entry| entry.secret.expose()).collect();
            assert_eq!(secrets, removal.removed);
            removal.outcome.check(&cache, &before);
        }
        decoys_survive(&text, &cache.serialize());
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DigestVector {
    #[serde(rename = "about")]
    _about: String,
    parameters: Vec<(String, String)>,
    expect: Option<String>,
}

fn digest_vector(file: &Path) {
    let vector: DigestVector = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let parameters: Vec<_> = vector.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(ext_cache_key(&parameters), vector.expect);
    let reversed: Vec<_> = parameters.into_iter().rev().collect();
    assert_eq!(ext_cache_key(&reversed), vector.expect, "whatever their order");
}

fn read(file: &Path) -> Vector {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

/// Returns all vectors in a fixed order.
fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(extension) if extension == "json" => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}
