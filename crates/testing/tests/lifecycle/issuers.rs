//! A token belongs to the authority that issued it. With any cache and any sign-ins, no authority gets a secret that
//! another one has issued, and no token is served for another authority.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pollster::FutureExt as _;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokcache_core::acquire::{
    AcquireError, AuthenticationResult, ClientApplication, InteractionRequired, PublicClient, Registration, Revocation,
    SignInRequest, SignOutRequest, SilentRequest, forget_everything,
};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Authority, Body, Endpoint, Endpoints, Http, Request, Response, TransportError};
use tokcache_core::store::{Change, MemoryStore, Partition, Validity};
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_file::LocalStore as _;
use tokcache_testing::SteppedClock;
use zeroize::Zeroizing;

use crate::world::request;

/// Authorities that the MSAL schema hardly distinguishes: most have the same host and the same first path segment.
const AUTHORITIES: [&str; 12] = [
    "https://idp.example.com/oauth2/default",
    "https://idp.example.com/oauth2/aus1",
    "https://idp.example.com:8443/oauth2/default",
    "https://idp.example.com/oauth2",
    "https://idp.example.com",
    "https://idp.example.com/adfs",
    "https://idp.example.com/tfp/contoso/b2c_1_in",
    "https://login.microsoftonline.com/contoso.com",
    "https://login.windows.net/organizations",
    "https://login.microsoftonline.com:8443/contoso.com",
    "https://login.microsoftonline.com/tfp/contoso/b2c_1_in",
    "https://contoso.ciamlogin.com/contoso.onmicrosoft.com",
];
const A: usize = 0;
const B: usize = 1;

/// All authorities and the secrets that each has issued. A secret names its issuer.
struct Internet {
    issued: AtomicU32,
    /// The claims that an authority changes in its ID token, or leaves out.
    odd: Mutex<BTreeMap<usize, Value>>,
    seen: Mutex<Vec<String>>,
}

impl Internet {
    fn identity(authority: usize) -> String {
        Authority::parse(AUTHORITIES[authority], None).unwrap().issuer().identity().unwrap().to_owned()
    }

    fn tokens(&self, authority: usize) -> Value {
        let number = self.issued.fetch_add(1, Ordering::Relaxed);
        let secret = |kind: &str| format!("{kind}-{number}@{}", Internet::identity(authority));
        let iss = match AUTHORITIES[authority] {
            url if url.contains("/tfp/") => url.to_owned(),
            url if url.contains("ciamlogin") => "https://contoso.ciamlogin.com/3f2c/v2.0".to_owned(),
            url if url.contains("microsoft") && !url.contains("8443") => "https://sts.windows.net/3f2c/".to_owned(),
            url => url.to_owned(),
        };
        // All users have the same name everywhere.
        let mut claims = json!({"iss": iss, "sub": "bob", "preferred_username": "bob@example.com"});
        let mut tokens = json!({"access_token": secret("AT"), "refresh_token": secret("RT"), "expires_in": 3600,
                                "scope": "api:read"});
        if let Some(odd) = self.odd.lock().unwrap().get(&authority) {
            for (name, value) in odd["claims"].as_object().into_iter().flatten() {
                claims[name] = value.clone();
            }
            for (name, value) in odd["tokens"].as_object().into_iter().flatten() {
                tokens[name] = value.clone();
            }
        }
        if tokens["id_token"] != json!("none") {
            tokens["id_token"] = json!(format!("e30.{}.e30", URL_SAFE_NO_PAD.encode(claims.to_string())));
        }
        tokens
    }

    /// Returns the authority of this endpoint.
    fn owner_of(url: &str) -> Option<usize> {
        let url = url.replace("/oauth2/v2.0/", "/");
        let (authority, _) = url.rsplit_once('/')?;
        AUTHORITIES.iter().position(|known| *known == authority)
    }
}

impl Internet {
    fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        let authority = Internet::owner_of(&request.url);
        let Body::Form(fields) = &request.body else { return Ok(answer(404, &json!({}))) };
        let authority = authority.unwrap_or_else(|| panic!("nobody is at {}", request.url));
        for (name, value) in fields {
            if matches!(name.as_ref(), "refresh_token" | "token" | "device_code") {
                let issued = format!("@{}", Internet::identity(authority));
                assert!(value.expose().ends_with(&issued), "{} was sent {}", request.url, value.expose());
                self.seen.lock().unwrap().push(format!("{}: {}", request.url, value.expose()));
            }
        }
        let name = request.url.rsplit('/').next().unwrap();
        Ok(match name {
            "device" | "devicecode" => answer(
                200,
                &json!({"device_code": format!("DC@{}", Internet::identity(authority)), "user_code": "U",
                        "verification_uri": "https://idp.example.com/go", "interval": 1}),
            ),
            "token" => answer(200, &self.tokens(authority)),
            _ => answer(200, &json!({})),
        })
    }
}

