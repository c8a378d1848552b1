//! Postpones the end of the process when a signal arrives at a bad moment.

pub(super) use system::survive_size_limit;
pub use system::{Interruption, outlast_signals};

#[cfg(unix)]
mod system {
    use std::io;
    use std::os::raw::c_int;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex, Once, PoisonError};

    use signal_hook::SigId;
    use signal_hook::consts::{
        SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ,
    };
    use signal_hook::flag;
    use signal_hook::low_level::{emulate_default_handler, unregister};

    use crate::platform::signals::ignored_signals;

    /// The signals that end a process and come from outside: from a person, a supervisor, or a batch system before a
    /// job's time is over. SIGABRT and the like come from a fault in the process itself and are not handled.
    const SIGNALS: [c_int; 10] =
        [SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU];

    /// Whether the process does not end by these signals at all.
    static OUTLASTS: AtomicBool = AtomicBool::new(false);

    /// Makes the process survive the signals that would end it, from now on: another event ends it.
    pub fn outlast_signals() {
        OUTLASTS.store(true, Ordering::SeqCst);
        for signal in SIGNALS {
            // If the system refuses, the signal keeps its default effect.
            let _ = flag::register(signal, Arc::default());
        }
    }

    /// Ends the process by its signal when that is allowed, or at once at the second signal.
    pub struct Interruption {
        may_end: Arc<AtomicBool>,
        /// The signal that has arrived.
        asked_by: Arc<AtomicUsize>,
        listening: Once,
        actions: Mutex<Vec<SigId>>,
    }

    impl Default for Interruption {
        fn default() -> Self {
            Interruption {
                may_end: Arc::default(),
                asked_by: Arc::default(),
                listening: Once::new(),
                actions: Mutex::default(),
            }
        }
    }

    impl Interruption {
        /// Postpones the end from now on.
        pub fn put_off(&self) {
            if OUTLASTS.load(Ordering::SeqCst) {
                return;
            }
            self.may_end.store(false, Ordering::SeqCst);
            self.listening.call_once(|| {
                // Other systems do not tell which signals are ignored.
                let ignored = ignored_signals().unwrap_or(u64::MAX);
                for signal in SIGNALS.into_iter().filter(|signal| ignored & 1 << (signal - 1) == 0) {
                    // The order matters: a signal in between is recorded, and a second one ends the process. If the
                    // system refuses, signals keep their default effect.
                    let _ = self.listen(signal);
                }
            });
        }

        fn listen(&self, signal: c_int) -> io::Result<()> {
            let mut actions = self.actions.lock().unwrap_or_else(PoisonError::into_inner);
            actions.push(flag::register_usize(signal, Arc::clone(&self.asked_by), signal as usize)?);
            actions.push(flag::register_conditional_default(signal, Arc::clone(&self.may_end))?);
            actions.push(flag::register(signal, Arc::clone(&self.may_end))?);
            Ok(())
        }

        /// Allows the end from now on, and ends the process if a signal has arrived meanwhile.
        pub fn allow(&self) {
            self.may_end.store(true, Ordering::SeqCst);
            let asked_by = self.asked_by.load(Ordering::SeqCst);
            if asked_by != 0 {
                let _ = emulate_default_handler(asked_by as c_int);
            }
        }
    }

    /// Leaves the signals to whoever listens for them next.
    impl Drop for Interruption {
        fn drop(&mut self) {
            for action in self.actions.get_mut().unwrap_or_else(PoisonError::into_inner).drain(..) {
                unregister(action);
            }
        }
    }

    /// Makes a write beyond the file size limit (`ulimit -f`) fail instead of ending the process, so that the error can
    /// be reported and the data saved elsewhere.
    pub(in crate::platform) fn survive_size_limit() {
        static DONE: Once = Once::new();
        DONE.call_once(|| {
            // A program that `exec` starts would have the default effect in place of the ignored signal.
            if ignored_signals().unwrap_or(u64::MAX) & 1 << (SIGXFSZ - 1) == 0 {
                // If the system refuses, the signal keeps its default effect.
                let _ = flag::register(SIGXFSZ, Arc::default());
            }
        });
    }
}

#[cfg(not(unix))]
mod system {
    /// Does nothing: not implemented for this system yet.
    #[derive(Default)]
    pub struct Interruption;

    impl Interruption {
        /// Does nothing.
        pub fn put_off(&self) {}

        /// Does nothing.
        pub fn allow(&self) {}
    }

    /// Does nothing: not implemented for this system yet.
    pub fn outlast_signals() {}

    /// Does nothing: this system has no such limit.
    pub(in crate::platform) fn survive_size_limit() {}
}
