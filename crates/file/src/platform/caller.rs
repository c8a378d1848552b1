//! For whom the program runs, which only the environment tells, and so only the program.

use std::path::PathBuf;
use std::sync::OnceLock;

/// The person that the program runs for. Under `sudo` this is another user than root.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The home folder (`HOME`).
    pub home: Option<PathBuf>,
    /// The user who ran `sudo` (`SUDO_UID`).
    pub sudo_user: Option<u32>,
}

static LOOK_UP: OnceLock<fn() -> Caller> = OnceLock::new();

/// Says how to find out who the caller is; asked only where an owner matters. The first answer counts.
pub fn set_caller(look_up: fn() -> Caller) {
    let _ = LOOK_UP.set(look_up);
}

/// The caller; nobody in a program that does not say.
#[cfg(unix)]
pub(super) fn caller() -> Caller {
    LOOK_UP.get().map(|look_up| look_up()).unwrap_or_default()
}
