//! The settings of a SQLite store.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokcache_core::store::StoreError;

/// The path of a SQLite file, and how long to wait for it.
#[derive(Clone)]
pub struct SqliteSettings {
    path: PathBuf,
    busy_timeout: Duration,
}

impl SqliteSettings {
    /// Returns the settings for the file at this path. Its folder must exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        SqliteSettings { path: path.into(), busy_timeout: Duration::from_secs(5) }
    }

    /// Parses `sqlite:PATH`, or `sqlite://PATH` with an absolute path. Returns `None` for any other URL.
    pub fn parse(url: &str) -> Option<Self> {
        let path = url.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        (!path.is_empty()).then(|| SqliteSettings::new(path))
    }

    /// Sets how long to wait for other processes that write; the default is 5 s.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Returns the path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the path absolute, so that it does not depend on the current folder and `:memory:` names a file.
    pub(super) fn resolved(self) -> Result<ResolvedSettings, StoreError> {
        let SqliteSettings { path, busy_timeout } = self;
        let path = std::path::absolute(&path).map_err(StoreError::io("find", &path))?;
        Ok(ResolvedSettings { url: format!("sqlite:{}", path.display()), path, busy_timeout })
    }
}

impl fmt::Debug for SqliteSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("SqliteSettings").field(&self.path).finish()
    }
}

/// The settings with an absolute path.
#[derive(Clone)]
pub(super) struct ResolvedSettings {
    pub(super) path: PathBuf,
    pub(super) url: String,
    pub(super) busy_timeout: Duration,
}
