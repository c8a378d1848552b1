//! A store with a cache for each user.

use pollster::FutureExt as _;
use serde_json::{Value, json};
use tokcache_core::acquire::{ClientApplication, SignOutRequest, Source};
use tokcache_core::store::Partition;
use tokcache_core::types::HomeAccountId;

use crate::scripted_server::want;
use crate::world::{Life, request, served, tokens};

const ALICE: &str = "eyJzdWIiOiJhbGljZSJ9";

/// The same tokens for another user.
fn tokens_of_alice() -> Value {
    let mut tokens = tokens(2);
    tokens["id_token"] = json!(format!("e30.{ALICE}.e30"));
    tokens
}

fn names(life: &Life) -> Vec<String> {
    let partitions = life.store.partitions("", None).block_on().unwrap();
    partitions.iter().map(|partition| partition.as_str().to_owned()).collect()
}

#[test]
fn a_sign_in_is_saved_for_the_user_who_has_signed_in_and_for_nobody_else() {
    let life = Life::new();
    let client = ClientApplication { user_prefix: Some("web:".to_owned()), ..life.client() };
    life.sign_in_at(&client, tokens(1));
    life.sign_in_at(&client, tokens_of_alice());
    assert_eq!(names(&life), ["web:alice", "web:bob"]);

    let of = |user: &str| ClientApplication {
        partition: Partition::user(&HomeAccountId::new(user)).with_prefix("web:"),
        ..life.client()
    };
    let token = |user: &str| served(of(user).acquire_token_silent(&request()).block_on());
    assert_eq!(token("alice"), ("AT-2".into(), Source::Cache));
    assert_eq!(token("bob"), ("AT-1".into(), Source::Cache));

    life.server.expects([want("/revoke", [("token", "RT-2")]).and_answer(200, &json!({}))]);
    of("alice").sign_out(&SignOutRequest { account: None, revoke: true }).block_on().unwrap().unwrap();
    life.server.assert_finished();
    assert_eq!(names(&life), ["web:bob"], "nothing is left of a user who has signed out");
    assert_eq!(token("bob"), ("AT-1".into(), Source::Cache));
}