impl Http for Internet {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move { self.exchange(request) })
    }
}

fn answer(status: u16, body: &Value) -> Response {
    let body = Zeroizing::new(body.to_string().into_bytes());
    Response { status, body, retry_after: None, date: None, location: None }
}

struct World {
    internet: Internet,
    clock: std::sync::Arc<SteppedClock>,
    store: MemoryStore,
}

impl World {
    fn new() -> Self {
        let clock = std::sync::Arc::new(SteppedClock::default());
        let internet = Internet { issued: AtomicU32::new(1), odd: Mutex::default(), seen: Mutex::default() };
        World { internet, store: MemoryStore::new(), clock }
    }

    fn at(&self, authority: usize) -> ClientApplication<'_> {
        let url = AUTHORITIES[authority];
        let endpoint = |path: &str| Some(Endpoint::parse(&format!("{url}/{path}")).unwrap());
        let authority = Authority::parse(url, None).unwrap();
        let own = Endpoints {
            issuer: None,
            token: endpoint("token"),
            device_authorization: endpoint("device"),
            revocation: endpoint("revoke"),
            ..Endpoints::default()
        };
        let endpoints = authority.known_endpoints().unwrap_or_default().or(own);
        let registration = Registration { endpoints, ..Registration::new(authority, ClientId::new("app")) };
        ClientApplication {
            lock_timeout: Duration::from_secs(1),
            retry_within: Duration::ZERO,
            ..ClientApplication::new(registration, &self.store, &self.internet, self.clock.as_ref())
        }
    }

    fn sign_in(&self, authority: usize) -> Result<tokcache_core::acquire::SignedIn, AcquireError> {
        let request = SignInRequest { scopes: ScopeSet::parse("api:read"), ..SignInRequest::default() };
        PublicClient::from(self.at(authority)).sign_in_by_device_code(&request).block_on()
    }

    fn token(&self, authority: usize, force_refresh: bool) -> Result<AuthenticationResult, AcquireError> {
        self.at(authority).acquire_token_silent(&SilentRequest { force_refresh, ..request() }).block_on()
    }

    /// Returns the served token, after checking that this authority issued it.
    fn served(&self, authority: usize, force_refresh: bool) -> Option<String> {
        let token = self.token(authority, force_refresh).ok()?.access_token.expose().to_owned();
        assert!(token.ends_with(&format!("@{}", Internet::identity(authority))), "{authority}: {token}");
        Some(token)
    }

    fn sign_out(&self, authority: usize) -> Option<tokcache_core::acquire::SignedOut> {
        self.at(authority).sign_out(&SignOutRequest { account: None, revoke: true }).block_on().unwrap()
    }

    fn odd(&self, authority: usize, odd: Value) {
        self.internet.odd.lock().unwrap().insert(authority, odd);
    }

    fn stored(&self) -> Value {
        let mut stored = Value::Null;
        self.store
            .load(&mut |bytes| {
                stored = serde_json::from_slice(bytes).unwrap();
                Validity::Whole
            })
            .unwrap();
        stored
    }

    fn change(&self, change: impl Fn(&mut Value)) {
        let mut stored = self.stored();
        change(&mut stored);
        let text = stored.to_string().into_bytes();
        self.store.update(&mut |_| Change::Replace(text.clone().into())).unwrap();
    }

    /// Removes the issuers from all entries, as in caches of the MSAL libraries and of tokcache 0.1.
    fn forget_issuers(&self) {
        self.change(|stored| {
            for section in stored.as_object_mut().into_iter().flatten() {
                for (_, entry) in section.1.as_object_mut().into_iter().flatten() {
                    entry.as_object_mut().unwrap().remove("authority");
                }
            }
        });
    }

    fn names_issuers(&self) -> bool {
        let stored = self.stored();
        let sections = ["AccessToken", "RefreshToken", "IdToken", "Account"];
        sections.iter().all(|section| {
            stored[section].as_object().into_iter().flatten().all(|(_, entry)| entry["authority"].is_string())
        })
    }
}

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

impl World {
    /// Removes the issuer from one authority's entries.
    fn forget_issuers_of(&self, authority: usize) {
        self.change(|stored| {
            for section in stored.as_object_mut().into_iter().flatten() {
                for (_, entry) in section.1.as_object_mut().into_iter().flatten() {
                    if entry["authority"] == json!(Internet::identity(authority)) {
                        entry.as_object_mut().unwrap().remove("authority");
                    }
                }
            }
        });
    }
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

impl World {
    fn has_any(&self) -> bool {
        let mut has_any = false;
        let looked = self.store.load(&mut |bytes| {
            has_any = serde_json::from_slice::<Value>(bytes).is_ok_and(|stored| stored["RefreshToken"].is_object());
            Validity::Whole
        });
        looked.is_ok() && has_any
    }
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
