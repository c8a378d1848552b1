use std::net::IpAddr;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tiny_http::{Method, Request, Response, Server};
use tokcache_core::store::mutex::locked;

use crate::provider::{ISSUER, Rotation};

/// A provider that rotates refresh tokens, on a port of its own.
pub struct ProviderServer {
    server: Arc<Server>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    rotation: Rotation,
    time: Duration,
    /// The host that has sent the first request.
    first: Mutex<Option<IpAddr>>,
    is_silent: Mutex<bool>,
    spoken: Condvar,
}

impl ProviderServer {
    /// Starts a provider on loopback that takes `time` for each answer about tokens.
    pub fn start(time: Duration) -> Self {
        ProviderServer::start_at("127.0.0.1", time)
    }

    /// Starts a provider at this address.
    pub fn start_at(address: &str, time: Duration) -> Self {
        let server = Arc::new(Server::http((address, 0)).expect("a free port"));
        let (rotation, spoken) = (Rotation::default(), Condvar::new());
        let shared = Shared { rotation, time, first: Mutex::default(), is_silent: Mutex::default(), spoken };
        let shared = Arc::new(shared);
        let (accepting, answering) = (Arc::clone(&server), Arc::clone(&shared));
        let thread = std::thread::spawn(move || {
            for request in accepting.incoming_requests() {
                let shared = Arc::clone(&answering);
                std::thread::spawn(move || shared.answer(request));
            }
        });
        ProviderServer { server, shared, thread: Some(thread) }
    }

    /// Returns the authority.
    pub fn authority(&self) -> String {
        format!("http://{}/tenant", self.server.server_addr())
    }

    /// Returns the address and the port.
    pub fn address(&self) -> String {
        self.server.server_addr().to_string()
    }

    /// Returns the refresh tokens.
    pub fn rotation(&self) -> &Rotation {
        &self.shared.rotation
    }

    /// Returns the host that has sent the first request, once there is one.
    pub fn first_client(&self) -> Option<IpAddr> {
        *locked(&self.shared.first)
    }

    /// Answers no request for the metadata until it is told to speak. The authority in the metadata is [`ISSUER`].
    pub fn be_silent(&self, is_silent: bool) {
        *locked(&self.shared.is_silent) = is_silent;
        self.shared.spoken.notify_all();
    }
}

impl Drop for ProviderServer {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    #[expect(clippy::disallowed_methods, reason = "the time of a real server")]
    fn answer(&self, mut request: Request) {
        locked(&self.first).get_or_insert_with(|| request.remote_addr().expect("an address").ip());
        let (status, body) = if *request.method() == Method::Get {
            drop(self.spoken.wait_while(locked(&self.is_silent), |is_silent| *is_silent));
            (200, serde_json::json!({"issuer": ISSUER, "token_endpoint": format!("{ISSUER}/token")}))
        } else {
            let mut form = String::new();
            // The client may have ended.
            if request.as_reader().read_to_string(&mut form).is_err() {
                return;
            }
            let sent = form.split('&').find_map(|field| field.strip_prefix("refresh_token="));
            let answer = self.rotation.redeem(sent.unwrap_or_default());
            std::thread::sleep(self.time);
            answer
        };
        let _ = request.respond(Response::from_string(body.to_string()).with_status_code(status));
    }
}
