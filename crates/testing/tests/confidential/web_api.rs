//! A web API: tokens on behalf of its callers.

use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use pollster::FutureExt as _;
use proptest::prelude::*;
use tokcache_core::acquire::Source;
use tokcache_core::secret::UserAssertion;
use tokcache_core::store::Partition;
use tokcache_core::time::Clock as _;

use super::{World, request};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

fn on_behalf_of(world: &World, caller: &str) -> tokcache_core::acquire::AuthenticationResult {
    let assertion = UserAssertion::new(caller);
    world.server().acquire_token_on_behalf_of(&assertion, &request("api.read")).block_on().unwrap()
}

#[test]
fn each_caller_is_served_by_its_own_assertion() {
    let world = World::remote();
    for caller in ["alice", "bob"] {
        let token = on_behalf_of(&world, caller);
        assert_eq!(token.source, Source::TokenExchange);
        assert!(token.access_token.expose().starts_with(&format!("OBO-{caller}-")), "{caller}");
        let cached = on_behalf_of(&world, caller);
        assert_eq!((cached.source, cached.access_token), (Source::Cache, token.access_token));
    }
    assert_eq!(world.provider.requests(EXCHANGE), 2);
    let document = world.document(&Partition::on_behalf_of("alice")).unwrap();
    assert!(!document.contains("bob") && !document.contains("RefreshToken\": {\""), "{document}");
}

/// An assertion with this expiry.
fn assertion(world: &World, seconds: i64) -> String {
    let claims = format!(r#"{{"sub":"alice","exp":{}}}"#, world.clock.now().0 + seconds);
    format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims))
}

#[test]
fn an_assertion_that_has_expired_is_the_servers_to_judge() {
    let world = World::new();
    let caller = assertion(&world, 600);
    on_behalf_of(&world, &caller);
    on_behalf_of(&world, &caller);
    assert_eq!(world.provider.requests(EXCHANGE), 1);
    world.clock.step(Duration::from_secs(601));
    on_behalf_of(&world, &caller);
    assert_eq!(world.provider.requests(EXCHANGE), 2, "the cached token is valid still, the caller's is not");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No caller gets the token of another one, for any calls in any order over several servers.
    #[test]
    fn no_caller_is_ever_served_the_token_of_another(
        calls in prop::collection::vec((0..4_usize, 0..3_usize, 0..2000_u64), 1..40)
    ) {
        let world = World::remote();
        let servers = [world.server(), world.server(), world.server()];
        for (caller, server, pause) in calls {
            let name = format!("caller{caller}x");
            world.clock.step(Duration::from_secs(pause));
            let assertion = UserAssertion::new(name.as_str());
            let token = servers[server].acquire_token_on_behalf_of(&assertion, &request("api.read")).block_on();
            let token = token.unwrap();
            let own = format!("OBO-{name}-");
            prop_assert!(token.access_token.expose().starts_with(&own));
        }
    }
}
