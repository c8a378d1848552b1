//! The progress of a long command, on one line of a terminal.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use tokcache_core::store::Store;
use tokcache_core::time::{Clock as _, SystemClock};

use super::pages;
use crate::output;

/// The time between two updates.
const INTERVAL: Duration = Duration::from_millis(200);

/// The time that counting the users in advance may take.
const COUNTING: Duration = Duration::from_secs(2);

/// The widths of a bar, in columns.
const NARROWEST: usize = 10;
const WIDEST: usize = 40;

/// Counts users. Prints nothing if stderr is not a terminal, or one that cannot overwrite a line.
pub(in crate::cli) struct Progress {
    clock: Arc<SystemClock>,
    /// Describes the users that were counted.
    done: &'static str,
    users: usize,
    total: Option<usize>,
    started_at: Duration,
    shown_at: Duration,
    is_shown: bool,
}

impl Progress {
    pub(in crate::cli) fn new(clock: Arc<SystemClock>, done: &'static str) -> Self {
        let now = clock.elapsed();
        let is_shown = output::can_print_over();
        Progress { clock, done, users: 0, total: None, started_at: now, shown_at: now, is_shown }
    }

    /// Sets the number of users to come, so that a bar can be shown.
    pub(in crate::cli) fn expect(&mut self, total: usize) {
        self.total = Some(total);
    }

    /// Counts the users to come, if somebody sees the progress. If that takes long or fails, there is no bar: the command
    /// itself reports the failure.
    pub(in crate::cli) fn expect_all_of(&mut self, store: &dyn Store) {
        if self.is_shown {
            self.total = self.counted(store);
            (self.started_at, self.shown_at) = (self.clock.elapsed(), self.clock.elapsed());
        }
    }

    fn counted(&self, store: &dyn Store) -> Option<usize> {
        let until = self.clock.elapsed() + COUNTING;
        let mut pages = pages(store).map(|page| Some(page.ok()?.len()).filter(|_| self.clock.elapsed() < until));
        pages.try_fold(0, |total, page| Some(total + page?))
    }

    /// Counts a user.
    pub(in crate::cli) fn step(&mut self) {
        self.users += 1;
        let now = self.clock.elapsed();
        if self.is_shown && now >= self.shown_at + INTERVAL {
            self.shown_at = now;
            let rate = per_second(self.users, now.saturating_sub(self.started_at));
            let line = line(self.done, self.users, self.total, rate, output::width_of_stderr());
            let _ = write!(io::stderr().lock(), "\r\x1b[K{line}");
        }
    }

    /// Prints a message in the place of the line.
    pub(in crate::cli) fn tell(&self, message: &str) {
        self.clear();
        output::tell(output::plain(message));
    }

    /// Removes the line, and returns the number of users in words.
    pub(in crate::cli) fn end(&mut self) -> String {
        self.clear();
        users(self.users)
    }

    fn clear(&self) {
        if self.is_shown {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}

/// Returns the line, which is shorter than `width`: the last column would start a new line on some terminals.
fn line(done: &str, number: usize, total: Option<usize>, rate: u64, width: usize) -> String {
    let fits = |text: &String| text.len() < width;
    let Some(total) = total.filter(|total| number <= *total) else {
        return [format!("{done}: {}", users(number)), number.to_string()].into_iter().find(fits).unwrap_or_default();
    };
    let count = format!("{done}: {number} of {}", users(total));
    let with_rate = format!("{count}, {rate}/s");
    let room = width.saturating_sub(with_rate.len() + " []".len() + 1).min(WIDEST);
    if room >= NARROWEST {
        let filled = "#".repeat(room * number / total.max(1));
        return format!("{with_rate} [{filled:<room$}]");
    }
    [with_rate, count, number.to_string()].into_iter().find(fits).unwrap_or_default()
}

fn per_second(number: usize, time: Duration) -> u64 {
    number as u64 * 1000 / u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1)
}

fn users(number: usize) -> String {
    if number == 1 { "1 user".to_owned() } else { format!("{number} users") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_the_share_of_the_users() {
        let shown = |number| line("copied", number, Some(1000), 350, 80);
        assert_eq!(shown(0), format!("copied: 0 of 1000 users, 350/s [{}]", " ".repeat(WIDEST)));
        assert_eq!(shown(500), format!("copied: 500 of 1000 users, 350/s [{}{}]", "#".repeat(20), " ".repeat(20)));
        assert_eq!(shown(1000), format!("copied: 1000 of 1000 users, 350/s [{}]", "#".repeat(WIDEST)));
    }

    #[test]
    fn a_line_never_reaches_the_last_column() {
        for width in 0..100 {
            for (number, total) in [(1, None), (7, Some(1)), (1, Some(1)), (0, Some(0)), (12_345, Some(100_000))] {
                let line = line("encrypted", number, total, 12_345, width);
                assert!(line.len() < width.max(1), "{line:?} in {width} columns");
            }
        }
    }

    #[test]
    fn without_a_total_there_is_a_count_without_a_bar() {
        assert_eq!(line("copied", 1, None, 350, 80), "copied: 1 user");
        assert_eq!(line("copied", 12, Some(11), 350, 80), "copied: 12 users", "users have come meanwhile");
    }

    #[test]
    fn a_rate_is_per_second() {
        assert_eq!(per_second(700, Duration::from_millis(3500)), 200);
        assert_eq!(per_second(1, Duration::ZERO), 1000);
    }
}
