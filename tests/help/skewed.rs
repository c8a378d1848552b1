//! A provider whose clock differs from this machine's.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tiny_http::{Header, Response, Server};

use crate::support::provider::tokens;

/// A provider that answers until it is dropped.
pub(crate) struct Skewed {
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
}

impl Skewed {
    /// Starts a provider whose clock is behind by this time.
    pub(crate) fn behind(by: Duration) -> Skewed {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let (serving, address) = (server.clone(), format!("http://{}", server.server_addr()));
        let thread = std::thread::spawn(move || {
            for request in serving.incoming_requests() {
                let body = match request.url().ends_with("/openid-configuration") {
                    true => metadata(&address),
                    false => tokens(),
                };
                let date = Header::from_bytes("Date", date(by)).unwrap();
                let _ = request.respond(Response::from_string(body.to_string()).with_header(date));
            }
        });
        Skewed { server, thread: Some(thread) }
    }

    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.server.server_addr())
    }
}

impl Drop for Skewed {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn metadata(address: &str) -> Value {
    json!({
        "issuer": format!("{address}/tenant"),
        "token_endpoint": format!("{address}/tenant/token"),
        "device_authorization_endpoint": format!("{address}/tenant/device"),
    })
}

/// Returns the time of that clock as in a `Date` header (RFC 9110 §5.6.7).
#[expect(clippy::disallowed_methods, reason = "compared with the clock of the program")]
fn date(behind: Duration) -> String {
    let then = SystemTime::now() - behind;
    let seconds = i64::try_from(then.duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let then = time::OffsetDateTime::from_unix_timestamp(seconds).unwrap();
    let (day, month) = (then.weekday().to_string(), then.month().to_string());
    let clock = format!("{:02}:{:02}:{:02}", then.hour(), then.minute(), then.second());
    format!("{}, {:02} {} {} {clock} GMT", &day[..3], then.day(), &month[..3], then.year())
}
