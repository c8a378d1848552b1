//! Parses `STATUS` and a body as the answer to a refresh, to a revocation and to the poll of a device. All three
//! parsers must agree, limit the length, and not repeat a secret that was sent.

#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use pollster::FutureExt as _;
use tokcache_core::oauth::{DeviceAuthorization, ErrorCode, RequestError, TokenErrorResponse};
use tokcache_core::secret::{DeviceCode, RefreshToken};
use tokcache_core::types::ScopeSet;
use tokcache_fuzz::json::Object;
use tokcache_fuzz::server::{Server, as_client};

/// A text that is part of every secret that is sent, and of `fuzz/json.dict`.
const CANARY: &str = "canary/1";

/// The number of seconds after which the person gives up.
const PATIENCE: usize = 30;

/// The maximum length of each text, in bytes.
const LONGEST_TEXT: usize = 4096;

fuzz_target!(|input: &[u8]| {
    let Some(server) = Server::from_input(input) else { return };
    let token = RefreshToken::new(CANARY);
    let refreshed =
        as_client(&server, |client| client.refresh(&token, &ScopeSet::parse("User.Read"), None, None).block_on());
    let is_success = (200..300).contains(&server.status());
    let text = server.text();
    let body = Object::parse(&text);
    match &body {
        Some(body) => assert_eq!(refreshed.is_ok(), is_success && body.string("access_token").is_some()),
        // A form, as older servers send it.
        None => assert!(refreshed.is_err() || is_success && text.contains("access_token=")),
    }
    if let Err(error) = refreshed {
        check(&error, &server);
    }
    match as_client(&server, |client| client.revoke(&token).block_on()) {
        Ok(()) => assert!(is_success || is_of_dead_token(body.as_ref(), &text)),
        Err(error) => {
            assert!(!is_success);
            check(&error, &server);
        }
    }
    poll(&server);
});

/// Whether a refusal means that the token is invalid already (RFC 7009 §2.2).
fn is_of_dead_token(body: Option<&Object<'_>>, text: &str) -> bool {
    match body {
        Some(body) => body.string("error").is_some_and(|code| ["invalid_grant", "invalid_token"].contains(&&*code)),
        None => text.contains("error="),
    }
}

fn poll(server: &Server) {
    let authorization = DeviceAuthorization {
        device_code: DeviceCode::new(CANARY),
        user_code: "WDJB-MJHT".to_owned(),
        verification_uri: "https://login.microsoftonline.com/device".to_owned(),
        verification_uri_complete: None,
        expires_in: 900,
        interval: 5,
        message: None,
        claims: None,
        code_verifier: None,
    };
    let mut seconds = 0;
    let polled = as_client(server, |client| {
        client
            .poll_device(&authorization, &mut |_| {
                seconds += 1;
                if seconds > PATIENCE { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .block_on()
    });
    if let Err(error) = polled {
        check(&error, server);
    }
}

fn check(error: &RequestError, server: &Server) {
    assert!(!format!("{error} {error:?}").contains(CANARY), "{error:?}");
    match error {
        RequestError::Refused(refusal) => check_refusal(refusal, server.status()),
        RequestError::Unavailable { status, .. } => assert_eq!(*status, Some(server.status())),
        RequestError::Unintelligible { status, .. } => {
            assert_eq!(*status, server.status());
            assert!(*status < 500 || matches!(*status, 501 | 505 | 511), "an outage is an outage");
        }
        RequestError::DeviceCodeExpired | RequestError::Stopped => {}
        other => panic!("{other:?}"),
    }
}

fn check_refusal(refusal: &TokenErrorResponse, status: u16) {
    let TokenErrorResponse { error_description, suberror, claims, correlation_id, .. } = refusal;
    for text in [error_description, suberror, claims, correlation_id].into_iter().flatten() {
        assert!(text.len() <= LONGEST_TEXT);
    }
    assert!(refusal.error.as_str().len() <= LONGEST_TEXT);
    assert_eq!(refusal.status, status);
    assert!(!refusal.kills_refresh_token() || refusal.error == ErrorCode::InvalidGrant);
}
