//! The recovery data of an earlier run: a successor replaces the token that it names, and no other. Any other data
//! leave the cache unchanged. The recovery data are deleted in every case.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, load};
use tokcache_core::cache::Section;
use tokcache_core::store::Partition;
use tokcache_file::Local;
use tokcache_fuzz::document::Document;
use tokcache_fuzz::expired::{self, CACHE};
use tokcache_fuzz::json::Object;
use tokcache_fuzz::server::{Server, SteppedClock};
use tokcache_fuzz::store::BareStore;

const SPENT: &str = "SPENT-RT";

fuzz_target!(|bytes: &[u8]| {
    let store = BareStore::holding(CACHE.as_bytes());
    store.contents().rescued = Some(bytes.to_vec().into());
    let (local, clock) = (Local(store.clone()), SteppedClock::default());
    let server = Server::new(503, "");
    let answer =
        expired::client(&local, &server, &clock, Duration::ZERO).acquire_token_silent(&expired::request()).block_on();
    assert!(matches!(answer, Err(AcquireError::Unavailable { .. })), "{answer:?}");
    assert!(store.contents().rescued.is_none(), "it is of no use twice");

    let (spent, successor) = named(bytes).filter(|(_, successor)| !successor.is_empty()).unwrap_or_default();
    let cache = load(&local, &Partition::whole()).block_on().expect("what was saved can be read");
    let valid = if spent == SPENT { &successor } else { SPENT };
    let own = cache.refresh_tokens().into_iter().filter(|entry| entry.client_id.as_str() == "client");
    assert!(own.clone().count() == 2 && own.clone().all(|entry| entry.secret.expose() == valid), "the valid one");
    let after: &str = &cache.serialize();
    Document::read(CACHE).assert_spared(&Document::read(after), |section, fields| {
        section != Section::RefreshToken || fields.string("secret").as_deref() != Some(&spent)
    });
});

/// Returns the redeemed token and its successor. A list of the two is another valid form.
fn named(bytes: &[u8]) -> Option<(String, String)> {
    if let Ok(pair) = serde_json::from_slice(bytes) {
        return Some(pair);
    }
    let members = Object::parse(std::str::from_utf8(bytes).ok()?)?;
    // Only tokcache writes such a file, so other spellings are not read.
    if !members.0.iter().all(|(name, _)| name.is_unicode) {
        return None;
    }
    let is_clear = |name: &str| members.0.iter().filter(|(own, _)| own.text == name).count() == 1;
    let spent = members.string("spent").filter(|_| is_clear("spent"))?;
    Some((spent, members.string("refresh_token").filter(|_| is_clear("refresh_token"))?))
}
