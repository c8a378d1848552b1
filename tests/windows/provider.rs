//! A provider on loopback that signs everybody in, rotates its only refresh token at every use, and ends the sign-in
//! when an old one is used again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokcache_core::time::{Clock as _, SystemClock};

use crate::support::provider as loopback;

pub(crate) struct Provider {
    server: loopback::Provider,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The number of rotations. The current refresh token is `RT-<turn>`.
    turn: usize,
    refreshes: usize,
    reused: bool,
    accepts_spent: bool,
    revoked: usize,
    lifetime: u64,
    delay: Duration,
}

impl Provider {
    /// Starts a provider whose access tokens have this lifetime in seconds.
    pub(crate) fn start(lifetime: u64) -> Self {
        let state = Arc::new(Mutex::new(State { lifetime, ..State::default() }));
        let shared = state.clone();
        let server = loopback::Provider::start(move |path, form| {
            let delay = shared.lock().unwrap().delay;
            SystemClock::new().sleep(delay);
            shared.lock().unwrap().answer(path, form)
        });
        Provider { server, state }
    }

    pub(crate) fn authority(&self) -> String {
        format!("{}/tenant", self.server.address())
    }

    /// Delays each answer.
    pub(crate) fn delay(&self, delay: Duration) {
        self.state.lock().unwrap().delay = delay;
    }

    /// Sets the lifetime of new access tokens in seconds.
    pub(crate) fn set_lifetime(&self, lifetime: u64) {
        self.state.lock().unwrap().lifetime = lifetime;
    }

    /// Accepts redeemed refresh tokens too, for tests that lose answers.
    pub(crate) fn accept_spent_tokens(&self) {
        self.state.lock().unwrap().accepts_spent = true;
    }

    pub(crate) fn refreshes(&self) -> usize {
        self.state.lock().unwrap().refreshes
    }

    pub(crate) fn revoked(&self) -> usize {
        self.state.lock().unwrap().revoked
    }

    #[track_caller]
    pub(crate) fn assert_nothing_was_spent_twice(&self) {
        assert!(!self.state.lock().unwrap().reused, "a spent refresh token came back");
    }
}

impl State {
    fn answer(&mut self, path: &str, form: &str) -> (u16, Value) {
        let field = |name: &str| form.split('&').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
        match path {
            "/tenant/device" => (200, loopback::device_authorization()),
            "/tenant/revoke" => {
                self.revoked += 1;
                (200, Value::Null)
            }
            _ if field("grant_type") == Some("refresh_token") => {
                let is_live = self.accepts_spent || field("refresh_token") == Some(&format!("RT-{}", self.turn));
                if self.reused || !is_live {
                    self.reused = true;
                    return (400, json!({ "error": "invalid_grant" }));
                }
                self.refreshes += 1;
                self.issue()
            }
            _ => self.issue(),
        }
    }

    fn issue(&mut self) -> (u16, Value) {
        self.turn += 1;
        let (access_token, refresh_token) = (format!("AT-{}", self.turn), format!("RT-{}", self.turn));
        let mut tokens = loopback::tokens();
        tokens["access_token"] = json!(access_token);
        tokens["refresh_token"] = json!(refresh_token);
        tokens["expires_in"] = json!(self.lifetime);
        tokens["scope"] = json!("notes");
        (200, tokens)
    }
}
