use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tiny_http::{Request, Response, Server};

use crate::provider::Rotation;

/// A provider that rotates refresh tokens, on a loopback port.
pub struct ProviderServer {
    server: Arc<Server>,
    rotation: Arc<Rotation>,
    thread: Option<JoinHandle<()>>,
}

impl ProviderServer {
    /// Starts a provider that takes `time` for each answer.
    pub fn start(time: Duration) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").expect("a free port"));
        let rotation = Arc::new(Rotation::default());
        let (accepting, answering) = (Arc::clone(&server), Arc::clone(&rotation));
        let thread = std::thread::spawn(move || {
            for request in accepting.incoming_requests() {
                let rotation = Arc::clone(&answering);
                std::thread::spawn(move || answer(request, &rotation, time));
            }
        });
        ProviderServer { server, rotation, thread: Some(thread) }
    }

    /// Returns the authority.
    pub fn authority(&self) -> String {
        format!("http://{}/tenant", self.server.server_addr())
    }

    /// Returns the refresh tokens.
    pub fn rotation(&self) -> &Rotation {
        &self.rotation
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

#[expect(clippy::disallowed_methods, reason = "the time of a real server")]
fn answer(mut request: Request, rotation: &Rotation, time: Duration) {
    let mut form = String::new();
    // The client may have ended.
    if request.as_reader().read_to_string(&mut form).is_err() {
        return;
    }
    let sent = form.split('&').find_map(|field| field.strip_prefix("refresh_token="));
    let (status, body) = rotation.redeem(sent.unwrap_or_default());
    std::thread::sleep(time);
    let _ = request.respond(Response::from_string(body.to_string()).with_status_code(status));
}
