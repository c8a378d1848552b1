//! The failures of a session's store.

use std::fmt;

use tokcache_core::store::StoreError;
use tower_sessions::{session, session_store};

/// A failure of the session or of its store.
#[derive(Debug)]
pub struct SessionError(session::Error);

impl SessionError {
    /// Returns whether trying again can help: the store could not be reached. Values that it cannot read stay so.
    pub fn is_retryable(&self) -> bool {
        matches!(&self.0, session::Error::Store(session_store::Error::Backend(_)))
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the session store failed: {}", self.0)
    }
}

impl std::error::Error for SessionError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl From<session::Error> for SessionError {
    fn from(error: session::Error) -> Self {
        SessionError(error)
    }
}

impl From<session_store::Error> for SessionError {
    fn from(error: session_store::Error) -> Self {
        SessionError(error.into())
    }
}

impl From<SessionError> for StoreError {
    fn from(error: SessionError) -> Self {
        let is_retryable = error.is_retryable();
        StoreError::Backend { source: Box::new(error), is_retryable }
    }
}
