//! An API on loopback that wants a token.

use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tiny_http::{Response, Server};

/// An API that answers until it is dropped.
pub(crate) struct Api {
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
    seen: Arc<Mutex<Vec<Option<String>>>>,
}

impl Api {
    /// Starts an API that has notes for this token.
    pub(crate) fn start(token: &str) -> Api {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (serving, recorded, expected) = (server.clone(), seen.clone(), format!("Bearer {token}"));
        let thread = std::thread::spawn(move || {
            for request in serving.incoming_requests() {
                assert_eq!(request.url(), "/notes");
                let header = request.headers().iter().find(|header| header.field.equiv("Authorization"));
                let header = header.map(|header| header.value.as_str().to_owned());
                let is_known = header.as_ref() == Some(&expected);
                recorded.lock().unwrap().push(header);
                let (status, body) = if is_known { (200, r#"{"notes":[]}"#) } else { (401, "who are you?") };
                let _ = request.respond(Response::from_string(body).with_status_code(status));
            }
        });
        Api { server, thread: Some(thread), seen }
    }

    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.server.server_addr())
    }

    /// Returns the `Authorization` headers of all requests so far.
    pub(crate) fn seen(&self) -> Vec<Option<String>> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}
