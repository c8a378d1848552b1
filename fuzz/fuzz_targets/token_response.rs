//! The body of a successful token response: the tokens are kept, whatever is wrong with the rest.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pollster::FutureExt as _;
use tokcache_core::oauth::{RequestError, TokenResponse};
use tokcache_core::secret::RefreshToken;
use tokcache_core::types::ScopeSet;
use tokcache_fuzz::json::Object;
use tokcache_fuzz::server::{Server, as_client};

fuzz_target!(|body: &[u8]| {
    let server = Server::new(200, body);
    let answer = as_client(&server, |client| {
        client.refresh(&RefreshToken::new("SENT-RT"), &ScopeSet::parse("User.Read"), None, None).block_on()
    });
    let text = server.text();
    let members = Object::parse(&text);
    let access_token = members.as_ref().and_then(|members| members.string("access_token"));
    match (answer, members, access_token) {
        (Ok(response), Some(members), Some(access_token)) => {
            assert_eq!(response.access_token.expose(), access_token);
            check(&response, &members);
        }
        (Err(error), _, None) => {
            assert!(!format!("{error} {error:?}").contains("SENT-RT"));
            assert!(!matches!(error, RequestError::Unsupported { .. } | RequestError::InvalidClaims));
        }
        (answer, _, access_token) => panic!("{answer:?}, where there is {access_token:?}"),
    }
});

fn check(response: &TokenResponse, members: &Object<'_>) {
    let refresh_token = response.refresh_token.as_ref().map(|token| token.expose().to_owned());
    assert_eq!(refresh_token, members.string("refresh_token"));
    assert_eq!(response.id_token.as_ref().map(|token| token.expose().to_owned()), members.string("id_token"));
    assert_eq!(response.family_id.as_ref().map(|id| id.as_str().to_owned()), members.string("foci"));
    assert!(!response.token_type.is_empty());
    assert!(response.scope.as_ref().is_none_or(|scopes| !scopes.is_empty()));
    let longest = u64::from(u32::MAX);
    let others = [response.ext_expires_in, response.refresh_in];
    assert!(response.expires_in <= longest && others.into_iter().flatten().all(|seconds| seconds <= longest));
}
