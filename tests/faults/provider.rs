//! A provider on loopback that rotates its only refresh token at every use, and revokes the sign-in for good when an
//! old one is used again.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::provider as loopback;

pub(crate) struct Provider {
    server: loopback::Provider,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The number of rotations. The current secret is `RT-<turn>`.
    turn: usize,
    /// Whether the device code was redeemed. It is valid once (RFC 8628 §3.5).
    redeemed: bool,
    revoked: bool,
    /// The refresh tokens that their user has revoked.
    signed_out: Vec<String>,
}

impl Provider {
    pub(crate) fn start() -> Self {
        Provider::answering_after(|| {})
    }

    /// Starts a provider that calls `pause` before each answer.
    pub(crate) fn answering_after(pause: impl Fn() + Send + 'static) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        let server = loopback::Provider::start(move |path, form| {
            pause();
            let field = |name: &str| form.split('&').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
            let state = &mut shared.lock().unwrap();
            match path.rsplit('/').next().unwrap() {
                "device" => {
                    state.redeemed = false;
                    (200, loopback::device_authorization())
                }
                "revoke" => {
                    state.signed_out.extend(field("token").map(str::to_owned));
                    (200, Value::Null)
                }
                _ if field("device_code").is_some() => sign_in(state),
                _ => spend(field("refresh_token"), state),
            }
        });
        Provider { server, state }
    }

    pub(crate) fn authority(&self) -> String {
        self.server.address()
    }

    /// Returns the number of rotations.
    pub(crate) fn turn(&self) -> usize {
        self.state.lock().unwrap().turn
    }

    /// Whether an old refresh token was used again.
    pub(crate) fn is_revoked(&self) -> bool {
        self.state.lock().unwrap().revoked
    }

    /// Accepts the last refresh token again, although an old one was used.
    pub(crate) fn forgive(&self) {
        self.state.lock().unwrap().revoked = false;
    }

    /// Whether the user has revoked this refresh token.
    pub(crate) fn is_signed_out(&self, refresh_token: &str) -> bool {
        self.state.lock().unwrap().signed_out.iter().any(|revoked| revoked == refresh_token)
    }

    /// Resets the provider: `RT-0` is the valid refresh token.
    pub(crate) fn reset(&self) {
        *self.state.lock().unwrap() = State::default();
    }
}

fn spend(refresh_token: Option<&str>, state: &mut State) -> (u16, Value) {
    if state.revoked || refresh_token != Some(&format!("RT-{}", state.turn)) {
        state.revoked = true;
        return (400, json!({ "error": "invalid_grant" }));
    }
    next_tokens(state)
}

/// Answers a new sign-in.
fn sign_in(state: &mut State) -> (u16, Value) {
    if std::mem::replace(&mut state.redeemed, true) {
        return (400, json!({ "error": "invalid_grant" }));
    }
    state.revoked = false;
    next_tokens(state)
}

fn next_tokens(state: &mut State) -> (u16, Value) {
    state.turn += 1;
    let (access_token, refresh_token) = (format!("AT-{}", state.turn), format!("RT-{}", state.turn));
    let tokens = json!({
        "access_token": access_token, "token_type": "Bearer", "expires_in": 3600, "refresh_token": refresh_token,
        "scope": "notes"
    });
    (200, tokens)
}
