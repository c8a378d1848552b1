//! The sandbox provider as a program: `cargo run --example sandbox`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its log is its standard output")]

use std::io::{self, BufRead};
use std::time::Duration;

use clap::Parser;
use tokcache_sandbox::{Error, Options, Sandbox};

/// Starts the provider, prints its address, then a line for each request.
///
/// Standard input controls it: `lifetime SECONDS` changes the lifetime of access tokens issued from then on, and the
/// end of the input stops it. As a background job of a shell it does not read the terminal.
#[derive(Parser)]
struct Arguments {
    /// The port on 127.0.0.1; 0 takes a free one.
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

fn main() -> Result<(), Error> {
    let arguments = Arguments::parse();
    let sandbox = Sandbox::listen(&Options {
        port: arguments.port,
        approve_after: arguments.approve_after,
        delay: Duration::from_millis(arguments.delay),
        lifetime: arguments.lifetime,
    })?;
    println!("sandbox: listening on {}", sandbox.issuer());
    obey_standard_input(sandbox.clone());
    sandbox.serve(Duration::from_secs(arguments.stop_after), |line| println!("sandbox: {line}"))?;
    Ok(())
}

fn obey_standard_input(sandbox: Sandbox) {
    if is_behind_a_terminal() {
        return;
    }
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            match line.strip_prefix("lifetime ").map(str::parse) {
                Some(Ok(seconds)) => {
                    sandbox.set_lifetime(seconds);
                    println!("sandbox: from now on: lifetime {seconds} s");
                }
                _ => eprintln!("sandbox: not understood; type: lifetime SECONDS"),
            }
        }
        sandbox.stop();
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
