//! Everything that depends on the operating system.
//!
//! Tested on Linux, and on Windows under Wine. The macOS parts are only type-checked.

mod caller;
#[cfg(unix)]
mod descriptor;
mod folder_lock;
mod interruption;
mod locked;
mod memory;
mod process;
#[cfg(unix)]
mod process_end;
#[cfg(unix)]
mod signals;
mod system_calls;
mod temporary;
mod terminal;
mod trusted;
#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as system;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as system;

pub use caller::{Caller, set_caller};
#[cfg(unix)]
pub use descriptor::{FullPipe, SecretPipe, inherited};
pub use folder_lock::FolderLock;
pub use interruption::{Interruption, outlast_signals};
pub(crate) use locked::LockedBytes;
pub use memory::disable_core_dumps;
pub use process::{Forwarding, end_like, exec, exit_code, spawn};
#[cfg(unix)]
pub use process::{detach, own_program};
#[cfg(unix)]
pub use process_end::ProcessEnd;
#[cfg(unix)]
pub use signals::{ignores_signal, is_in_foreground, own_user, send_signal};
pub(crate) use system::{
    Identity, check_owner, create_new, identity, identity_at, is_mounted_alone, is_no_locks_here, is_open_to_others,
    is_passing, is_private, keep_owner, lets_others_replace, narrow_mode, open_itself, open_to_read, open_to_write,
    process_may_hold, read_itself, reserve, reserve_growth,
};
pub use system::{
    check_not_of_everybody, check_way, create_folder, exposure, is_full, is_writable, names_in, network_file_system,
    sync_folder, weak_places,
};
pub(crate) use temporary::TEMPORARY_TAIL;
pub use temporary::create_temporary;
pub use terminal::read_password;
pub use trusted::{Distrust, bytes, read_bounded, read_secret, read_trusted};
