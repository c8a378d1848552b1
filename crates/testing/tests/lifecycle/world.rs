//! The environment of a sign-in: a scripted server, a clock, a store, and an observer that records messages.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use pollster::FutureExt as _;
use serde_json::{Value, json};
use tokcache_core::acquire::{
    AcquireError, AuthenticationResult, ClientApplication, Observer, PublicClient, Registration, RotatedToken,
    SignInRequest, SilentRequest, Source,
};
use tokcache_core::cache::MinValid;
use tokcache_core::oauth::{Authority, DeviceAuthorization, Endpoint, Endpoints, RequestError};
use tokcache_core::store::{Change, Holder, MemoryStore, Partition, Store, StoreError, Update};
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_testing::SteppedClock;

use crate::scripted_server::{ScriptedServer, Want, want};

pub(crate) const ISSUER: &str = "https://idp.example.com/tenant";

/// The environment of a test.
pub(crate) struct Life {
    pub(crate) server: ScriptedServer,
    pub(crate) clock: Arc<SteppedClock>,
    pub(crate) store: Box<dyn Store>,
    pub(crate) people: People,
    pub(crate) authority: &'static str,
}

/// Records the messages for people.
#[derive(Default)]
pub(crate) struct People {
    pub(crate) told: Mutex<Vec<String>>,
}

impl Observer for People {
    fn device_code_issued(&self, authorization: &DeviceAuthorization) {
        self.told.lock().unwrap().push(format!("code {}", authorization.user_code));
    }

    fn scopes_refused(&self, scopes: &ScopeSet) {
        self.told.lock().unwrap().push(format!("refused {scopes}"));
    }

    fn refresh_failed_using_cached(&self, _failure: &AcquireError) {
        self.told.lock().unwrap().push("served despite".to_owned());
    }

    fn waiting_for(&self, holder: &Holder) {
        self.told.lock().unwrap().push(format!("waiting for {holder}"));
    }

    fn not_saved(&self, _failure: &StoreError, successor: &RotatedToken) {
        self.told.lock().unwrap().push(format!("not saved: {successor:?}"));
    }

    fn saved_again(&self) {
        self.told.lock().unwrap().push("saved again".to_owned());
    }

    fn retrying(&self, _failure: &RequestError, pause: Duration) {
        self.told.lock().unwrap().push(format!("again after {} ms", pause.as_millis()));
    }

    fn endpoints_moved(&self, _endpoints: &Endpoints) {
        self.told.lock().unwrap().push("moved".to_owned());
    }

    fn clock_differs(&self, ahead: i64) {
        self.told.lock().unwrap().push(format!("{ahead} s ahead"));
    }
}

impl Life {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(SteppedClock::default());
        let store = Box::new(MemoryStore::new());
        Life { server: ScriptedServer::new(), store, clock, people: People::default(), authority: ISSUER }
    }

    pub(crate) fn client(&self) -> ClientApplication<'_> {
        let endpoint = |path: &str| Some(Endpoint::parse(&format!("{ISSUER}/{path}")).unwrap());
        let registration = Registration {
            endpoints: Endpoints {
                issuer: Some(ISSUER.to_owned()),
                token: endpoint("token"),
                device_authorization: endpoint("device"),
                revocation: endpoint("revoke"),
                ..Endpoints::default()
            },
            ..Registration::new(Authority::parse(self.authority, None).unwrap(), ClientId::new("app"))
        };
        ClientApplication {
            observer: &self.people,
            ..ClientApplication::new(registration, self.store.as_ref(), &self.server, self.clock.as_ref())
        }
    }

    pub(crate) fn sign_in(&self, first_tokens: Value) {
        self.sign_in_at(&self.client(), first_tokens);
    }

    pub(crate) fn sign_in_at(&self, client: &ClientApplication<'_>, first_tokens: Value) {
        self.server.expects([
            want("/device", [("client_id", "app")]).and_answer(
                200,
                &json!({"device_code": "DC", "user_code": "WDJB-MJHT", "verification_uri": "https://idp.example.com/go",
                        "expires_in": 600, "interval": 5}),
            ),
            poll().and_answer(400, &json!({"error": "authorization_pending"})),
            poll().and_answer(400, &json!({"error": "slow_down"})),
            poll().and_answer(200, &first_tokens),
        ]);
        let request = SignInRequest { scopes: ScopeSet::parse("api:read"), ..SignInRequest::default() };
        PublicClient::from(client.clone()).sign_in_by_device_code(&request).block_on().unwrap();
        self.server.assert_finished();
    }

    pub(crate) fn token(&self) -> Result<AuthenticationResult, AcquireError> {
        self.token_for(request())
    }

    pub(crate) fn token_for(&self, request: SilentRequest) -> Result<AuthenticationResult, AcquireError> {
        let result = self.client().acquire_token_silent(&request).block_on();
        self.server.assert_finished();
        result
    }

    /// Returns the messages since the last call.
    pub(crate) fn told(&self) -> Vec<String> {
        std::mem::take(&mut self.people.told.lock().unwrap())
    }

    pub(crate) fn stored(&self) -> String {
        let mut stored = String::new();
        self.change(|text| {
            stored = text.clone();
            text
        });
        stored
    }

    /// Changes the document as another program would.
    pub(crate) fn change(&self, mut change: impl FnMut(String) -> String + Send) {
        let mut change = |bytes: Option<&[u8]>| {
            let text = String::from_utf8(bytes.unwrap_or_default().to_vec()).unwrap();
            Change::Replace(change(text).into_bytes().into())
        };
        self.store.update(&Partition::whole(), Update::default(), &mut change).block_on().unwrap();
    }
}

pub(crate) fn request() -> SilentRequest {
    SilentRequest {
        scopes: ScopeSet::parse("api:read"),
        account: None,
        min_valid: MinValid::Default,
        force_refresh: false,
        offline: false,
        ..SilentRequest::default()
    }
}

pub(crate) fn poll() -> Want {
    want("/token", [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", "DC")])
}

pub(crate) fn refresh_with(refresh_token: &str) -> Want {
    want("/token", [("grant_type", "refresh_token"), ("refresh_token", refresh_token), ("client_id", "app")])
}

/// Returns tokens with a lifetime of an hour, to be refreshed after half of it. The ID token has the subject `bob`.
pub(crate) fn tokens(number: u32) -> Value {
    json!({"access_token": format!("AT-{number}"), "token_type": "Bearer", "expires_in": 3600, "refresh_in": 1800,
           "refresh_token": format!("RT-{number}"), "scope": "api:read openid",
           "id_token": "e30.eyJzdWIiOiJib2IiLCJwcmVmZXJyZWRfdXNlcm5hbWUiOiJib2JAZXhhbXBsZS5jb20ifQ.e30"})
}

pub(crate) fn served(outcome: Result<AuthenticationResult, AcquireError>) -> (String, Source) {
    let outcome = outcome.unwrap();
    (outcome.access_token.expose().to_owned(), outcome.source)
}
