//! Why a store could not do what it was asked.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fmt, io};

use super::Holder;

/// A store's failure; each variant names what a person would look at.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// A failure of a kind that only this back end has: [`StoreError::backend`] returns it.
    Backend {
        /// The failure.
        source: Box<dyn std::error::Error + Send + Sync>,
        /// Whether trying the same again can help.
        is_retryable: bool,
    },
    /// Another process kept the cache lock or a refresh lease for longer than the caller's patience.
    Busy {
        /// The lock file.
        lock: PathBuf,
        /// Who holds it.
        holder: Holder,
        /// How long was waited.
        waited: Duration,
    },
    /// The bytes cannot be understood, and no writer was at work; they were left as they are.
    Damaged {
        /// The cache file.
        path: PathBuf,
        /// What is wrong with them and where, if whoever read them said so. Nothing of them stands in it.
        reason: Option<String>,
    },
    /// The lease under which the document was to be saved is another's by now. Nothing was saved.
    LeaseLost {
        /// The lease.
        lease: PathBuf,
    },
    /// The store keeps one document, and another was asked for.
    NoPartitions {
        /// The store, by its URL.
        store: String,
    },
    /// The system refused.
    Io {
        /// What was being done, as in "cannot {doing} {path}".
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The cache file is mounted by itself, as into a container: others know it by another name, in another folder, and
    /// neither locks nor saves would meet.
    MountedAlone {
        /// The cache file.
        path: PathBuf,
    },
}

impl StoreError {
    /// Turns the system's refusal into a [`StoreError::Io`], for `map_err`.
    pub fn io<'a>(doing: &'static str, path: &'a Path) -> impl Fn(io::Error) -> StoreError + 'a {
        move |source| StoreError::Io { doing, path: path.to_owned(), source }
    }

    /// The failure of the back end, if it is of this type.
    pub fn backend<Failure: std::error::Error + 'static>(&self) -> Option<&Failure> {
        match self {
            StoreError::Backend { source, .. } => source.downcast_ref(),
            _ => None,
        }
    }

    /// Whether trying the same again can help.
    pub fn is_retryable(&self) -> bool {
        match self {
            StoreError::Backend { is_retryable, .. } => *is_retryable,
            StoreError::Busy { .. } | StoreError::LeaseLost { .. } => true,
            StoreError::Damaged { .. }
            | StoreError::Io { .. }
            | StoreError::MountedAlone { .. }
            | StoreError::NoPartitions { .. } => false,
        }
    }

    /// A document that others never stop writing.
    pub(crate) fn contended(store: String) -> StoreError {
        StoreError::Busy { lock: store.into(), holder: Holder::default(), waited: Duration::ZERO }
    }

    /// Bytes at that place that cannot be understood.
    pub fn damaged(path: impl Into<PathBuf>) -> StoreError {
        StoreError::Damaged { path: path.into(), reason: None }
    }

    /// The same, and what is wrong with the bytes, should they be damaged.
    pub fn because(self, reason: Option<String>) -> StoreError {
        match self {
            StoreError::Damaged { path, .. } => StoreError::Damaged { path, reason },
            error => error,
        }
    }

    /// Whether nothing can be created at that place, by this user or by anybody.
    pub fn is_unwritable(&self) -> bool {
        use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        matches!(self, StoreError::Io { source, .. } if matches!(source.kind(), PermissionDenied | ReadOnlyFilesystem))
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Backend { source, .. } => source.fmt(formatter),
            StoreError::Busy { lock, holder, waited } => {
                write!(formatter, "waited {} s for {}, which {holder} holds", waited.as_secs(), lock.display())
            }
            StoreError::Damaged { path, reason } => {
                write!(formatter, "{} is not a token cache, or a damaged one", path.display())?;
                reason.as_ref().map_or(Ok(()), |reason| write!(formatter, ": {reason}"))
            }
            StoreError::LeaseLost { lease } => {
                write!(formatter, "{} was given to another process before the cache was saved", lease.display())
            }
            StoreError::Io { doing, path, source } => write!(formatter, "cannot {doing} {}: {source}", path.display()),
            StoreError::NoPartitions { store } => write!(formatter, "{store} keeps one cache, not one for each user"),
            StoreError::MountedAlone { path } => write!(
                formatter,
                "cannot save {}: it is mounted as a single file, and programs elsewhere could neither be kept from \
                 refreshing at the same time nor see what is saved; mount the folder that holds it, not the file",
                path.display()
            ),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StoreError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
