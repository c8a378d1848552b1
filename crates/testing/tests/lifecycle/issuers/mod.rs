//! A token belongs to the authority that issued it. With any cache and any sign-ins, no authority gets a secret that
//! another one has issued, and no token is served for another authority.

mod internet;
mod lives;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pollster::FutureExt as _;
use serde_json::json;
use tokcache_core::acquire::{
    AcquireError, InteractionRequired, PublicClient, Revocation, SignInRequest, SignOutRequest, SilentRequest,
};
use tokcache_core::store::Validity;
use tokcache_core::types::ScopeSet;
use tokcache_file::LocalStore as _;

use crate::world::request;
use internet::{A, AUTHORITIES, B, Internet, World};

#[test]
fn a_refresh_token_of_one_path_or_port_is_never_sent_to_another_on_its_host() {
    for (other, url) in AUTHORITIES.iter().enumerate().skip(1) {
        let world = World::new();
        world.sign_in(A).unwrap();
        world.clock.step(Duration::from_secs(3600));
        for _ in 0..2 {
            let outcome = world.token(other, true);
            let why = outcome.err();
            let is_nobody = matches!(why, Some(AcquireError::InteractionRequired(InteractionRequired::NothingCached)));
            assert!(is_nobody, "{url} {why:?}");
            assert!(world.sign_out(other).is_none());
            // The same, with only the ID tokens as evidence of the issuers.
            world.forget_issuers();
        }
        assert!(world.served(A, false).is_some(), "it is all there still");
        assert!(world.names_issuers(), "what was refreshed names its issuer");
    }
}

/// Makes the authority's answers leave out the refresh token.
fn unrotated(world: &World) {
    world.odd(A, json!({"tokens": {"refresh_token": null}}));
}

#[test]
fn a_refresh_token_of_another_library_that_is_not_rotated_is_spent_again_and_again() {
    let world = World::new();
    world.sign_in(A).unwrap();
    world.forget_issuers();
    unrotated(&world);
    for _ in 0..3 {
        world.clock.step(Duration::from_secs(3600));
        assert!(world.served(A, false).is_some(), "the same refresh token is good still");
        assert!(world.names_issuers(), "what the ID token has proven is noted before it names its issuer itself");
    }
    assert!(matches!(world.sign_out(A).unwrap().revocation, Revocation::Done));
}

#[test]
fn a_refresh_for_some_scopes_keeps_the_cached_token_of_the_others() {
    let world = World::new();
    world.sign_in(A).unwrap();
    world.forget_issuers();
    unrotated(&world);
    world.change(|stored| {
        let tokens = stored["AccessToken"].as_object_mut().unwrap();
        let mut other = tokens.values().next().unwrap().clone();
        other["secret"] = json!(format!("AT-other@{}", Internet::identity(A)));
        other["target"] = json!("other:read");
        other.as_object_mut().unwrap().remove("requested_scopes");
        tokens.insert("another".to_owned(), other);
    });
    assert!(world.served(A, true).is_some());
    let offline = SilentRequest { scopes: ScopeSet::parse("other:read"), offline: true, ..SilentRequest::default() };
    let token = world.at(A).acquire_token_silent(&offline).block_on().unwrap().access_token;
    assert!(token.expose().starts_with("AT-other@"));
    assert!(world.at(B).acquire_token_silent(&offline).block_on().is_err(), "it is nobody else's");
}

#[test]
fn two_issuers_on_one_host_with_the_same_subject_live_side_by_side() {
    let world = World::new();
    world.sign_in(A).unwrap();
    world.sign_in(B).unwrap();
    for authority in [A, B, A, B] {
        assert!(world.served(authority, false).is_some());
        assert!(world.served(authority, true).is_some());
    }
    let signed_out = world.sign_out(B).unwrap();
    assert!(matches!(signed_out.revocation, Revocation::Done), "{:?}", signed_out.revocation);
    assert!(world.token(B, false).is_err());
    assert!(world.served(A, true).is_some());
    assert!(world.sign_out(A).is_some());
    let left = world.stored().to_string();
    assert!(!left.contains("bob") && !left.contains("RT"), "{left}");
}

#[test]
fn a_hostile_issuer_that_copies_a_subject_gets_nothing_and_replaces_nothing() {
    let world = World::new();
    world.sign_in(A).unwrap();
    let before = world.served(A, false);
    // The authority claims to be the other one, in its metadata and in its ID token.
    world.odd(B, json!({"claims": {"iss": AUTHORITIES[A]}}));
    let mut hostile = world.at(B);
    hostile.registration.endpoints.issuer = Some(AUTHORITIES[A].to_owned());
    let request = SignInRequest { scopes: ScopeSet::parse("api:read"), ..SignInRequest::default() };
    PublicClient::from(hostile.clone()).sign_in_by_device_code(&request).block_on().unwrap();
    assert_eq!(world.served(A, false), before);
    world.forget_issuers_of(A);
    for _ in 0..2 {
        let token =
            hostile.acquire_token_silent(&SilentRequest { force_refresh: true, ..crate::world::request() }).block_on();
        assert!(token.unwrap().access_token.expose().ends_with(&Internet::identity(B)));
        assert!(world.served(A, true).is_some());
    }
    assert!(hostile.sign_out(&SignOutRequest { account: None, revoke: true }).block_on().unwrap().is_some());
    assert!(world.served(A, true).is_some());
}

