//! The events that the library reports to its caller, instead of printing.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{AcquireError, Source};
use crate::oauth::{DeviceAuthorization, Endpoints, RequestError};
use crate::store::{Holder, StoreError};
use crate::types::ScopeSet;

/// Receives events. The default methods do nothing.
pub trait Observer: Send + Sync {
    /// The person has to open the verification URI and enter the user code (RFC 8628 §3.3).
    fn device_code_issued(&self, _authorization: &DeviceAuthorization) {}

    /// The person has `left` to approve. Called at least once a second. `Break` stops the wait.
    fn sign_in_pending(&self, _left: Duration) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// The provider refused these scopes, which were requested in addition to the caller's. The request is repeated
    /// without them.
    fn scopes_refused(&self, _scopes: &ScopeSet) {}

    /// Another process is refreshing the same credential, and its result is awaited.
    fn waiting_for(&self, _holder: &Holder) {}

    /// A refresh token is about to be redeemed. With rotation, ending the process now may lose the sign-in.
    fn defer_shutdown(&self) {}

    /// The result is saved, kept elsewhere, or an error: the process may end.
    fn allow_shutdown(&self) {}

    /// The refresh failed. The cached access token is still valid and is served.
    fn refresh_failed_using_cached(&self, _failure: &AcquireError) {}

    /// Tokens were received and are returned, but could not be saved.
    fn not_saved(&self, _failure: &StoreError, _successor: &RotatedToken) {}

    /// This file contains a refresh token of an earlier run that cannot be decrypted, because its key is missing. The
    /// file stays.
    fn cannot_decrypt_recovery(&self, _file: &Path) {}

    /// Other users could read the cache until now; the save has removed their access.
    fn permissions_tightened(&self) {}

    /// Another program has overwritten the new tokens, and they were saved again.
    fn saved_again(&self) {}

    /// A refresh failed, and is retried after `pause`.
    fn retrying(&self, _failure: &RequestError, _pause: Duration) {}

    /// A saved endpoint is gone. The provider's metadata name these endpoints now, and the new one answers.
    fn endpoints_moved(&self, _endpoints: &Endpoints) {}

    /// Our clock is `ahead` of the server's by these seconds; behind, if negative.
    fn clock_differs(&self, _ahead: i64) {}

    /// A call returns a token from this source.
    fn token_acquired(&self, _source: Source) {}

    /// A call fails.
    fn acquisition_failed(&self, _failure: &AcquireError) {}

    /// A call has waited this long for a process that held the lease.
    fn lease_wait_ended(&self, _waited: Duration) {}
}

/// The fate of a rotated refresh token whose tokens could not be saved.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RotatedToken {
    /// The next refresh finds it in this file.
    Kept(PathBuf),
    /// It is lost. If the provider rotates refresh tokens, so is the sign-in.
    Lost,
    /// There is no new one, and the old one stays valid.
    NotNeeded,
}

/// An observer that ignores all events.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoopObserver;

impl Observer for NoopObserver {}
