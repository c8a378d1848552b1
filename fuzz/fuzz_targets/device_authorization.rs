//! The body of a device authorization response.

#![no_main]

use std::ops::ControlFlow;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use pollster::FutureExt as _;
use tokcache_core::oauth::RequestError;
use tokcache_core::types::ScopeSet;
use tokcache_fuzz::json::Object;
use tokcache_fuzz::server::{Server, as_client};

/// The number of seconds after which the person gives up.
const PATIENCE: u64 = 20;

fuzz_target!(|body: &[u8]| {
    let server = Server::new(200, body);
    let answer = as_client(&server, |client| {
        client.authorize_device(&ScopeSet::default(), &ScopeSet::default(), None).block_on()
    });
    let text = server.text();
    let members = Object::parse(&text);
    let string = |name: &str| members.as_ref().and_then(|members| members.string(name));
    let uri = string("verification_uri").or_else(|| string("verification_url"));
    match (answer, string("device_code"), string("user_code"), uri) {
        (Ok(authorization), Some(device_code), Some(user_code), Some(uri)) => {
            assert_eq!(authorization.device_code.expose(), device_code);
            assert_eq!((authorization.user_code.clone(), authorization.verification_uri.clone()), (user_code, uri));
            assert!(authorization.interval >= 1, "nobody polls in a loop");
            let interval = authorization.interval;
            let asked_before = server.requests();
            let polled = as_client(&server, |client| {
                let mut left = PATIENCE;
                client
                    .poll_device(&authorization, &mut |remaining| {
                        assert!(remaining <= Duration::from_secs(authorization.expires_in));
                        left -= 1;
                        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                    })
                    .block_on()
            });
            let asked = u64::try_from(server.requests() - asked_before).expect("a small number");
            assert!(asked <= PATIENCE / interval + 1, "asked {asked} times at an interval of {interval} s");
            assert!(polled.is_ok() == string("access_token").is_some() || matches!(polled, Err(RequestError::Stopped)));
        }
        (Err(_), device_code, user_code, uri) => {
            assert!(device_code.is_none() || user_code.is_none() || uri.is_none(), "it says all that is needed");
        }
        (Ok(authorization), ..) => panic!("{authorization:?} is made up"),
    }
});
