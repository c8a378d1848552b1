//! Reports panics, which are bugs, like other failures, with the location. The panic message is not shown, because it
//! may quote secrets: Rust's own message for an invalid slice index does.

use std::panic::{self, Location, UnwindSafe};
use std::process::{self, ExitCode};

use super::settings::Settings;
use super::{Exit, Failure, environment, fail};

/// Runs `command`. A panic ends the process with an error message and an exit code.
pub(super) fn guard(command: impl FnOnce() -> ExitCode + UnwindSafe) -> ExitCode {
    panic::set_hook(Box::new(|panic| {
        tell_of(panic.location());
        if cfg!(panic = "abort") {
            // Without this, the process would end with SIGABRT.
            process::exit(Exit::Unexpected as i32);
        }
    }));
    panic::catch_unwind(command).unwrap_or(ExitCode::from(Exit::Unexpected as u8))
}

fn tell_of(place: Option<&Location<'_>>) {
    let place = place.map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let message = format!("this is a bug in tokcache {}, at {place}: please report it", env!("CARGO_PKG_VERSION"));
    let failure = Failure::new(Exit::Unexpected, message).try_tokcache(["cache", "check"]);
    fail(&failure, environment::error_format_of(std::env::args_os()), &Settings::default());
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Output};

    use super::*;

    const CANARY: &str = "TOKCACHE_TESTS_CANARY";

    /// Runs the test below in a separate process that panics with a secret.
    fn panicking(test: &str) -> Output {
        let test = format!("cli::panic_hook::tests::{test}");
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", &test, "--ignored", "--nocapture"]).env("RUST_BACKTRACE", "full");
        command.env(CANARY, "é a secret").output().unwrap()
    }

    fn quote_a_secret() -> ExitCode {
        let secret = std::env::var(CANARY).unwrap();
        println!("{}", &secret[1..]);
        ExitCode::SUCCESS
    }

    #[test]
    #[ignore = "it is run by the test below"]
    fn a_guarded_panic() {
        assert_eq!(guard(quote_a_secret), ExitCode::from(1));
    }

    #[test]
    #[ignore = "it is run by the test below"]
    fn a_panic_of_a_guarded_programs_thread() {
        guard(|| {
            assert!(std::thread::spawn(quote_a_secret).join().is_err());
            ExitCode::SUCCESS
        });
    }

    #[test]
    #[ignore = "it is run by the test below"]
    fn a_panic_as_rust_tells_it() {
        quote_a_secret();
    }

    #[test]
    fn a_panic_says_where_it_was_and_not_what_it_was_about() {
        for test in ["a_guarded_panic", "a_panic_of_a_guarded_programs_thread"] {
            let output = panicking(test);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(said.contains("error: this is a bug in tokcache") && said.contains(file!()), "{said}");
            assert!(output.status.success() && !format!("{output:?}").contains("a secret"), "{output:?}");
        }
    }

    #[test]
    fn without_the_guard_the_secret_is_told() {
        assert!(format!("{:?}", panicking("a_panic_as_rust_tells_it")).contains("a secret"));
    }
}
