//! The errors of a store.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fmt, io};

use super::{Holder, Partition};

/// Why a store failed. Each variant names what a person can look at.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// A failure that only this back end has. [`StoreError::backend`] returns it.
    Backend {
        /// The failure.
        source: Box<dyn std::error::Error + Send + Sync>,
        /// Whether trying again can help.
        is_retryable: bool,
    },
    /// Another process held the cache lock or a refresh lease for longer than the caller waits.
    Busy {
        /// The lock file.
        lock: PathBuf,
        /// The holder.
        holder: Holder,
        /// How long the caller waited.
        waited: Duration,
    },
    /// The bytes are not a cache, and no other program was writing. They are unchanged.
    Damaged {
        /// The cache file, or the URL of the store.
        path: PathBuf,
        /// The partition, in a store that keeps many.
        partition: Option<Partition>,
        /// The defect and its position, if the reader reported them. The reason contains none of the bytes.
        reason: Option<String>,
    },
    /// Another process holds the lease under which the document was to be saved. Nothing was saved.
    LeaseLost {
        /// The lease.
        lease: PathBuf,
    },
    /// The store keeps one document, and the caller asked for another.
    NoPartitions {
        /// The store, by its URL.
        store: String,
    },
    /// A system call failed.
    Io {
        /// The purpose of the call, as in "cannot {doing} {path}".
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The cache file is mounted as a single file, as into a container. Programs elsewhere see it in another folder, so
    /// that neither locks nor saves would work.
    MountedAlone {
        /// The cache file.
        path: PathBuf,
    },
}

impl StoreError {
    /// Turns a system error into a [`StoreError::Io`], for `map_err`.
    pub fn io<'a>(doing: &'static str, path: &'a Path) -> impl Fn(io::Error) -> StoreError + 'a {
        move |source| StoreError::Io { doing, path: path.to_owned(), source }
    }

    /// Returns the failure of the back end, if it has this type.
    pub fn backend<Failure: std::error::Error + 'static>(&self) -> Option<&Failure> {
        match self {
            StoreError::Backend { source, .. } => source.downcast_ref(),
            _ => None,
        }
    }

    /// Returns whether trying again can help.
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

    /// Returns the error for a document that other processes save all the time.
    pub(crate) fn contended(store: String) -> StoreError {
        StoreError::Busy { lock: store.into(), holder: Holder::default(), waited: Duration::ZERO }
    }

    /// Returns the error for bytes at that place that are not a cache.
    pub fn damaged(path: impl Into<PathBuf>) -> StoreError {
        StoreError::Damaged { path: path.into(), partition: None, reason: None }
    }

    /// Adds the partition to a [`StoreError::Damaged`], unless the store keeps one document.
    pub fn in_partition(self, named: &Partition) -> StoreError {
        match self {
            StoreError::Damaged { path, reason, .. } if *named != Partition::whole() => {
                StoreError::Damaged { path, partition: Some(named.clone()), reason }
            }
            error => error,
        }
    }

    /// Adds the reason to a [`StoreError::Damaged`].
    pub fn because(self, reason: Option<String>) -> StoreError {
        match self {
            StoreError::Damaged { path, partition, .. } => StoreError::Damaged { path, partition, reason },
            error => error,
        }
    }

    /// Returns whether files cannot be created at that place: no permission, or a read-only file system.
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
            StoreError::Damaged { path, partition, reason } => {
                let of_user = partition.as_ref().map(|partition| format!(", the cache of {partition},"));
                let of_user = of_user.unwrap_or_default();
                write!(formatter, "{}{of_user} is not a token cache, or a damaged one", path.display())?;
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
