//! A provider on loopback that rotates its only refresh token at every use, and revokes the sign-in for good when an
//! old one is used again. To applications and platforms, it issues tokens without a refresh token.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::provider as loopback;

/// The secret of a client that the provider has registered.
pub(crate) const REGISTERED_SECRET: &str = "made-up";

pub(crate) struct Provider {
    server: loopback::Provider,
    state: Arc<Mutex<State>>,
}

/// A wrong answer, or a late one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spoiled {
    /// The end of the path.
    pub(crate) place: &'static str,
    pub(crate) status: u16,
    pub(crate) body: &'static str,
    pub(crate) pause: Duration,
}

#[derive(Default)]
struct State {
    /// The number of rotations. The current secret is `RT-<turn>`.
    turn: usize,
    /// The number of tokens without a refresh token. The last one is `OT-<issued>`.
    issued: usize,
    /// Whether the code of a device or a browser was redeemed. It is valid once (RFC 8628 §3.5, RFC 6749 §4.1.2).
    redeemed: bool,
    revoked: bool,
    /// The answer in the place of the right ones.
    spoiled: Option<Spoiled>,
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
            if let Some(spoiled) = state.spoiled.filter(|spoiled| path.ends_with(spoiled.place)) {
                #[expect(clippy::disallowed_methods, reason = "a slow provider")]
                std::thread::sleep(spoiled.pause);
                return (spoiled.status, Value::String(spoiled.body.to_owned()));
            }
            match path.rsplit('/').next().unwrap() {
                "device" => {
                    state.redeemed = false;
                    (200, loopback::device_authorization())
                }
                "revoke" => {
                    state.signed_out.extend(field("token").map(str::to_owned));
                    (200, Value::Null)
                }
                "par" => {
                    state.redeemed = false;
                    loopback::pushed(form, "code")
                }
                "register" => (
                    201,
                    json!({
                        "client_id": "registered", "client_secret": REGISTERED_SECRET,
                        "token_endpoint_auth_method": "client_secret_post"
                    }),
                ),
                _ if path.contains(".well-known") => (404, Value::Null),
                _ if field("device_code").is_some() || field("code").is_some() => sign_in(state),
                _ if field("refresh_token").is_some() => spend(field("refresh_token"), state),
                // The identity provider's assertion for another authorization server.
                _ if field("requested_token_type").is_some_and(|kind| kind.ends_with("id-jag")) => {
                    (200, json!({ "access_token": "assertion", "token_type": "N_A", "expires_in": 60 }))
                }
                _ if path.starts_with("/metadata/") || field("grant_type").is_some() => issue(state),
                _ => (401, Value::Null),
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

    /// Returns the number of tokens without a refresh token.
    pub(crate) fn issued(&self) -> usize {
        self.state.lock().unwrap().issued
    }

    /// Gives this answer to every request from now on, or the right one again.
    pub(crate) fn spoil(&self, spoiled: Option<Spoiled>) {
        self.state.lock().unwrap().spoiled = spoiled;
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

/// Answers an application, or a platform.
fn issue(state: &mut State) -> (u16, Value) {
    state.issued += 1;
    (200, json!({ "access_token": format!("OT-{}", state.issued), "token_type": "Bearer", "expires_in": 3600 }))
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
