//! A small OpenID provider on loopback, to try tokcache with: nothing to install, nothing to configure.
//!
//! Anybody who asks is signed in as the same made-up user, so it must never listen on anything but loopback.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its log is its standard output")]

mod id_token;
mod provider;
mod routes;

use std::io::{self, BufRead};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clap::Parser;
use tiny_http::{Header, Request, Response, Server};
use tokcache_core::time::{Clock, SystemClock};

use crate::provider::Provider;
use crate::routes::{Answer, Call};

/// Starts the provider, prints its address, then a line for each request.
///
/// Standard input is its remote control: `lifetime SECONDS` changes how long the access tokens live that are issued
/// from then on, and the end of the input stops it. As a background job of a shell it does not read the terminal.
#[derive(Parser)]
struct Arguments {
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Approve a device code by itself after so many seconds. Opening the verification page approves it in any case.
    #[arg(long, value_name = "SECONDS")]
    approve_after: Option<u64>,
    /// Take so long over every token request, as a provider on the internet does.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    delay: u64,
    /// How long an access token lives.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    lifetime: u64,
    /// Stop after so many seconds, whatever happens.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    stop_after: u64,
}

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let arguments = Arguments::parse();
    let server = Arc::new(Server::http(("127.0.0.1", arguments.port))?);
    let address = server.server_addr().to_ip().ok_or("not an internet address")?;
    let issuer = format!("http://{address}");
    let provider = Provider::new(&issuer, arguments.approve_after, arguments.lifetime);
    let provider = provider.map_err(|_| "the system has no randomness")?;
    let provider = Arc::new(Mutex::new(provider));
    println!("sandbox: listening on {issuer}");
    obey_standard_input(Arc::clone(&server), Arc::clone(&provider));
    let delay = Duration::from_millis(arguments.delay);
    let clock = SystemClock::new();
    // One request after the other, until the time is over or the server is told to stop.
    while let Some(left) = Duration::from_secs(arguments.stop_after).checked_sub(clock.elapsed()) {
        let Some(request) = server.recv_timeout(left)? else { break };
        serve(request, &provider, &clock, delay);
    }
    Ok(())
}

fn serve(mut request: Request, provider: &Mutex<Provider>, clock: &SystemClock, delay: Duration) {
    if request.url() == "/token" {
        clock.sleep(delay);
    }
    let answer = match Call::read(&mut request) {
        Ok(call) => routes::answer(&mut lock(provider), &call, clock.now()),
        Err(error) => Answer::text(400, format!("cannot read the request: {error}")),
    };
    // The log comes first, so that whoever has the answer finds the request in the log.
    for line in &answer.log {
        println!("sandbox: {line}");
    }
    let mut response = Response::from_string(answer.body).with_status_code(answer.status);
    if let Ok(header) = Header::from_bytes("Content-Type", answer.content_type) {
        response.add_header(header);
    }
    if let Err(error) = request.respond(response) {
        eprintln!("sandbox: the client went away: {error}");
    }
}

fn obey_standard_input(server: Arc<Server>, provider: Arc<Mutex<Provider>>) {
    if is_behind_a_terminal() {
        return;
    }
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            match line.strip_prefix("lifetime ").map(str::parse) {
                Some(Ok(seconds)) => {
                    lock(&provider).lifetime = seconds;
                    println!("sandbox: from now on: lifetime {seconds} s");
                }
                _ => eprintln!("sandbox: not understood; type: lifetime SECONDS"),
            }
        }
        server.unblock();
    });
}

/// Whether this is a background job of a shell: it would be stopped as soon as it read the terminal.
#[cfg(unix)]
fn is_behind_a_terminal() -> bool {
    rustix::termios::tcgetpgrp(io::stdin()).is_ok_and(|foreground| foreground != rustix::process::getpgrp())
}

#[cfg(not(unix))]
fn is_behind_a_terminal() -> bool {
    false
}

fn lock(provider: &Mutex<Provider>) -> MutexGuard<'_, Provider> {
    provider.lock().unwrap_or_else(PoisonError::into_inner)
}
