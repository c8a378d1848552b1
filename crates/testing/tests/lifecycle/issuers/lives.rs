//! Any sequence of sign-ins, requests and sign-outs at many authorities, and any caches of other programs.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pollster::FutureExt as _;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokcache_core::acquire::{SignOutRequest, forget_everything};
use tokcache_core::store::Partition;

use super::internet::{AUTHORITIES, World};

#[derive(Clone, Debug)]
enum Step {
    ForgetIssuers,
    ForgetEverything(usize),
    SignIn(usize),
    SignOut(usize),
    Token {
        authority: usize,
        force_refresh: bool,
    },
    /// Another program removes the accounts.
    RemoveAccounts,
    /// Another program copies a refresh token under its own key and client.
    CopyRefreshTokens,
    Wait,
}

fn step() -> impl Strategy<Value = Step> {
    let authority = || 0..AUTHORITIES.len();
    prop_oneof![
        6 => authority().prop_map(Step::SignIn),
        6 => (authority(), any::<bool>()).prop_map(|(authority, force_refresh)| Step::Token { authority, force_refresh }),
        3 => authority().prop_map(Step::SignOut),
        1 => authority().prop_map(Step::ForgetEverything),
        2 => Just(Step::ForgetIssuers),
        1 => Just(Step::RemoveAccounts),
        1 => Just(Step::CopyRefreshTokens),
        1 => Just(Step::Wait),
    ]
}

/// Generates the answers of an authority: with or without an ID token, `client_info`, another subject, another issuer.
fn manners() -> impl Strategy<Value = BTreeMap<usize, Value>> {
    let info = URL_SAFE_NO_PAD.encode(json!({"uid": "u", "utid": "t"}).to_string());
    let odd = prop_oneof![
        Just(json!({"tokens": {"client_info": info}})),
        Just(json!({"claims": {"sub": "eve"}})),
        Just(json!({"claims": {"sub": 1}})),
        Just(json!({"tokens": {"foci": "1"}})),
    ];
    proptest::collection::btree_map(0..AUTHORITIES.len(), odd, 0..6)
}

/// Generates the answers of a hostile authority, which matter if entries name their issuers.
fn hostile_manners() -> impl Strategy<Value = BTreeMap<usize, Value>> {
    let odd = prop_oneof![
        (0..AUTHORITIES.len()).prop_map(|other| json!({"claims": {"iss": AUTHORITIES[other]}})),
        Just(json!({"tokens": {"id_token": "none"}})),
        Just(
            json!({"tokens": {"id_token": "none", "client_info": URL_SAFE_NO_PAD.encode("{\"uid\":\"u\",\"utid\":\"t\"}")}})
        ),
    ];
    proptest::collection::btree_map(0..AUTHORITIES.len(), odd, 1..6)
}

/// Runs the steps. The network fails the test if a secret goes to the wrong authority.
fn live(manners: BTreeMap<usize, Value>, steps: Vec<Step>, forgets: bool) {
    let world = World::new();
    *world.internet.odd.lock().unwrap() = manners;
    for step in steps {
        match step {
            Step::SignIn(authority) => drop(world.sign_in(authority)),
            Step::Token { authority, force_refresh } => drop(world.served(authority, force_refresh)),
            Step::SignOut(authority) => {
                drop(world.at(authority).sign_out(&SignOutRequest { account: None, revoke: true }).block_on());
            }
            Step::ForgetEverything(authority) => drop(world.at(authority).forget_everything(true).block_on().unwrap()),
            Step::ForgetIssuers if forgets && world.has_any() => world.forget_issuers(),
            Step::RemoveAccounts if world.has_any() => world.change(|stored| stored["Account"] = json!({})),
            Step::CopyRefreshTokens if world.has_any() => world.change(|stored| {
                let mut copies = stored["RefreshToken"].clone();
                for (key, entry) in copies.as_object_mut().into_iter().flatten() {
                    stored["RefreshToken"][format!("{key}-copy")] = entry.clone();
                }
            }),
            Step::Wait => world.clock.step(Duration::from_secs(3600)),
            Step::ForgetIssuers | Step::RemoveAccounts | Step::CopyRefreshTokens => {}
        }
    }
    forget_everything(&world.store, &Partition::whole()).block_on().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_authority_is_sent_what_another_has_issued(
        manners in manners(),
        steps in proptest::collection::vec(step(), 1..25),
    ) {
        live(manners, steps, true);
    }

    #[test]
    fn nor_does_a_hostile_one_get_anything(
        manners in hostile_manners(),
        steps in proptest::collection::vec(step(), 1..25),
    ) {
        live(manners, steps, false);
    }
}
