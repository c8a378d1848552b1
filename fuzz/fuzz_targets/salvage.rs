//! A damaged document: every recovered part is in it verbatim. An intact document loses no refresh token.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tokcache_core::cache::{Section, TokenCache, salvage};
use tokcache_fuzz::document::Document;

fuzz_target!(|bytes: &[u8]| {
    let Some(saved) = salvage(bytes) else {
        assert!(TokenCache::deserialize(bytes).is_err(), "what is a cache can be saved");
        return;
    };
    let text = saved.cache.serialize();
    let (wreck, document) = (String::from_utf8_lossy(bytes), Document::read(&text));
    let entries = document.sections.iter().flatten().chain(&document.others);
    for (name, value) in entries {
        assert!(wreck.contains(value), "{} is made up", name.text);
    }
    assert!(saved.lost_bytes <= bytes.len());

    let again = salvage(text.as_bytes()).expect("what was saved is a cache");
    assert_eq!(again.cache.refresh_tokens(), saved.cache.refresh_tokens());
    if let Ok(sound) = TokenCache::deserialize(bytes)
        && !has_an_entry_named_like_a_section(&sound)
    {
        for entry in sound.refresh_tokens() {
            assert!(saved.cache.holds_refresh_token(&entry.secret), "{} is lost", entry.key);
        }
    }
});

/// Whether an entry has the name of a section. No program uses such a key, and the recovery treats it as a section.
fn has_an_entry_named_like_a_section(cache: &TokenCache) -> bool {
    let text = cache.serialize();
    let is_section = |key: &str| Section::ALL.into_iter().any(|section| section.name() == key);
    Document::read(&text).sections.iter().flatten().any(|(key, _)| is_section(&key.text))
}
