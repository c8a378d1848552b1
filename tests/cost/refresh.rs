//! Counts the costs of a refresh.

use std::os::unix::fs::MetadataExt;

use crate::calls::{calls_until, named, result};
use crate::provider::Provider;
use crate::support::home::Home;

/// The number of bytes written in addition to the cache: the answer, the names in two lock files, the request, and the
/// new refresh token, which is kept elsewhere until it is saved.
const FURTHER_BYTES: i64 = 1500;

/// The exit status for a server that does not answer.
const UNAVAILABLE: i32 = 5;

#[test]
fn a_refresh_is_one_request_and_one_save() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let calls = calls_until(0, &home.program("token --scope notes"));
    assert_eq!(provider.turn(), 1, "refreshed once");

    let connections = named(&calls, &["connect"]);
    assert_eq!(connections.len(), 1, "{connections:#?}");
    let state = home.state().display().to_string();
    let renamed: Vec<_> = named(&calls, &["rename", "renameat", "renameat2"])
        .into_iter()
        .filter(|call| call.contains("/token_cache.json\""))
        .collect();
    assert_eq!(renamed.len(), 1, "{renamed:#?}");

    let synced = named(&calls, &["fsync", "fdatasync"]);
    let (of_cache, others): (Vec<_>, Vec<_>) = synced.into_iter().partition(|call| call.contains(&state));
    assert_eq!(of_cache.len(), 2, "the file and its folder: {of_cache:#?}");
    // The file for the new refresh token until it is saved, in memory if `XDG_RUNTIME_DIR` is set.
    assert_eq!(others.len(), 2, "the note and its folder: {others:#?}");

    let anchors = trust_anchors(&calls);
    assert!(anchors.is_empty(), "nothing here is sent over TLS: {anchors:#?}");

    let written: i64 = named(&calls, &["write", "sendto"]).iter().map(|call| result(call)).sum();
    let saved = std::fs::metadata(home.cache()).unwrap().size().cast_signed();
    assert!(written <= saved + FURTHER_BYTES, "{written} bytes for a cache of {saved}");
}

#[test]
fn trust_anchors_are_read_once_and_from_one_bundle() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    // Nothing listens on this port.
    let login = home.program("login --authority https://127.0.0.1:1/t --client-id app --scope notes");
    let calls = calls_until(UNAVAILABLE, &login);
    let anchors = trust_anchors(&calls);
    assert_eq!(anchors.len(), 1, "{anchors:#?}");
}

/// Returns the certificate files that were opened.
fn trust_anchors(calls: &[String]) -> Vec<&str> {
    let opened = named(calls, &["open", "openat"]).into_iter();
    opened.filter(|call| [".crt\"", ".pem\"", "/certs"].iter().any(|name| call.contains(name))).collect()
}
