//! Reports on stderr: the library's events, and with `-vv`, each exchange with a server.

pub(super) mod wire_log;

use std::fmt::Display;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tokcache_core::acquire::{AcquireError, Observer, RotatedToken};
use tokcache_core::oauth::{DeviceAuthorization, Endpoints, RequestError};
use tokcache_core::store::{Holder, StoreError};
use tokcache_core::types::ScopeSet;
use tokcache_file::platform::Interruption;

use super::desktop::browser::{self, NoBrowser};
use super::desktop::clipboard::{self, Clipboard};
use crate::output::{DeviceCodeView, end_countdown, plain, show_countdown, show_device_code, tell};

/// The shortest wait that is reported without `-v`.
const WORTH_TELLING: Duration = Duration::from_secs(1);

/// The help with a device code that the user wants.
#[derive(Clone, Debug, Default)]
pub(super) struct CodeHelp {
    /// Whether to show the page as a QR code.
    pub(super) qr: bool,
    /// Whether to copy the code into the clipboard.
    pub(super) clipboard: bool,
    /// Whether to open the page in the browser of this machine.
    pub(super) open: bool,
    /// The variables with secrets, which the browser does not inherit.
    pub(super) secret_variables: Vec<String>,
}

/// The observer for the terminal.
pub(super) struct TerminalObserver {
    pub(super) code_help: CodeHelp,
    /// Whether another program uses the terminal, so that only lasting failures are reported.
    pub(super) is_quiet: bool,
    verbose: u8,
    /// `None`: the command handles signals itself.
    interruption: Option<Interruption>,
    moved: Mutex<Option<Endpoints>>,
    /// The time at which to give up a sign-in that has not been approved.
    sign_in_ends: Option<Instant>,
}

impl TerminalObserver {
    pub(super) fn new(verbose: u8) -> Self {
        TerminalObserver {
            code_help: CodeHelp::default(),
            is_quiet: false,
            verbose,
            interruption: Some(Interruption::default()),
            moved: Mutex::default(),
            sign_in_ends: None,
        }
    }

    /// Leaves signals to the command, which waits for requests and saves before it ends.
    #[cfg(feature = "serve")]
    pub(super) fn leave_signals(&mut self) {
        self.interruption = None;
    }

    /// Gives up a sign-in after `bound`, even if its code is still valid.
    pub(super) fn give_up_after(&mut self, bound: Option<Duration>) {
        self.sign_in_ends = bound.map(|bound| Instant::now() + bound);
    }

    /// Prints a note with `-v`. Without `-v`, the note is not even built.
    pub(super) fn note<Note: Display>(&self, note: impl FnOnce() -> Note) {
        if self.verbose > 0 {
            tell(plain(&note().to_string()));
        }
    }

    fn tell_unless_quiet(&self, line: impl Display) {
        if !self.is_quiet || self.verbose > 0 {
            tell(line);
        }
    }

    /// Returns the new endpoints of a provider that has moved them. A second call returns `None`.
    pub(super) fn take_moved(&self) -> Option<Endpoints> {
        self.moved.lock().ok()?.take()
    }

    /// Removes the countdown from the terminal.
    pub(super) fn end_countdown(&self) {
        end_countdown();
    }
}

/// Reports a wait for the cache lock, with its holder.
pub(super) fn tell_wait(lock: &Path, holder: &Holder) {
    let (lock, holder) = (plain(&lock.display().to_string()), plain(&holder.to_string()));
    tell(format_args!("waiting for {holder} to release {lock}"));
}

impl Observer for TerminalObserver {
    fn device_code_issued(&self, authorization: &DeviceAuthorization) {
        let view = DeviceCodeView {
            user_code: &authorization.user_code,
            verification_uri: &authorization.verification_uri,
            verification_uri_complete: authorization.verification_uri_complete.as_deref(),
            expires_in: authorization.expires_in,
        };
        let help = &self.code_help;
        show_device_code(&view, help.qr);
        if help.clipboard {
            match clipboard::copy(&authorization.user_code) {
                Ok(Clipboard::Desktop) => tell("The code is in the clipboard."),
                Ok(Clipboard::Terminal) => tell("The terminal was asked to put the code into the clipboard."),
                Err(why) => tell(format_args!("warning: the code is not in the clipboard: {}", plain(&why))),
            }
        }
        if help.open {
            let opened = match view.page() {
                Some(page) => browser::open(page, &help.secret_variables),
                None => Err(NoBrowser("the address is not a web page".to_owned())),
            };
            if let Err(NoBrowser(why)) = opened {
                tell(format_args!("warning: no browser opens: {}", plain(&why)));
            }
        }
    }

