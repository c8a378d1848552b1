//! How the library speaks to people: it does not; it tells an observer.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{AcquireError, Source};
use crate::oauth::{DeviceAuthorization, Endpoints, RequestError};
use crate::store::{Holder, StoreError};
use crate::types::ScopeSet;

/// Is told what goes on. Every method does nothing unless overridden.
pub trait Observer: Send + Sync {
    /// A person is to open the verification URI and enter the user code (RFC 8628 §3.3).
    fn device_code_issued(&self, _authorization: &DeviceAuthorization) {}

    /// The person has `left` to do so; called at least once a second. `Break` gives up.
    fn sign_in_pending(&self, _left: Duration) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// The provider refused these scopes, which were asked for beside the caller's; it is asked again without them.
    fn scopes_refused(&self, _scopes: &ScopeSet) {}

    /// Another process is refreshing the same credential; its result is waited for.
    fn waiting_for(&self, _holder: &Holder) {}

    /// A refresh token is about to be spent: who ends now may lose the sign-in, where refresh tokens rotate.
    fn defer_shutdown(&self) {}

    /// What came of it is saved, kept, or an error: who wants to end may do so.
    fn allow_shutdown(&self) {}

    /// The refresh failed; the access token that was cached is valid still and is served.
    fn refresh_failed_using_cached(&self, _failure: &AcquireError) {}

    /// Tokens were received and are returned, but could not be saved.
    fn not_saved(&self, _failure: &StoreError, _successor: &RotatedToken) {}

    /// A refresh token that was kept for a later run is in this file and cannot be opened: its key is not there. It stays.
    fn cannot_decrypt_recovery(&self, _file: &Path) {}

    /// Others could read the cache until now; saving has closed it to them.
    fn permissions_tightened(&self) {}

    /// Another program had overwritten the new tokens; they are saved again.
    fn saved_again(&self) {}

    /// A refresh failed in a way that allows another try, which follows after `pause`.
    fn retrying(&self, _failure: &RequestError, _pause: Duration) {}

    /// An endpoint that was remembered is gone; the provider's metadata name these now, and the one that was asked
    /// answers.
    fn endpoints_moved(&self, _endpoints: &Endpoints) {}

    /// Our clock is so many seconds ahead of the server's; behind, if negative.
    fn clock_differs(&self, _ahead: i64) {}

    /// A call returns a token from this source.
    fn token_acquired(&self, _source: Source) {}

    /// A call fails.
    fn acquisition_failed(&self, _failure: &AcquireError) {}

    /// A call has waited so long for a process that held the lease.
    fn lease_wait_ended(&self, _waited: Duration) {}
}

/// What became of the refresh token that came with tokens that could not be saved.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RotatedToken {
    /// The next refresh will find it in this file.
    Kept(PathBuf),
    /// It is gone. If the server has rotated, so is the sign-in.
    Lost,
    /// There is none: the old one stays good.
    NotNeeded,
}

/// An observer that tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoopObserver;

impl Observer for NoopObserver {}
