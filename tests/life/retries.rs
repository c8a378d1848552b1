//! A server that fails: asked again where that is safe, and nobody is signed out.

use serde_json::json;
use tokcache::acquire::{AcquireError, InteractionRequired, PublicClient, Source};

use crate::scripted_server::Meanwhile;
use crate::world::{Life, refresh_with, request, served, tokens};

const ENTRA: &str = "https://login.microsoftonline.com/tenant";

/// A life whose access token has run out.
fn expired(authority: &'static str) -> Life {
    let life = Life { authority, ..Life::new() };
    life.sign_in(tokens(1));
    life.clock.step(3600);
    life.told();
    life
}

fn at_any() -> Life {
    expired(crate::world::ISSUER)
}

#[test]
fn a_server_that_comes_back_at_once_was_never_missed() {
    let life = at_any();
    life.server
        .expects([refresh_with("RT-1").and_refuse_connection(), refresh_with("RT-1").and_answer(200, &tokens(2))]);
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Refresh));
    assert_eq!(life.told(), ["again after 250 ms"]);
}

#[test]
fn a_server_that_asks_for_patience_gets_it_if_there_is_time() {
    let life = at_any();
    let busy = |seconds| refresh_with("RT-1").and_answer(429, &json!({})).retry_after(seconds);
    life.server.expects([busy(7), refresh_with("RT-1").and_answer(200, &tokens(2))]);
    assert_eq!(served(life.token()), ("AT-2".into(), Source::Refresh));
    assert_eq!(life.told(), ["again after 7000 ms"]);

    life.clock.step(3600);
    life.server.expects([refresh_with("RT-2").and_answer(503, &json!({})).retry_after(30)]);
    assert!(matches!(life.token(), Err(AcquireError::Unavailable { retry_after: Some(30), .. })));
}

#[test]
fn what_may_have_been_spent_is_not_sent_again() {
    let lost = || refresh_with("RT-1").and_lose_the_answer();
    let failed = || refresh_with("RT-1").and_answer(502, &json!("<html>"));
    let page = || refresh_with("RT-1").and_answer(200, &json!("<html>"));
    for answer in [lost(), failed(), page()] {
        let life = at_any();
        let before = life.stored();
        life.server.expects([answer]);
        assert!(matches!(life.token(), Err(AcquireError::Unavailable { .. })));
        assert_eq!(life.stored(), before, "nobody is signed out");
    }
    for answer in [lost(), failed(), page()] {
        let life = expired(ENTRA);
        life.server.expects([answer, refresh_with("RT-1").and_answer(200, &tokens(2))]);
        assert_eq!(served(life.token()), ("AT-2".into(), Source::Refresh), "Entra does not detect reuse");
    }
}

#[test]
fn before_it_is_sent_again_the_cache_is_read_again() {
    let life = at_any();
    let sign_out = || drop(tokcache::acquire::forget_everything(life.store.as_ref()).unwrap());
    let http = Meanwhile { server: &life.server, act: &sign_out };
    life.server.expects([refresh_with("RT-1").and_refuse_connection()]);
    let outcome = PublicClient { http: &http, ..life.client() }.acquire_token_silent(&request());
    assert!(matches!(outcome, Err(AcquireError::InteractionRequired(InteractionRequired::SignedOutMeanwhile))));
}

#[test]
fn nobody_waits_for_a_server_while_the_old_token_is_valid() {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(1801);
    life.told();
    life.server.expects([refresh_with("RT-1").and_refuse_connection()]);
    assert_eq!(served(life.token()), ("AT-1".into(), Source::Cache));
    assert_eq!(life.told(), ["served despite"]);
}
