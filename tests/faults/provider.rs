//! A provider on loopback that rotates its one refresh token at every use, and revokes the sign-in for good when a
//! spent one returns.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::provider as loopback;

pub(crate) struct Provider {
    server: loopback::Provider,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// How often the refresh token was rotated; its current secret is `RT-<turn>`.
    turn: usize,
    revoked: bool,
}

impl Provider {
    pub(crate) fn start() -> Self {
        Provider::answering_after(|| {})
    }

    /// One that does this before each answer.
    pub(crate) fn answering_after(pause: impl Fn() + Send + 'static) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        let server = loopback::Provider::start(move |_path, form| {
            pause();
            let spent = form.split('&').find_map(|field| field.strip_prefix("refresh_token="));
            spend(spent, &mut shared.lock().unwrap())
        });
        Provider { server, state }
    }

    pub(crate) fn authority(&self) -> String {
        self.server.address()
    }

    /// How often the refresh token was rotated.
    pub(crate) fn turn(&self) -> usize {
        self.state.lock().unwrap().turn
    }

    /// Whether a spent refresh token has come back.
    pub(crate) fn is_revoked(&self) -> bool {
        self.state.lock().unwrap().revoked
    }

    /// Forgets what happened: `RT-0` is the live refresh token.
    pub(crate) fn reset(&self) {
        *self.state.lock().unwrap() = State::default();
    }
}

fn spend(refresh_token: Option<&str>, state: &mut State) -> (u16, Value) {
    if state.revoked || refresh_token != Some(&format!("RT-{}", state.turn)) {
        state.revoked = true;
        return (400, json!({ "error": "invalid_grant" }));
    }
    state.turn += 1;
    let (access_token, refresh_token) = (format!("AT-{}", state.turn), format!("RT-{}", state.turn));
    let tokens = json!({
        "access_token": access_token, "token_type": "Bearer", "expires_in": 3600, "refresh_token": refresh_token,
        "scope": "notes"
    });
    (200, tokens)
}
