//! The place of a SQLite file.

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
    /// Returns the settings for the file at this path. Its folder has to exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        SqliteSettings { path: path.into(), busy_timeout: Duration::from_secs(5) }
    }

    /// Reads `sqlite:PATH`, or `sqlite://PATH` with an absolute path. `None`: the URL is another one.
    pub fn parse(url: &str) -> Option<Self> {
        let path = url.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        (!path.is_empty()).then(|| SqliteSettings::new(path))
    }

    /// Sets how long to wait for other processes that are writing; 5 s unless this is called.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Returns the path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the path absolute: neither the folder that the process is in nor `:memory:` may change what it means.
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

/// The same, with an absolute path.
#[derive(Clone)]
pub(super) struct ResolvedSettings {
    pub(super) path: PathBuf,
    pub(super) url: String,
    pub(super) busy_timeout: Duration,
}
