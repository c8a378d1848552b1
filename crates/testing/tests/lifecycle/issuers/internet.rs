//! Many authorities, and a user who signs in at them with one cache.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pollster::FutureExt as _;
use serde_json::{Value, json};
use tokcache_core::acquire::{
    AcquireError, AuthenticationResult, ClientApplication, PublicClient, Registration, SignInRequest, SignOutRequest,
    SignedIn, SignedOut, SilentRequest,
};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Authority, Body, Endpoint, Endpoints, Http, Request, Response, TransportError};
use tokcache_core::store::{Change, MemoryStore, Validity};
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_file::LocalStore as _;
use tokcache_testing::SteppedClock;
use zeroize::Zeroizing;

use crate::world::request;

/// Authorities that the MSAL schema hardly distinguishes: most have the same host and the same first path segment.
pub(super) const AUTHORITIES: [&str; 12] = [
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
pub(super) const A: usize = 0;
pub(super) const B: usize = 1;

/// All authorities and the secrets that each has issued. A secret names its issuer.
pub(super) struct Internet {
    issued: AtomicU32,
    /// The claims that an authority changes in its ID token, or leaves out.
    pub(super) odd: Mutex<BTreeMap<usize, Value>>,
    pub(super) seen: Mutex<Vec<String>>,
}

impl Internet {
    pub(super) fn identity(authority: usize) -> String {
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

pub(super) struct World {
    pub(super) internet: Internet,
    pub(super) clock: Arc<SteppedClock>,
    pub(super) store: MemoryStore,
}

impl World {
    pub(super) fn new() -> Self {
        let clock = Arc::new(SteppedClock::default());
        let internet = Internet { issued: AtomicU32::new(1), odd: Mutex::default(), seen: Mutex::default() };
        World { internet, store: MemoryStore::new(), clock }
    }

    pub(super) fn at(&self, authority: usize) -> ClientApplication<'_> {
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

    pub(super) fn sign_in(&self, authority: usize) -> Result<SignedIn, AcquireError> {
        let request = SignInRequest { scopes: ScopeSet::parse("api:read"), ..SignInRequest::default() };
        PublicClient::from(self.at(authority)).sign_in_by_device_code(&request).block_on()
    }

    pub(super) fn token(&self, authority: usize, force_refresh: bool) -> Result<AuthenticationResult, AcquireError> {
        self.at(authority).acquire_token_silent(&SilentRequest { force_refresh, ..request() }).block_on()
    }

    /// Returns the served token, after checking that this authority issued it.
    pub(super) fn served(&self, authority: usize, force_refresh: bool) -> Option<String> {
        let token = self.token(authority, force_refresh).ok()?.access_token.expose().to_owned();
        assert!(token.ends_with(&format!("@{}", Internet::identity(authority))), "{authority}: {token}");
        Some(token)
    }

    pub(super) fn sign_out(&self, authority: usize) -> Option<SignedOut> {
        self.at(authority).sign_out(&SignOutRequest { account: None, revoke: true }).block_on().unwrap()
    }

    pub(super) fn odd(&self, authority: usize, odd: Value) {
        self.internet.odd.lock().unwrap().insert(authority, odd);
    }

    pub(super) fn stored(&self) -> Value {
        let mut stored = Value::Null;
        self.store
            .load(&mut |bytes| {
                stored = serde_json::from_slice(bytes).unwrap();
                Validity::Whole
            })
            .unwrap();
        stored
    }

    pub(super) fn change(&self, change: impl Fn(&mut Value)) {
        let mut stored = self.stored();
        change(&mut stored);
        let text = stored.to_string().into_bytes();
        self.store.update(&mut |_| Change::Replace(text.clone().into())).unwrap();
    }

    /// Removes the issuers from all entries, as in caches of the MSAL libraries and of tokcache 0.1. An entry of unknown
    /// issuer keeps its mark: tokcache writes the mark when the evidence is gone, and no library removes a field.
    pub(super) fn forget_issuers(&self) {
        self.forget_issuers_if(|authority| authority != "unknown");
    }

    pub(super) fn names_issuers(&self) -> bool {
        let stored = self.stored();
        let sections = ["AccessToken", "RefreshToken", "IdToken", "Account"];
        sections.iter().all(|section| {
            stored[section].as_object().into_iter().flatten().all(|(_, entry)| entry["authority"].is_string())
        })
    }

    /// Removes the issuer from one authority's entries.
    pub(super) fn forget_issuers_of(&self, authority: usize) {
        self.forget_issuers_if(|named| named == Internet::identity(authority));
    }

    fn forget_issuers_if(&self, is_forgotten: impl Fn(&str) -> bool) {
        self.change(|stored| {
            for section in stored.as_object_mut().into_iter().flatten() {
                for (_, entry) in section.1.as_object_mut().into_iter().flatten() {
                    if entry["authority"].as_str().is_some_and(&is_forgotten) {
                        entry.as_object_mut().unwrap().remove("authority");
                    }
                }
            }
        });
    }

    pub(super) fn has_any(&self) -> bool {
        let mut has_any = false;
        let looked = self.store.load(&mut |bytes| {
            has_any = serde_json::from_slice::<Value>(bytes).is_ok_and(|stored| stored["RefreshToken"].is_object());
            Validity::Whole
        });
        looked.is_ok() && has_any
    }
}
