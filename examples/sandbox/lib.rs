//! A small OpenID provider on loopback for trying tokcache out. It needs no installation and no configuration.
//!
//! It signs anybody in as one of a few made-up people and takes any client with any secret, so it must never listen on
//! anything but loopback.

mod authorization;
mod code;
mod form;
mod id_token;
mod page;
mod people;
mod provider;
mod refusal;
mod routes;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tiny_http::{Header, Request, Response, Server};
use tokcache_core::time::{Clock, SystemClock};

use crate::provider::Provider;
use crate::routes::{Answer, Call};

/// Any error of the server.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The settings of the provider.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 selects a free one.
    pub port: u16,
    /// The time in seconds after which a device code is approved automatically.
    pub approve_after: Option<u64>,
    /// The delay of each token response.
    pub delay: Duration,
    /// The lifetime of access tokens, in seconds.
    pub lifetime: u64,
}

/// A provider. It listens from the start, and answers while [`serve`](Self::serve) runs.
#[derive(Clone)]
pub struct Sandbox {
    server: Arc<Server>,
    provider: Arc<Mutex<Provider>>,
    issuer: String,
    delay: Duration,
}

impl Sandbox {
    /// Starts to listen.
    ///
    /// # Errors
    /// The port is taken, or the system has no randomness.
    pub fn listen(options: &Options) -> Result<Self, Error> {
        let server = Server::http(("127.0.0.1", options.port))?;
        let issuer = format!("http://{}", server.server_addr().to_ip().ok_or("not an internet address")?);
        let provider = Provider::new(&issuer, options.approve_after, options.lifetime);
        let provider = provider.map_err(|_| "the system has no randomness")?;
        let (server, provider) = (Arc::new(server), Arc::new(Mutex::new(provider)));
        Ok(Sandbox { server, provider, issuer, delay: options.delay })
    }

    /// Returns the address, which is the authority for a sign-in.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Changes the lifetime of access tokens issued from now on, in seconds.
    pub fn set_lifetime(&self, seconds: u64) {
        lock(&self.provider).lifetime = seconds;
    }

    /// Revokes all tokens issued so far.
    pub fn revoke_everything(&self) {
        lock(&self.provider).revoke_everything();
    }

    /// Handles one request after the other, until the time is over or [`stop`](Self::stop) is called. Before each answer,
    /// `log` receives a line without secrets, so that a client with the answer finds the request in the log.
    ///
    /// # Errors
    /// The system cannot accept connections any more.
    pub fn serve(&self, time: Duration, log: impl Fn(&str)) -> io::Result<()> {
        let clock = SystemClock::new();
        while let Some(left) = time.checked_sub(clock.elapsed()) {
            let Some(request) = self.server.recv_timeout(left)? else { break };
            self.answer(request, &clock, &log);
        }
        Ok(())
    }

    /// Ends [`serve`](Self::serve).
    pub fn stop(&self) {
        self.server.unblock();
    }

    fn answer(&self, mut request: Request, clock: &SystemClock, log: &impl Fn(&str)) {
        if request.url() == "/token" {
            clock.sleep(self.delay);
        }
        let answer = match Call::read(&mut request) {
            Ok(call) => routes::answer(&mut lock(&self.provider), &call, clock.now()),
            Err(error) => Answer::text(400, format!("cannot read the request: {error}")),
        };
        answer.log.iter().for_each(|line| log(line));
        let mut response = Response::from_string(answer.body).with_status_code(answer.status);
        for (name, value) in answer.headers {
            if let Ok(header) = Header::from_bytes(name, value) {
                response.add_header(header);
            }
        }
        if let Err(error) = request.respond(response) {
            log(&format!("the client went away: {error}"));
        }
    }
}

fn lock(provider: &Mutex<Provider>) -> MutexGuard<'_, Provider> {
    provider.lock().unwrap_or_else(PoisonError::into_inner)
}
