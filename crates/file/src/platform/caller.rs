//! The user on whose behalf the program runs. Only the environment knows, so the program has to set it.

use std::path::PathBuf;
use std::sync::OnceLock;

/// The person who runs the program. Under `sudo`, that is not root.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The home folder (`HOME`).
    pub home: Option<PathBuf>,
    /// The user who ran `sudo` (`SUDO_UID`).
    pub sudo_user: Option<u32>,
}

static LOOK_UP: OnceLock<fn() -> Caller> = OnceLock::new();

/// Sets the function that determines the caller. It is called only if an owner matters. Only the first call of
/// `set_caller` has an effect.
pub fn set_caller(look_up: fn() -> Caller) {
    let _ = LOOK_UP.set(look_up);
}

/// Returns the caller; empty if the program has not set one.
#[cfg(unix)]
pub(super) fn caller() -> Caller {
    LOOK_UP.get().map(|look_up| look_up()).unwrap_or_default()
}
