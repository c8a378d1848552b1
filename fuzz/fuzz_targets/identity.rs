//! The identity of a sign-in: `client_info`, a line break, and the ID token, which also serves as an access token. Each
//! is encoded, or is JSON that is encoded first (if it starts with a brace).

#![no_main]

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use libfuzzer_sys::fuzz_target;
use pollster::FutureExt as _;
use tokcache_core::oauth::Identity;
use tokcache_core::secret::RefreshToken;
use tokcache_core::types::ScopeSet;
use tokcache_fuzz::json::Object;
use tokcache_fuzz::server::{Server, as_client};

fuzz_target!(|input: &str| {
    let (info, claims) = input.split_once('\n').unwrap_or((input, ""));
    let client_info = encoded(info);
    let id_token = if claims.starts_with('{') { format!("e30.{}.c2ln", encoded(claims)) } else { claims.to_owned() };
    let access_token = if id_token.is_empty() { "AT" } else { &id_token };
    let body = serde_json::json!({"access_token": access_token, "id_token": id_token, "client_info": client_info});
    let response = as_client(&Server::new(200, body.to_string()), |client| {
        client.refresh(&RefreshToken::new("RT"), &ScopeSet::default(), None, None).block_on()
    });
    let response = response.expect("there is an access token");
    assert!(response.expires_in <= u64::from(u32::MAX));
    if info.starts_with('{') && (claims.is_empty() || claims.starts_with('{')) {
        assert_eq!(response.identity, expected(info, claims));
    }
});

fn encoded(text: &str) -> String {
    if text.starts_with('{') { BASE64_URL_SAFE_NO_PAD.encode(text) } else { text.to_owned() }
}

fn expected(info: &str, claims: &str) -> Option<Identity> {
    let [info, claims] = [info, claims].map(|text| Object::parse(text));
    let claim = |name: &str| claims.as_ref()?.text(name);
    let home = info.and_then(|info| Some(format!("{}.{}", info.text("uid")?, info.text("utid")?)));
    let subject = claim("sub").map(tokcache_core::types::HomeAccountId::new);
    let identity = Identity {
        home_account_id: home.map(tokcache_core::types::HomeAccountId::new).or_else(|| subject.clone()),
        subject,
        local_account_id: claim("oid").or_else(|| claim("sub")),
        username: ["preferred_username", "upn", "email"].into_iter().find_map(claim).unwrap_or_default(),
        name: claim("name"),
        tenant: claim("tid"),
    };
    let names_anybody = identity.home_account_id.is_some() || !identity.username.is_empty();
    names_anybody.then_some(identity)
}
