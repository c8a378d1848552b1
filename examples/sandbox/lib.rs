//! A small OpenID provider on loopback, to try tokcache with: nothing to install, nothing to configure.
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

/// How the provider behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Approves a device code by itself after so many seconds.
    pub approve_after: Option<u64>,
    /// How long every token request takes, as at a provider on the internet.
    pub delay: Duration,
    /// How long an access token lives, in seconds.
    pub lifetime: u64,
}

/// The provider, which listens from the start, and answers while [`serve`](Self::serve) runs.
#[derive(Clone)]
pub struct Sandbox {
    server: Arc<Server>,
    provider: Arc<Mutex<Provider>>,
    issuer: String,
    delay: Duration,
}

impl Sandbox {
    /// Listens.
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

    /// Returns the address, which is the authority to sign in at.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Changes how long the access tokens live that are issued from now on, in seconds.
    pub fn set_lifetime(&self, seconds: u64) {
        lock(&self.provider).lifetime = seconds;
    }

    /// Signs everybody out: no token that was issued before is good any more.
    pub fn revoke_everything(&self) {
        lock(&self.provider).revoke_everything();
    }

    /// Answers one request after the other for so long, or until [`stop`](Self::stop). `log` is shown a line for each
    /// request, without a secret, before the answer is sent.
    ///
    /// # Errors
    /// The system does not let it listen any longer.
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
