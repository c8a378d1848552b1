//! Keeping other programs from reading this process's memory, which holds secrets.

#[cfg(unix)]
pub(super) use system::show_to_successor;

pub use system::disable_core_dumps;

#[cfg(target_os = "linux")]
mod system {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};

    /// Leaves this process's memory to itself and root: no core dump is made of it, however high the limit and whoever
    /// collects them, and no other program of this user can attach to it or read it (prctl(2), `PR_SET_DUMPABLE`).
    pub fn disable_core_dumps() {
        // For a process's own flag the call has no reason to fail.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }

    /// Nothing to do here: execve(2) takes the flag back.
    pub(in super::super) fn show_to_successor() {}
}

#[cfg(all(unix, not(target_os = "linux")))]
mod system {
    use std::sync::OnceLock;

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    /// The limit as it was.
    static FORMER: OnceLock<Rlimit> = OnceLock::new();

    /// Has the system make no core dump of this process.
    pub fn disable_core_dumps() {
        let former = getrlimit(Resource::Core);
        // Lowering one's own limit is always allowed.
        if setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: former.maximum }).is_ok() {
            let _ = FORMER.set(former);
        }
    }

    /// Gives the limit back, before the process becomes another program, which would inherit it.
    pub(in super::super) fn show_to_successor() {
        if let Some(former) = FORMER.get() {
            let _ = setrlimit(Resource::Core, former.clone());
        }
    }
}

#[cfg(not(unix))]
mod system {
    /// Nothing is done here.
    pub fn disable_core_dumps() {}
}
