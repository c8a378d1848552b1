//! Prevents other programs from reading this process's memory, which holds secrets.

#[cfg(unix)]
pub(super) use system::show_to_successor;

pub use system::disable_core_dumps;

#[cfg(target_os = "linux")]
mod system {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};

    /// Disables core dumps of this process, whatever the limit and the collector, and denies other programs of this
    /// user the right to attach to it or read its memory (prctl(2), `PR_SET_DUMPABLE`).
    pub fn disable_core_dumps() {
        // The call cannot fail for a process's own flag.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }

    /// Does nothing: execve(2) resets the flag.
    pub(in super::super) fn show_to_successor() {}
}

#[cfg(all(unix, not(target_os = "linux")))]
mod system {
    use std::sync::OnceLock;

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    /// The limit before the change.
    static FORMER: OnceLock<Rlimit> = OnceLock::new();

    /// Disables core dumps of this process.
    pub fn disable_core_dumps() {
        let former = getrlimit(Resource::Core);
        // A process may always lower its own limit.
        if setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: former.maximum }).is_ok() {
            let _ = FORMER.set(former);
        }
    }

    /// Restores the limit before the process executes another program, which would inherit it.
    pub(in super::super) fn show_to_successor() {
        if let Some(former) = FORMER.get() {
            let _ = setrlimit(Resource::Core, former.clone());
        }
    }
}

#[cfg(not(unix))]
mod system {
    /// Does nothing on this system.
    pub fn disable_core_dumps() {}
}
