//! The progress of a long command, on one line of a terminal.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use tokcache_core::time::{Clock as _, SystemClock};

/// The time between two updates.
const INTERVAL: Duration = Duration::from_millis(200);

/// Counts users. Prints nothing if stderr is not a terminal.
pub(super) struct Progress {
    clock: Arc<SystemClock>,
    /// Describes the users that were counted.
    done: &'static str,
    users: usize,
    shown_at: Duration,
    is_on_terminal: bool,
}

impl Progress {
    pub(super) fn new(clock: Arc<SystemClock>, done: &'static str) -> Self {
        let shown_at = clock.elapsed();
        Progress { clock, done, users: 0, shown_at, is_on_terminal: io::stderr().is_terminal() }
    }

    /// Counts a user.
    pub(super) fn step(&mut self) {
        self.users += 1;
        let now = self.clock.elapsed();
        if self.is_on_terminal && now >= self.shown_at + INTERVAL {
            self.shown_at = now;
            let _ = write!(io::stderr().lock(), "\r{}: {}", self.done, users(self.users));
        }
    }

    /// Removes the line, and returns the number of users in words.
    pub(super) fn end(&mut self) -> String {
        if self.is_on_terminal {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
        users(self.users)
    }
}

fn users(number: usize) -> String {
    if number == 1 { "1 user".to_owned() } else { format!("{number} users") }
}
