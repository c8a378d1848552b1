//! A provider of many users that rotates refresh tokens, and ends a sign-in when an old refresh token is used again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::{Value, json};

use crate::support::provider as loopback;

pub(crate) struct Provider {
    server: loopback::Provider,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The user who approves the next device code.
    user: String,
    /// The lifetime of the tokens of the next sign-in.
    lifetime: u64,
    /// The time that a refresh takes.
    pause: Duration,
    /// The number of the valid refresh token of each user.
    valid: HashMap<String, usize>,
    /// Whether a refresh was requested.
    asked: bool,
    refreshes: usize,
    revoked: Vec<String>,
    reused: Vec<String>,
}

impl Provider {
    pub(crate) fn start() -> Self {
        let state = Arc::new(Mutex::new(State { lifetime: 3600, ..State::default() }));
        let shared = Arc::clone(&state);
        let server = loopback::Provider::start(move |path, form| answer(&shared, path, form));
        Provider { server, state }
    }

    pub(crate) fn authority(&self) -> String {
        format!("{}/tenant", self.server.address())
    }

    /// Sets who approves the next device code, and the lifetime of the tokens in seconds.
    pub(crate) fn expect(&self, user: &str, lifetime: u64) {
        let mut state = self.state.lock().unwrap();
        (state.user, state.lifetime) = (user.to_owned(), lifetime);
    }

    /// Sets the time that a refresh takes.
    pub(crate) fn refresh_takes(&self, pause: Duration) {
        self.state.lock().unwrap().pause = pause;
    }

    /// Whether a refresh was requested, which may wait for its answer.
    pub(crate) fn is_asked(&self) -> bool {
        self.state.lock().unwrap().asked
    }

    pub(crate) fn refreshes(&self) -> usize {
        self.state.lock().unwrap().refreshes
    }

    pub(crate) fn revoked(&self) -> Vec<String> {
        self.state.lock().unwrap().revoked.clone()
    }

    /// Checks that nobody has used an old refresh token.
    pub(crate) fn assert_no_sign_in_was_lost(&self) {
        assert_eq!(self.state.lock().unwrap().reused, Vec::<String>::new());
    }
}

#[expect(clippy::disallowed_methods, reason = "the time of a real server")]
fn answer(shared: &Mutex<State>, path: &str, form: &str) -> (u16, Value) {
    let field = |name: &str| form.split('&').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
    let mut state = shared.lock().unwrap();
    match path.rsplit('/').next().unwrap() {
        "device" => (200, loopback::device_authorization()),
        "revoke" => {
            state.revoked.push(field("token").unwrap().to_owned());
            (200, Value::Null)
        }
        _ if field("device_code").is_some() => {
            let (user, lifetime) = (state.user.clone(), state.lifetime);
            (200, state.tokens(&user, lifetime))
        }
        _ => {
            state.asked = true;
            let pause = state.pause;
            drop(state);
            std::thread::sleep(pause);
            let mut state = shared.lock().unwrap();
            let sent = field("refresh_token").unwrap().to_owned();
            let (user, number) = sent.strip_prefix("canary-RT-").unwrap().rsplit_once('-').unwrap();
            state.refreshes += 1;
            if state.valid.get(user) != number.parse().ok().as_ref() {
                state.reused.push(sent);
                return (400, json!({ "error": "invalid_grant" }));
            }
            (200, state.tokens(user, 3600))
        }
    }
}

impl State {
    fn tokens(&mut self, user: &str, lifetime: u64) -> Value {
        let number = self.valid.entry(user.to_owned()).or_default();
        *number += 1;
        let claims = json!({ "sub": id(user), "preferred_username": name(user) });
        json!({
            "access_token": format!("canary-AT-{user}-{number}"), "refresh_token": format!("canary-RT-{user}-{number}"),
            "token_type": "Bearer", "expires_in": lifetime, "scope": "notes.read",
            "id_token": format!("e30.{}.", BASE64_URL_SAFE_NO_PAD.encode(claims.to_string())),
        })
    }
}

/// Returns the subject of a user, which is the home account id.
pub(crate) fn id(user: &str) -> String {
    format!("{user}-id")
}

/// Returns the user name of a user.
pub(crate) fn name(user: &str) -> String {
    format!("{user}@example.com")
}
