//! Tests a cache that is too large for memory: reading a part of it has the same results as reading all.

use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokcache_core::acquire::{AcquireError, SilentRequest};
use tokcache_core::store::StoreError;
use tokcache_file::FileStore;

use crate::world::{Life, request, tokens};

/// Adds another user of this client, who has only a token for another scope, and many other entries.
fn with_eve_and_padding(text: &str) -> String {
    let mut cache: Value = serde_json::from_str(text).unwrap();
    for (section, key) in [("Account", "of eve"), ("AccessToken", "of eve")] {
        let members = cache[section].as_object_mut().unwrap();
        let mut entry = members.values().next().unwrap().clone();
        for (field, value) in [("home_account_id", "eve"), ("local_account_id", "eve"), ("username", "eve")] {
            if let Some(field) = entry.get_mut(field) {
                *field = value.into();
            }
        }
        if section == "AccessToken" {
            entry["target"] = "api:write".into();
        }
        members.insert(key.to_owned(), entry);
    }
    cache["IdToken"] = Value::Object(serde_json::Map::new());
    cache["padding"] = "x".repeat(200_000).into();
    cache.to_string()
}

/// Returns a sign-in with its cache in a file in this folder.
fn signed_in(folder: &TempDir) -> Life {
    let life = Life::new();
    let store = FileStore::new(&folder.path().join("cache.json"), Duration::from_secs(60), life.clock.clone());
    let life = Life { store: Box::new(store), ..life };
    life.sign_in(tokens(1));
    life
}

#[test]
fn who_holds_only_tokens_for_other_scopes_makes_an_account_ambiguous_still() {
    let folder = tempfile::tempdir().unwrap();
    let life = signed_in(&folder);
    life.change(|text| with_eve_and_padding(&text));
    life.clock.step(Duration::from_secs(3600));
    // The scripted server has no script, so a refresh for either account would fail the test.
    let outcome = life.token();
    assert!(
        matches!(&outcome, Err(AcquireError::AmbiguousAccount { candidates }) if candidates.len() == 2),
        "{outcome:?}"
    );
}

#[test]
fn offline_a_damaged_cache_is_told_where_no_token_is_fresh() {
    let folder = tempfile::tempdir().unwrap();
    let life = signed_in(&folder);
    life.change(|text| text.replacen(r#""RefreshToken": {"#, r#""RefreshToken": {"damaged": {"a" 1},"#, 1));
    life.clock.step(Duration::from_secs(3600));
    let outcome = life.token_for(SilentRequest { offline: true, ..request() });
    assert!(matches!(outcome, Err(AcquireError::Store(StoreError::Damaged { .. }))), "{outcome:?}");
}
