//! A native app (RFC 8252): a person signs in through the browser of this machine, with one cache for all accounts.

use pollster::FutureExt as _;
use serde_json::Value;
use tokcache_core::acquire::{
    AcquireError, AuthorizationCodeSignIn, ClientApplication, PublicClient, Registration, SignInRequest, SignedIn,
};
use tokcache_core::oauth::{Authority, ClientAuthentication};
use tokcache_core::secret::ClientSecret;
use tokcache_core::store::Partition;
use tokcache_core::types::{ClientId, ScopeSet};

use super::{World, provider, request};

/// Signs a person in whom `account` names, if it is given.
fn sign_in(world: &World, user: &str, account: Option<&str>) -> Result<SignedIn, AcquireError> {
    let credential = ClientAuthentication::SecretPost(ClientSecret::new("hush"));
    let authority = Authority::parse(provider::ISSUER, None).unwrap();
    let registration = Registration::new(authority, ClientId::new(provider::CLIENT));
    let application =
        ClientApplication::new(registration, world.store.as_ref(), world.provider.as_ref(), world.clock.as_ref());
    let client = PublicClient::from(ClientApplication { credential: &credential, ..application });
    let pending = client
        .begin_sign_in(&AuthorizationCodeSignIn {
            redirect_uri: "http://127.0.0.1:1/callback".to_owned(),
            scopes: ScopeSet::parse("api.read"),
            ..AuthorizationCodeSignIn::default()
        })
        .block_on()?;
    let response = world.provider.approve(&pending.url, user);
    let request = SignInRequest { account: account.map(str::to_owned), ..SignInRequest::default() };
    let signed_in = client.finish_sign_in(&pending, &response, request).block_on()?;
    let token = client.acquire_token_silent(&super::request("api.read")).block_on()?;
    assert_eq!(token.access_token, signed_in.token.access_token);
    Ok(signed_in)
}

#[test]
fn a_sign_in_is_saved_in_the_cache_of_all_accounts() {
    let world = World::new();
    let signed_in = sign_in(&world, "alice", None).unwrap();
    assert_eq!(signed_in.account.username, "alice@example.com");
    assert!(world.document(&Partition::whole()).is_some_and(|document| document.contains("authorization_code")));
    assert_eq!(request("api.read").scopes, signed_in.asked.of_resources());
}

#[test]
fn an_id_token_that_proves_nothing_signs_nobody_in() {
    let forgeries: [fn(&mut Value); 3] = [
        |claims| claims["aud"] = "another".into(),
        |claims| claims["nonce"] = "replayed".into(),
        |claims| claims["at_hash"] = "another".into(),
    ];
    for forge in forgeries {
        let world = World::new();
        world.provider.forge(forge);
        let error = sign_in(&world, "alice", None).unwrap_err();
        assert!(matches!(error, AcquireError::IdToken(_)), "{error:?}");
        assert_eq!(world.document(&Partition::whole()), None);
        assert!(!world.provider.is_signed_in("alice"), "its refresh token was to be revoked");
    }
}

#[test]
fn another_person_than_the_wanted_one_is_refused() {
    let world = World::new();
    let error = sign_in(&world, "mallory", Some("alice@example.com")).unwrap_err();
    assert!(matches!(error, AcquireError::SignedInAsAnother { .. }), "{error:?}");
    assert_eq!(world.document(&Partition::whole()), None);
}
