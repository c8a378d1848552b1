//! A refresh.

use std::os::unix::fs::MetadataExt;

use crate::expired::Home;
use crate::provider::Provider;
use crate::strace::{calls, named, result};

/// Bytes beside the cache: the answer, the names in two lock files, the request, and the new refresh token, which is kept
/// elsewhere until it is saved.
const FURTHER_BYTES: i64 = 1500;

#[test]
fn a_refresh_is_one_request_and_one_save() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let mut command = home.command(env!("CARGO_BIN_EXE_tokcache"));
    command.args(["token", "--scope", "notes"]);
    let calls = calls(&command, home.path());
    assert_eq!(provider.turn(), 1, "refreshed once");

    let connections = named(&calls, &["connect"]);
    assert_eq!(connections.len(), 1, "{connections:#?}");
    let state = home.state().display().to_string();
    let renamed: Vec<_> = named(&calls, &["rename", "renameat", "renameat2"])
        .into_iter()
        .filter(|call| call.contains("/token_cache.json\""))
        .collect();
    assert_eq!(renamed.len(), 1, "{renamed:#?}");

    // The cache and its folder; and where the machine gives no better place, what keeps the refresh token till then.
    let synced = named(&calls, &["fsync", "fdatasync"]);
    assert!(synced.iter().all(|call| call.contains(&state)), "{synced:#?}");
    assert_eq!(synced.iter().filter(|call| !call.contains("rescue")).count(), 3, "{synced:#?}");

    let written: i64 = named(&calls, &["write", "sendto"]).iter().map(|call| result(call)).sum();
    let saved = std::fs::metadata(&home.cache).unwrap().size().cast_signed();
    assert!(written <= saved + FURTHER_BYTES, "{written} bytes for a cache of {saved}");
}
