//! Checks properties that hold for every document, whatever its vector is about.

use serde_json::Value;
use tokcache_core::cache::{Snapshot, TokenCache};
use tokcache_core::time::Timestamp;
use tokcache_core::types::Environment;

use crate::subject::Subject;
use crate::text::{entries, is_section};

/// Reads, lists, searches, writes back, records and removes a stranger, removes the user, clears.
pub(crate) fn every_path(text: &str, subject: &Subject) {
    let now = Timestamp(1_700_000_100);
    let untouched = TokenCache::deserialize(text.as_bytes()).unwrap();
    if !text.trim().is_empty() {
        assert_eq!(*untouched.serialize(), text, "written back to the letter");
    }
    assert!(!untouched.has_state_changed());

    let query = subject.access_token_query();
    let found = untouched.judge_access_tokens(&query, now, &mut |_, _| {});
    if let Ok(snapshot) = Snapshot::scan(text.as_bytes()) {
        assert_eq!(snapshot.find_access_token(&query, now), found, "the quick way is the same way");
    }
    for entry in untouched.refresh_tokens() {
        assert!(untouched.holds_refresh_token(&entry.secret));
    }

    let before = entries(text);
    let decoyed = with_decoys(text);
    for (place, entry) in &before {
        assert_eq!(entries(&decoyed).get(place), Some(entry), "{place:?} survives a stranger's sign-in");
    }
    let mut cache = TokenCache::deserialize(decoyed.as_bytes()).unwrap();
    assert_eq!(cache.remove_account(&stranger().removal(true)).len(), 1);
    let mut after = entries(&cache.serialize());
    after.retain(|place, _| before.contains_key(place));
    assert_eq!(after, before, "nothing but the stranger's is removed");

    let mut cache = TokenCache::deserialize(decoyed.as_bytes()).unwrap();
    cache.remove_account(&subject.removal(true));
    decoys_survive(&decoyed, &cache.serialize());
    if let Some(home_account_id) = &subject.home_account_id {
        let environment = Environment::new(&subject.environment);
        let is_users = |entry: &Value| {
            entry["home_account_id"].as_str().is_some_and(|id| id == home_account_id)
                && entry["environment"].as_str().is_some_and(|own| environment.is_alias_of(own))
        };
        let left = entries(&cache.serialize())
            .into_iter()
            .find(|(_, entry)| serde_json::from_str(entry).is_ok_and(|entry| is_users(&entry)));
        assert_eq!(left, None, "nothing of the user is left");
    }

    cache.clear();
    let left = entries(&cache.serialize());
    assert!(left.keys().all(|(section, _)| !is_section(section)), "the sections are empty");
    assert!(left.contains_key(&("a-decoy".to_owned(), String::new())), "unknown members stay");
}

/// Returns the text with unknown data and a stranger's sign-in added.
pub(crate) fn with_decoys(text: &str) -> String {
    let text = if text.trim().is_empty() { "{}" } else { text };
    let end = text.rfind('}').unwrap();
    let head = text[..end].trim_end();
    let comma = if head.ends_with('{') { "" } else { "," };
    let unknown = r#""a-decoy": [1e3, 1.0, 123456789012345678901234567890, "\u00e9\/"]"#;
    let text = format!("{head}{comma}{unknown}{}", &text[head.len()..]);
    let mut cache = TokenCache::deserialize(text.as_bytes()).unwrap();
    cache.record(&stranger().grant(), Timestamp(1_700_000_100));
    assert!(cache.has_state_changed());
    cache.serialize().to_string()
}

pub(crate) fn decoys_survive(before: &str, after: &str) {
    let after = entries(after);
    for (place, entry) in entries(before) {
        if entry.contains("stranger") || place.0 == "a-decoy" {
            assert_eq!(after.get(&place), Some(&entry), "{place:?}");
        }
    }
}

pub(crate) fn stranger() -> Subject {
    Subject {
        client_id: "a-strangers-client".to_owned(),
        environment: "strangers.example.com".to_owned(),
        home_account_id: Some("stranger".to_owned()),
        username: Some("stranger".to_owned()),
        refresh_token: Some("strangers-refresh-token".to_owned()),
        id_token: Some("strangers-id-token".to_owned()),
        sign_in: true,
        ..Subject::default()
    }
}
