//! A small OpenID provider on loopback for trying tokcache out. It needs no installation and no configuration.
//!
//! It signs everybody in as the same made-up user, so it must only listen on loopback.
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
/// Standard input controls it: `lifetime SECONDS` changes the lifetime of access tokens issued from then on, and the
/// end of the input stops it. As a background job of a shell it does not read the terminal.
#[derive(Parser)]
struct Arguments {
    /// The port on 127.0.0.1; 0 selects a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Approve a device code automatically after this time. Opening the verification page approves it in any case.
    #[arg(long, value_name = "SECONDS")]
    approve_after: Option<u64>,
    /// Delay each token response, like a provider on the internet.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    delay: u64,
    /// The lifetime of access tokens.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    lifetime: u64,
    /// Stop after this time in any case.
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
    // Handles one request after the other, until the time is over or the server is stopped.
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
    // The log comes first, so that a client with the answer finds the request in the log.
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

/// Whether this is a background job of a shell, which would be stopped if it read the terminal.
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
