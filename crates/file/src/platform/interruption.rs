//! Putting off the end that a person or the system asks for.

pub use system::Interruption;
pub(super) use system::survive_size_limit;

#[cfg(unix)]
mod system {
    use std::os::raw::c_int;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::{Arc, Once};

    use signal_hook::consts::{
        SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ,
    };
    use signal_hook::flag;
    use signal_hook::low_level::emulate_default_handler;

    /// The signals that would end this process, and that others send: a person, a supervisor, a batch system before the
    /// time of a job is over. SIGABRT and the like come from a fault of the process itself, and are left alone.
    const SIGNALS: [c_int; 10] =
        [SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU];

    /// Ends this process by a signal when its work allows it, or when it is asked a second time.
    pub struct Interruption {
        may_end: Arc<AtomicBool>,
        /// The signal that has come.
        asked_by: Arc<AtomicUsize>,
        listening: Once,
    }

    impl Default for Interruption {
        fn default() -> Self {
            Interruption { may_end: Arc::default(), asked_by: Arc::default(), listening: Once::new() }
        }
    }

    impl Interruption {
        /// From here on, the end can wait.
        pub fn put_off(&self) {
            self.may_end.store(false, Ordering::SeqCst);
            self.listening.call_once(|| {
                let ignored = ignored_signals();
                for signal in SIGNALS.into_iter().filter(|signal| ignored & 1 << (signal - 1) == 0) {
                    // In this order: one that comes in between is noted, and a second one ends the process. Where the
                    // system refuses, the process ends as it always did.
                    let _ = flag::register_usize(signal, Arc::clone(&self.asked_by), signal as usize)
                        .and_then(|_| flag::register_conditional_default(signal, Arc::clone(&self.may_end)))
                        .and_then(|_| flag::register(signal, Arc::clone(&self.may_end)));
                }
            });
        }

        /// From here on, it cannot: ends the process if that was asked for meanwhile.
        pub fn allow(&self) {
            self.may_end.store(true, Ordering::SeqCst);
            let asked_by = self.asked_by.load(Ordering::SeqCst);
            if asked_by != 0 {
                let _ = emulate_default_handler(asked_by as c_int);
            }
        }
    }

    /// The signals that do not end this process, as a mask. A shell's background jobs ignore Ctrl-C, and what `nohup`
    /// starts the end of the terminal; what was told to ignore a signal has to go on (proc_pid_status(5), `SigIgn`).
    /// Where that cannot be known, all stays as it is.
    fn ignored_signals() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(u64::MAX)
    }

    /// Makes a write beyond the limit on the size of files (`ulimit -f`) fail, instead of ending the process: what has
    /// to be told or kept elsewhere then can be.
    pub(in crate::platform) fn survive_size_limit() {
        static DONE: Once = Once::new();
        // Where the system refuses, the process ends as it always did.
        DONE.call_once(|| drop(flag::register(SIGXFSZ, Arc::default())));
    }
}

#[cfg(not(unix))]
mod system {
    /// Does nothing: not written for this system yet.
    #[derive(Default)]
    pub struct Interruption;

    impl Interruption {
        /// Does nothing.
        pub fn put_off(&self) {}

        /// Does nothing.
        pub fn allow(&self) {}
    }

    /// Does nothing: there is no such limit.
    pub(in crate::platform) fn survive_size_limit() {}
}
