//! Kills saves.

use std::time::Duration;

use tokcache_core::cache::TokenCache;
use tokcache_core::time::{Clock as _, SystemClock};

use crate::provider::Provider;
use crate::wine::Home;

/// A low number, because Wine takes half a second to start a program.
const KILLS: u64 = 8;

#[test]
fn whenever_it_is_killed_the_cache_is_whole_and_the_next_command_works() {
    let provider = Provider::start(3600);
    provider.accept_spent_tokens();
    let home = Home::signed_in(&provider);
    for number in 0..KILLS {
        let refreshes = provider.refreshes();
        let mut child = home.program(&["token", "--force-refresh"]).spawn().unwrap();
        let clock = SystemClock::new();
        while provider.refreshes() == refreshes && clock.elapsed() < Duration::from_secs(20) {
            clock.sleep(Duration::from_millis(1));
        }
        // The answer is on its way. From here on, it is kept and saved, and locks are released.
        clock.sleep(Duration::from_millis(number * 4));
        child.kill().unwrap();
        child.wait().unwrap();
        let bytes = std::fs::read(home.cache()).unwrap();
        TokenCache::deserialize(&bytes).expect("the cache is whole");
    }
    let token = home.answer("token --force-refresh");
    assert_eq!(home.answer("token"), token);
}