    fn sign_in_pending(&self, left: Duration) -> ControlFlow<()> {
        let own = self.sign_in_ends.map(|end| end.saturating_duration_since(Instant::now()));
        if own == Some(Duration::ZERO) {
            return ControlFlow::Break(());
        }
        show_countdown(own.map_or(left, |own| own.min(left)));
        ControlFlow::Continue(())
    }

    fn scopes_refused(&self, scopes: &ScopeSet) {
        let scopes = plain(&scopes.to_string());
        let cost = if scopes.contains("offline_access") {
            ": you may have to sign in again when the token, or the session at the provider, ends. \
             --no-offline-access does not ask for it"
        } else {
            ""
        };
        tell(format_args!("warning: the provider refused {scopes}; signing in without{cost}"));
    }

    fn waiting_for(&self, holder: &Holder) {
        self.tell_unless_quiet(format_args!("waiting for {} to finish its refresh", plain(&holder.to_string())));
    }

    fn defer_shutdown(&self) {
        if let Some(interruption) = &self.interruption {
            interruption.put_off();
        }
    }

    fn allow_shutdown(&self) {
        if let Some(interruption) = &self.interruption {
            interruption.allow();
        }
    }

    fn refresh_failed_using_cached(&self, failure: &AcquireError) {
        self.tell_unless_quiet(format_args!(
            "warning: the refresh failed, the cached token is still valid: {}",
            plain(&failure.to_string())
        ));
    }

    fn permissions_tightened(&self) {
        tell("warning: other users could read the cache until now; its mode is 0600 from now on");
    }

    fn not_saved(&self, failure: &StoreError, successor: &RotatedToken) {
        let fate = match successor {
            RotatedToken::Kept(file) => format!("the next run will find the new refresh token in {}", file.display()),
            RotatedToken::Lost => "THE NEW REFRESH TOKEN IS LOST, you may have to sign in again".to_owned(),
            RotatedToken::NotNeeded => "no refresh token is lost".to_owned(),
        };
        tell(format_args!(
            "warning: THE NEW TOKENS COULD NOT BE SAVED: {}; {}",
            plain(&failure.to_string()),
            plain(&fate)
        ));
    }

    fn cannot_decrypt_recovery(&self, file: &Path) {
        let file = file.display().to_string();
        tell(format_args!(
            "warning: a refresh token that could not be saved is kept in {}, and cannot be opened: it is encrypted with a \
             key that is not there",
            plain(&file)
        ));
    }

    fn saved_again(&self) {
        self.note(|| "another program had overwritten the new tokens; they are saved again");
    }

    fn retrying(&self, failure: &RequestError, pause: Duration) {
        if self.verbose > 0 || pause >= WORTH_TELLING {
            let seconds = pause.as_secs_f32();
            self.tell_unless_quiet(format_args!("trying again in {seconds} s: {}", plain(&failure.to_string())));
        }
    }

    fn endpoints_moved(&self, endpoints: &Endpoints) {
        self.note(|| "the provider has moved its endpoints; its metadata say where they are now");
        if let Ok(mut moved) = self.moved.lock() {
            *moved = Some(endpoints.clone());
        }
    }

    fn clock_differs(&self, ahead: i64) {
        let direction = if ahead > 0 { "ahead of" } else { "behind" };
        let seconds = ahead.unsigned_abs();
        self.tell_unless_quiet(format_args!(
            "warning: the clock of this machine is {seconds} s {direction} the server's"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_has_a_bound_of_its_own_if_it_was_given_one() {
        let mut narrator = TerminalObserver::new(0);
        let left = Duration::from_secs(600);
        assert_eq!(narrator.sign_in_pending(left), ControlFlow::Continue(()));
        narrator.give_up_after(Some(Duration::from_secs(60)));
        assert_eq!(narrator.sign_in_pending(left), ControlFlow::Continue(()));
        narrator.give_up_after(Some(Duration::ZERO));
        assert_eq!(narrator.sign_in_pending(left), ControlFlow::Break(()));
    }
}
