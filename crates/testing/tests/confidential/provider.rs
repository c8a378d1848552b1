//! An OpenID provider in memory: it signs ID tokens, rotates refresh tokens, and ends a sign-in whose refresh token returns.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{FieldValue, Http, Request, Response, TransportError};
use tokcache_core::store::mutex::locked;
use tokcache_core::time::Clock;

pub(crate) const ISSUER: &str = "https://idp.example.com";
pub(crate) const CLIENT: &str = "web";

/// The provider, by what it knows.
pub(crate) struct Provider {
    clock: Arc<dyn Clock>,
    /// How long a token request takes.
    pub(crate) time: Duration,
    state: Mutex<State>,
    numbers: AtomicU64,
}

struct State {
    key: SigningKey,
    /// The codes that were not redeemed, with the user and the nonce.
    codes: BTreeMap<String, (String, String)>,
    /// The refresh tokens that are valid, with the user.
    refresh_tokens: BTreeMap<String, String>,
    /// The requests of each grant type, and for the keys.
    requests: BTreeMap<String, usize>,
    /// Changes the claims of the next ID tokens.
    forge: fn(&mut Value),
    is_down: bool,
}

struct SigningKey {
    id: String,
    pair: EcdsaKeyPair,
}

impl SigningKey {
    fn new(id: &str) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        SigningKey { id: id.to_owned(), pair }
    }

    fn public(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let coordinate = |range| BASE64_URL_SAFE_NO_PAD.encode(&point[range]);
        json!({"kty": "EC", "crv": "P-256", "kid": self.id, "use": "sig", "alg": "ES256",
               "x": coordinate(1..33), "y": coordinate(33..65)})
    }

    fn sign(&self, claims: &Value) -> String {
        let header = json!({"alg": "ES256", "kid": self.id});
        let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}

impl Provider {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let state = State {
            key: SigningKey::new("first"),
            codes: BTreeMap::new(),
            refresh_tokens: BTreeMap::new(),
            requests: BTreeMap::new(),
            forge: |_| {},
            is_down: false,
        };
        Provider { clock, time: Duration::ZERO, state: Mutex::new(state), numbers: AtomicU64::new(0) }
    }

    /// The user approves the request of this URL. Returns the query that the browser brings back.
    pub(crate) fn approve(&self, url: &str, user: &str) -> String {
        let parameter = |name: &str| {
            let query = url.split_once('?').unwrap().1;
            query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap().to_owned()
        };
        let code = format!("code-{}", self.next());
        locked(&self.state).codes.insert(code.clone(), (user.to_owned(), parameter("nonce")));
        format!("code={code}&state={}&iss=https%3A%2F%2Fidp.example.com", parameter("state"))
    }

    pub(crate) fn requests(&self, kind: &str) -> usize {
        locked(&self.state).requests.get(kind).copied().unwrap_or_default()
    }

    /// Signs with another key from now on.
    pub(crate) fn rotate_keys(&self) {
        locked(&self.state).key = SigningKey::new(&format!("key-{}", self.next()));
    }

    pub(crate) fn forge(&self, forge: fn(&mut Value)) {
        locked(&self.state).forge = forge;
    }

    pub(crate) fn go_down(&self, is_down: bool) {
        locked(&self.state).is_down = is_down;
    }

    pub(crate) fn is_signed_in(&self, user: &str) -> bool {
        locked(&self.state).refresh_tokens.values().any(|owner| owner == user)
    }

    fn next(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::SeqCst)
    }

    fn tokens(&self, state: &mut State, user: &str, nonce: Option<&str>) -> Value {
        let number = self.next();
        let refresh_token = format!("RT-{user}-{number}");
        state.refresh_tokens.insert(refresh_token.clone(), user.to_owned());
        let now = self.clock.now().0;
        let mut claims = json!({"iss": ISSUER, "aud": CLIENT, "sub": user, "iat": now, "exp": now + 300,
                                "preferred_username": format!("{user}@example.com"), "nonce": nonce});
        (state.forge)(&mut claims);
        json!({"access_token": format!("AT-{user}-{number}"), "token_type": "Bearer", "expires_in": 3600,
               "refresh_token": refresh_token, "id_token": state.key.sign(&claims), "scope": "api.read"})
    }

    fn answer(&self, request: &Request) -> (u16, Value) {
        let mut state = locked(&self.state);
        let path = request.url.strip_prefix(ISSUER).unwrap();
        let field = |name: &str| {
            let form = request.form();
            form.and_then(|form| form.get(name)).map(FieldValue::expose).unwrap_or_default().to_owned()
        };
        let kind = if path == "/token" { field("grant_type") } else { path.to_owned() };
        *state.requests.entry(kind.clone()).or_default() += 1;
        if state.is_down {
            return (503, json!({}));
        }
        let refused = || (400, json!({"error": "invalid_grant"}));
        match kind.as_str() {
            "/.well-known/openid-configuration" => (
                200,
                json!({"issuer": ISSUER, "authorization_endpoint": format!("{ISSUER}/authorize"),
                       "token_endpoint": format!("{ISSUER}/token"), "jwks_uri": format!("{ISSUER}/jwks"),
                       "end_session_endpoint": format!("{ISSUER}/logout"),
                       "revocation_endpoint": format!("{ISSUER}/revoke"),
                       "authorization_response_iss_parameter_supported": true}),
            ),
            "/jwks" => (200, json!({"keys": [state.key.public()]})),
            "/revoke" => {
                state.refresh_tokens.remove(&field("token"));
                (200, json!({}))
            }
            _ if field("client_secret") != "hush" => (401, json!({"error": "invalid_client"})),
            "authorization_code" => match state.codes.remove(&field("code")) {
                Some((user, nonce)) => (200, self.tokens(&mut state, &user, Some(&nonce))),
                None => refused(),
            },
            "refresh_token" => match state.refresh_tokens.remove(&field("refresh_token")) {
                Some(user) => (200, self.tokens(&mut state, &user, None)),
                None => {
                    let user = field("refresh_token").split('-').nth(1).unwrap().to_owned();
                    state.refresh_tokens.retain(|_, owner| *owner != user);
                    refused()
                }
            },
            "client_credentials" => (
                200,
                json!({"access_token": format!("APP-{}-{}", field("scope"), self.next()), "token_type": "Bearer",
                       "expires_in": 3600}),
            ),
            "urn:ietf:params:oauth:grant-type:token-exchange" => {
                let caller = field("subject_token");
                (
                    200,
                    json!({"access_token": format!("OBO-{caller}-{}", self.next()), "token_type": "Bearer",
                           "expires_in": 3600, "issued_token_type": "urn:ietf:params:oauth:token-type:access_token"}),
                )
            }
            _ => (404, json!({})),
        }
    }
}

impl Http for Provider {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let (status, body) = self.answer(request);
            if request.url.ends_with("/token") {
                self.clock.delay(self.time).await;
            }
            let body = body.to_string().into_bytes().into();
            Ok(Response { status, body, retry_after: None, date: None, location: None })
        })
    }
}