#[test]
fn all_that_the_cache_holds_is_forgotten_and_only_the_own_revoked() {
    let world = World::new();
    world.sign_in(A).unwrap();
    world.sign_in(B).unwrap();
    let forgotten = world.at(A).forget_everything(true).block_on().unwrap();
    assert!(matches!(forgotten.revocation, Revocation::Done), "{:?}", forgotten.revocation);
    assert_eq!(forgotten.not_revoked, 1);
    let revoked = world.internet.seen.lock().unwrap().iter().filter(|seen| seen.contains("/revoke")).count();
    assert_eq!(revoked, 1);
    assert!(!world.stored().to_string().contains("RT"));
}

#[test]
fn an_entry_that_nothing_proves_is_neither_served_nor_spent_nor_revoked() {
    let world = World::new();
    world.sign_in(A).unwrap();
    world.forget_issuers();
    world.change(|stored| drop(stored.as_object_mut().unwrap().remove("IdToken")));
    let before = world.stored();
    for (authority, url) in AUTHORITIES.iter().enumerate() {
        assert_eq!(world.served(authority, false), None, "{url}");
        assert!(world.sign_out(authority).is_none());
    }
    assert_eq!(world.stored(), before);
    // Nor after a sign-in there, where the subject is the same.
    for authority in [A, B] {
        world.sign_in(authority).unwrap();
        assert!(world.served(authority, true).is_some());
        assert!(world.sign_out(authority).is_some());
    }
}

#[test]
fn an_id_token_of_another_issuer_than_the_metadata_name_is_refused_with_both() {
    let refused = |issuer: &str, iss: &str| {
        let world = World::new();
        world.odd(A, json!({"claims": {"iss": iss}}));
        let mut client = world.at(A);
        client.registration.endpoints.issuer = Some(issuer.to_owned());
        let request = SignInRequest { scopes: ScopeSet::parse("api:read"), ..SignInRequest::default() };
        match PublicClient::from(client.clone()).sign_in_by_device_code(&request).block_on() {
            Ok(_) => None,
            Err(AcquireError::WrongAuthority { message }) => {
                let mut has_any = false;
                world
                    .store
                    .load(&mut |bytes| {
                        has_any = String::from_utf8_lossy(bytes).contains("bob");
                        Validity::Whole
                    })
                    .unwrap();
                assert!(!has_any, "something was stored");
                Some(message)
            }
            Err(error) => panic!("{error}"),
        }
    };
    let message = refused(AUTHORITIES[A], AUTHORITIES[B]).unwrap();
    assert!(message.contains(AUTHORITIES[A]) && message.contains(AUTHORITIES[B]), "{message}");
    assert!(refused(AUTHORITIES[A], "https://evil.example").is_some());
    assert!(refused("https://idp.example.com", AUTHORITIES[A]).is_some());
    assert!(refused(AUTHORITIES[A], "").is_none(), "no issuer is no other issuer");
    assert!(refused(AUTHORITIES[A], &format!("{}/", AUTHORITIES[A])).is_none());
    assert!(refused("https://accounts.google.com", "accounts.google.com").is_none());
    assert!(refused("https://accounts.google.com", "https://accounts.google.com").is_none());
    assert!(refused("https://idp.example.com", "accounts.google.com").is_some());
}

#[test]
fn a_refresh_tells_the_new_name_of_a_user_but_makes_no_account() {
    let world = World::new();
    world.sign_in(A).unwrap();
    world.odd(A, json!({"claims": {"preferred_username": "robert@example.com"}}));
    let account = world.token(A, true).unwrap().account.unwrap();
    assert_eq!(account.username, "robert@example.com");
    assert_eq!(world.token(A, false).unwrap().account.unwrap().username, "robert@example.com");
    // Another program has removed the account and left the tokens.
    world.change(|stored| stored["Account"] = json!({}));
    let _ = world.token(A, true);
    assert_eq!(world.stored()["Account"], json!({}));
}

#[test]
fn numbers_name_people_as_texts_do() {
    let world = World::new();
    for (subject, username) in [(json!(1001), "ann"), (json!("1002"), "ben"), (json!(null), "cid"), (json!({}), "dan")]
    {
        world.odd(A, json!({"claims": {"sub": subject, "preferred_username": username, "oid": 7, "name": []}}));
        assert_eq!(world.sign_in(A).unwrap().account.username, username);
    }
    for username in ["ann", "ben", "cid", "dan"] {
        let request = SilentRequest { account: Some(username.to_owned()), ..request() };
        assert_eq!(world.at(A).acquire_token_silent(&request).block_on().unwrap().account.unwrap().username, username);
    }
    let request = SilentRequest { account: Some("1001".to_owned()), ..request() };
    assert_eq!(world.at(A).acquire_token_silent(&request).block_on().unwrap().account.unwrap().username, "ann");
}

#[test]
fn an_account_that_was_filed_by_its_subject_is_found_by_its_client_info_after_a_sign_in() {
    let world = World::new();
    world.sign_in(A).unwrap();
    let info = URL_SAFE_NO_PAD.encode(json!({"uid": "u", "utid": "t"}).to_string());
    world.odd(A, json!({"tokens": {"client_info": info}}));
    assert_eq!(
        world.token(A, true).unwrap().account.unwrap().home_account_id.as_str(),
        "bob",
        "a refresh keeps the account"
    );
    world.sign_in(A).unwrap();
    assert_eq!(world.token(A, false).unwrap().account.unwrap().home_account_id.as_str(), "u.t");
    let accounts = world.stored()["Account"].as_object().unwrap().len();
    assert_eq!(accounts, 1);
}
