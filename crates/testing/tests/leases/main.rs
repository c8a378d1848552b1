//! A refresh token is sent only under the lease for it, whatever several processes do at the same time.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod plan;
mod provider;
mod watched;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use serde_json::json;
use tokcache_core::acquire::{ClientApplication, Registration, SignOutRequest, SilentRequest};
use tokcache_core::oauth::{Authority, Endpoint, Endpoints};
use tokcache_core::store::mutex::locked;
use tokcache_core::store::{Change, Partition, Store as _, Update};
use tokcache_core::time::{Clock as _, Timestamp};
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_testing::{RemoteStore, TokioClock};

use plan::{Plan, Step, plan};
use provider::{Connection, Provider};
use watched::{Ledger, Watched};

const ISSUER: &str = "https://idp.example.com";
/// The users, and the clients. Bob's refresh token belongs to the family of both clients.
const USERS: [&str; 2] = ["alice", "bob"];
const CLIENTS: [&str; 2] = ["app", "other-app"];

fn partition() -> Partition {
    Partition::named("household")
}

/// Both users are signed in, and their access tokens have expired.
fn document() -> Vec<u8> {
    let mut document = json!({"AccessToken": {}, "RefreshToken": {}, "Account": {}, "AppMetadata": {}});
    for user in USERS {
        document["Account"][user] = json!({"home_account_id": user, "environment": "idp.example.com", "realm": "",
            "local_account_id": user, "username": user, "authority_type": "OIDC", "authority": ISSUER});
    }
    for (position, client_id) in CLIENTS.into_iter().enumerate() {
        document["RefreshToken"][format!("alice {client_id}")] = json!({"credential_type": "RefreshToken",
            "secret": format!("alice-of-{client_id}"), "home_account_id": "alice", "environment": "idp.example.com",
            "client_id": client_id, "target": "api.read", "last_modification_time": "1699990000", "authority": ISSUER});
        document["AppMetadata"][client_id] =
            json!({"client_id": client_id, "environment": "idp.example.com", "family_id": "1"});
        if position == 0 {
            document["RefreshToken"]["bob"] = json!({"credential_type": "RefreshToken", "secret": "bob",
                "home_account_id": "bob", "environment": "idp.example.com", "client_id": client_id, "family_id": "1",
                "target": "api.read", "last_modification_time": "1699990000", "authority": ISSUER});
        }
    }
    serde_json::to_vec_pretty(&document).unwrap()
}

/// Returns the number of refresh requests, and those that should not have been sent.
async fn live(plan: &Plan) -> (usize, Vec<String>) {
    let clock = Arc::new(TokioClock::starting_at(Timestamp(1_700_000_000)));
    let store = RemoteStore::new(clock.clone(), plan.latency);
    let put = &mut |_: Option<&[u8]>| Change::Replace(document().into());
    store.update(&partition(), Update::default(), put).await.unwrap();
    let ledger = Arc::<Mutex<Ledger>>::default();
    let answers = plan.answers.clone();
    let provider = Provider {
        store: store.clone(),
        ledger: Arc::clone(&ledger),
        clock: Arc::clone(&clock),
        answers,
        requests: AtomicUsize::new(0),
    };
    let mut processes = Vec::new();
    for (process, (client, steps)) in plan.processes.iter().enumerate() {
        let watched = Watched { store: store.clone(), ledger: Arc::clone(&ledger), process };
        processes.push(run(watched, &provider, clock.as_ref(), plan, CLIENTS[*client], steps));
    }
    join_all(processes).await;
    let violations = std::mem::take(&mut locked(&ledger).violations);
    (provider.requests.into_inner(), violations)
}

async fn run(store: Watched, provider: &Provider, clock: &TokioClock, plan: &Plan, client_id: &str, steps: &[Step]) {
    let connection = Connection { provider, process: store.process };
    let token = Some(Endpoint::parse(&format!("{ISSUER}/token")).unwrap());
    let registration = Registration {
        endpoints: Endpoints { token, ..Endpoints::default() },
        ..Registration::new(Authority::parse(ISSUER, None).unwrap(), ClientId::new(client_id))
    };
    let client = ClientApplication {
        partition: partition(),
        lease_time: plan.lease_time,
        lock_timeout: plan.lock_timeout,
        retry_within: plan.retry_within,
        ..ClientApplication::new(registration, &store, &connection, clock)
    };
    for step in steps {
        match step {
            Step::Token { user, force_refresh } => {
                let request = SilentRequest {
                    scopes: ScopeSet::parse("api.read"),
                    account: Some(USERS[*user].to_owned()),
                    force_refresh: *force_refresh,
                    ..SilentRequest::default()
                };
                drop(client.acquire_token_silent(&request).await);
            }
            Step::SignOut { user } => {
                let request = SignOutRequest { account: Some(USERS[*user].to_owned()), revoke: true };
                drop(client.sign_out(&request).await);
            }
            Step::Wait { seconds } => clock.delay(Duration::from_secs(*seconds)).await,
            Step::Fail(fault) => store.store.inject(*fault),
            Step::Mend => store.store.mend(),
        }
    }
}

/// Runs the futures side by side, in this thread.
async fn join_all<F: Future<Output = ()>>(futures: Vec<F>) {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    std::future::poll_fn(move |context| {
        futures.retain_mut(|future| future.as_mut().poll(context).is_pending());
        if futures.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

#[test]
fn no_refresh_token_is_sent_without_the_lease_for_it() {
    let mut runner = TestRunner::new(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::with_cases(128)
    });
    let requests = AtomicUsize::new(0);
    runner
        .run(&plan(), |plan| {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
            let (sent, violations) = runtime.block_on(live(&plan));
            requests.fetch_add(sent, Ordering::Relaxed);
            prop_assert!(violations.is_empty(), "{violations:?}");
            Ok(())
        })
        .unwrap();
    assert!(requests.into_inner() > 128, "hardly anything was sent");
}
