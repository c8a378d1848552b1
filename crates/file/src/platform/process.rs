//! Executes a command in place of this process, or beside it.

use std::io;
use std::process::{Command, ExitCode, ExitStatus};

#[cfg(unix)]
pub use unix::{Forwarding, detach, end_like, exec, own_program, spawn};
#[cfg(not(unix))]
pub use windows::{Forwarding, end_like, exec, spawn};

/// Returns the exit code of a program. A signal is 128 and its number, as in shells.
pub fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| signal + 128);
    #[cfg(not(unix))]
    let signal = None;
    let code = status.code().or(signal);
    code.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

#[cfg(unix)]
mod unix {
    use super::{Command, ExitCode, ExitStatus, exit_code, io};
    use std::os::unix::process::{CommandExt, ExitStatusExt};
    use std::path::PathBuf;
    use std::process::Child;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use rustix::process::setsid;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::flag;
    use signal_hook::low_level::emulate_default_handler;

    use crate::platform::memory::show_to_successor;
    use crate::platform::signals::{ignored_signals, send_signal};
    use crate::platform::system_calls::keep_broken_pipe_ignored;

    /// Replaces this process by `command`, which then has the caller's terminal, signals and exit status.
    ///
    /// # Errors
    /// The command cannot be started. Otherwise this function does not return.
    pub fn exec(mut command: Command) -> io::Result<ExitCode> {
        show_to_successor();
        keep_broken_pipe_ignored(&mut command);
        Err(command.exec())
    }

    /// Starts a program of the user beside this process, with the caller's terminal and ignored signals. `Command::spawn`
    /// is for the programs that this one needs itself.
    ///
    /// # Errors
    /// The command cannot be started.
    pub fn spawn(command: &mut Command) -> io::Result<Child> {
        keep_broken_pipe_ignored(command);
        command.spawn()
    }

    /// Puts this process into a session of its own, without a terminal.
    pub fn detach() {
        // Fails for the leader of a process group, which a child is not.
        let _ = setsid();
    }

    /// Returns the path of the program that runs, even if its file was replaced.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn own_program() -> io::Result<PathBuf> {
        if cfg!(target_os = "linux") { Ok(PathBuf::from("/proc/self/exe")) } else { std::env::current_exe() }
    }

    /// Passes the signals that ask this process to end on to a child, unless this process ignores them. The terminal
    /// itself sends its signals to both.
    pub struct Forwarding {
        received: Arc<AtomicUsize>,
        /// Whether a signal ends this process again.
        is_over: Arc<AtomicBool>,
    }

    impl Forwarding {
        /// Postpones the end of this process by a signal until the child has ended.
        pub fn begin() -> Forwarding {
            let (received, is_over) = (Arc::default(), Arc::default());
            // Only Linux is asked.
            let ignored = ignored_signals().unwrap_or(u64::MAX);
            for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM].into_iter().filter(|it| ignored & 1 << (it - 1) == 0) {
                // If the system refuses, the signal keeps its default effect.
                let _ = flag::register_usize(signal, Arc::clone(&received), signal as usize)
                    .and_then(|_| flag::register_conditional_default(signal, Arc::clone(&is_over)));
            }
            Forwarding { received, is_over }
        }

        /// Passes on the signal that has arrived since the last call. The child must not have been waited for.
        pub fn pass_on(&self, child: &Child) {
            if let Ok(signal @ 1..) = i32::try_from(self.received.swap(0, Ordering::SeqCst)) {
                let _ = send_signal(child, signal);
            }
        }
    }

    impl Drop for Forwarding {
        /// Lets signals end this process again, also one that has come too late for the child.
        fn drop(&mut self) {
            self.is_over.store(true, Ordering::SeqCst);
            if let Ok(signal @ 1..) = i32::try_from(self.received.load(Ordering::SeqCst)) {
                let _ = emulate_default_handler(signal);
            }
        }
    }

    /// Ends this process by the same signal as a program, or returns the program's exit code.
    pub fn end_like(status: ExitStatus) -> ExitCode {
        if let Some(signal) = status.signal() {
            let _ = emulate_default_handler(signal);
        }
        exit_code(status)
    }
}

#[cfg(not(unix))]
mod windows {
    use super::{Command, ExitCode, ExitStatus, exit_code, io};
    use std::process::Child;

    /// Runs `command` and returns its exit status. This system cannot replace a process.
    ///
    /// # Errors
    /// The command cannot be started.
    pub fn exec(mut command: Command) -> io::Result<ExitCode> {
        Ok(exit_code(command.status()?))
    }

    /// Starts a program of the user beside this process.
    ///
    /// # Errors
    /// The command cannot be started.
    pub fn spawn(command: &mut Command) -> io::Result<Child> {
        command.spawn()
    }

    /// Does nothing: the console itself sends its signals to both processes.
    pub struct Forwarding;

    impl Forwarding {
        /// Does nothing.
        pub fn begin() -> Forwarding {
            Forwarding
        }

        /// Does nothing.
        pub fn pass_on(&self, _child: &Child) {}
    }

    /// Returns the exit code of a program.
    pub fn end_like(status: ExitStatus) -> ExitCode {
        exit_code(status)
    }
}
