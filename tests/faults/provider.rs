//! A provider on loopback that rotates its one refresh token at every use, and revokes the sign-in for good when a
//! spent one returns.

use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tiny_http::{Header, Request, Response, Server};

/// It answers until it is dropped.
pub(crate) struct Provider {
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
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
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let (served, shared) = (server.clone(), state.clone());
        let thread = std::thread::spawn(move || {
            for request in served.incoming_requests() {
                answer(request, &shared);
            }
        });
        Provider { server, thread: Some(thread), state }
    }

    pub(crate) fn authority(&self) -> String {
        format!("http://{}", self.server.server_addr())
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

impl Drop for Provider {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn answer(mut request: Request, state: &Mutex<State>) {
    let mut form = String::new();
    // A client may go away in the middle: that is what these tests are about.
    if request.as_reader().read_to_string(&mut form).is_err() {
        return;
    }
    let spent = form.split('&').find_map(|field| field.strip_prefix("refresh_token="));
    let (status, body) = spend(spent, &mut state.lock().unwrap());
    let json = Header::from_bytes("Content-Type", "application/json").unwrap();
    let _ = request.respond(Response::from_string(body).with_status_code(status).with_header(json));
}

fn spend(refresh_token: Option<&str>, state: &mut State) -> (u16, String) {
    if state.revoked || refresh_token != Some(&format!("RT-{}", state.turn)) {
        state.revoked = true;
        return (400, r#"{"error":"invalid_grant"}"#.to_owned());
    }
    state.turn += 1;
    let turn = state.turn;
    let body = format!(
        r#"{{"access_token":"AT-{turn}","token_type":"Bearer","expires_in":3600,"refresh_token":"RT-{turn}","scope":"notes"}}"#
    );
    (200, body)
}
