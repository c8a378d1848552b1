//! Parses `STATUS` and a body as the answer to a silent refresh. In every case the cache then holds the valid refresh
//! token, and all entries of others.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use pollster::FutureExt as _;
use tokcache_core::acquire::{self, AcquireError};
use tokcache_core::cache::Section;
use tokcache_core::store::{Change, MemoryStore, Partition};
use tokcache_core::types::Environment;
use tokcache_file::LocalStore;
use tokcache_fuzz::document::{Document, is_of_client, is_of_owner};
use tokcache_fuzz::expired::{self, CACHE};
use tokcache_fuzz::json::Object;
use tokcache_fuzz::server::{Server, SteppedClock};
use zeroize::Zeroizing;

fuzz_target!(|input: &[u8]| {
    let Some(server) = Server::from_input(input) else { return };
    // The program also accepts forms, but this target checks only JSON answers.
    if server.text().contains("access_token=") {
        return;
    }
    let clock = SteppedClock::default();
    let store = MemoryStore::new();
    let before = Zeroizing::new(CACHE.as_bytes().to_vec());
    store.update(&mut |_| Change::Replace(before.clone())).expect("memory takes it");
    let answer = expired::client(&store, &server, &clock, Duration::from_secs(5))
        .acquire_token_silent(&expired::request())
        .block_on();
    assert!(server.requests() > 0, "nobody was asked");

    let text = server.text();
    let granted = Object::parse(&text).filter(|_| (200..300).contains(&server.status()));
    let access_token = granted.as_ref().and_then(|body| body.string("access_token"));
    let refresh_token = access_token.as_ref().and_then(|_| granted.as_ref()?.string("refresh_token"));
    match answer {
        Ok(outcome) => assert_eq!(Some(outcome.access_token.expose()), access_token.as_deref()),
        Err(AcquireError::MinValid { .. } | AcquireError::NotBearer { .. } | AcquireError::ScopeNotGranted { .. }) => {
            assert!(access_token.is_some())
        }
        Err(error) => assert!(access_token.is_none(), "{error}: {error:?}"),
    }
    let cache = acquire::load(&store, &Partition::whole()).block_on().expect("what was saved can be read");
    let valid = refresh_token.as_deref().unwrap_or("SPENT-RT");
    let kept: Vec<_> =
        cache.refresh_tokens().into_iter().filter(|entry| entry.client_id.as_str() == "client").collect();
    assert!(!kept.is_empty() && kept.iter().all(|entry| entry.secret.expose() == valid), "the valid one, and no other");
    assert_others_spared(&cache.serialize());
});

fn assert_others_spared(after: &str) {
    let environment = Environment::new("login.microsoftonline.com");
    Document::read(CACHE).assert_spared(&Document::read(after), |section, fields| {
        let is_users = is_of_owner(&environment, Some("uid.utid"), fields);
        match section {
            // The answer may contain another user name, and the account then names the issuer of its tokens.
            Section::Account => !is_users,
            Section::AppMetadata => !is_of_client(&environment, "client", fields),
            _ => !(is_users && is_of_client(&environment, "client", fields)),
        }
    });
}
