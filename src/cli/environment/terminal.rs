//! The variables about the terminal and the screen.

use super::variables::variable;
use crate::output::Preferences;

/// Returns how the user wants to see text on a terminal.
pub(in crate::cli) fn preferences() -> Preferences {
    Preferences {
        // Without `TERM`, nothing says that the terminal has colours. The console of Windows needs to be switched to them.
        has_colours: cfg!(unix) && variable("TERM").is_some() && variable("NO_COLOR").is_none(),
        can_move: !is_terminal_dumb(),
        is_unicode: cfg!(windows) || is_locale_unicode(),
        is_read_out: variable("TOKCACHE_SCREEN_READER").is_some_and(|value| value != "0"),
    }
}

/// Whether the terminal says that it cannot move its cursor.
pub(in crate::cli) fn is_terminal_dumb() -> bool {
    variable("TERM").is_some_and(|kind| kind == "dumb")
}

/// Whether the locale has the encoding UTF-8 (POSIX, Base Definitions, chapter 8.2).
fn is_locale_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    let locale = locale.unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Whether the user is on another machine.
pub(in crate::cli) fn is_over_ssh() -> bool {
    variable("SSH_CONNECTION").or_else(|| variable("SSH_TTY")).is_some()
}

/// Whether a keyring could show a password prompt. On systems other than Linux, the system decides that.
pub(in crate::cli) fn has_screen() -> bool {
    !cfg!(target_os = "linux") || variable("DISPLAY").or_else(|| variable("WAYLAND_DISPLAY")).is_some()
}
