//! What differs by operating system, behind one small interface: everything else is written once.
//!
//! Proven on Linux; the macOS and Windows parts are written for and compiled.

mod process;
#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as system;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as system;

pub use process::become_command;
pub use system::exposure;
pub(crate) use system::{
    Identity, create_folder, create_new, identity, identity_at, is_no_locks_here, is_passing, keep_owner, narrow_mode,
    open_itself, open_secret, process_has_lived_since, reserve, sync_folder,
};
