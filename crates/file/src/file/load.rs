//! Reads the file without a lock, and distinguishes an unfinished write from damage.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::regular::{check_cache, open_unchecked};
use super::version::Version;
use crate::platform;
use crate::{StoreError, Validity};
use tokcache_core::secret::{Window, WipedBytes};
use tokcache_core::time::Clock;

/// How long empty or torn bytes are taken for an unfinished write, and how often they are read again.
const WRITER_PATIENCE: Duration = Duration::from_secs(2);
const WRITER_PAUSE: Duration = Duration::from_millis(50);

/// The maximum size, far above that of any real cache. A larger file is refused before it can fill the memory.
const LARGEST: u64 = 512 << 20;

/// Checks that a cache of this size could be read again.
pub(super) fn check_size(size: u64) -> io::Result<()> {
    if size <= LARGEST {
        return Ok(());
    }
    let why = format!("it is larger than {}, the limit of a cache", platform::bytes(LARGEST));
    Err(io::Error::new(io::ErrorKind::FileTooLarge, why))
}

/// The file at one moment.
pub(super) struct Snapshot {
    pub(super) bytes: WipedBytes,
    pub(super) version: Version,
    /// Whether the file did not change during the read.
    steady: bool,
}

impl Snapshot {
    /// Returns the bytes, unless they are blank or may be torn.
    pub(super) fn document(&self) -> Option<&[u8]> {
        (self.steady && !self.is_blank()).then_some(&*self.bytes)
    }

    /// Whether the file is empty. MSAL Node creates an empty file before it has anything to store.
    pub(super) fn is_blank(&self) -> bool {
        self.bytes.trim_ascii().is_empty()
    }

    pub(super) fn reads_whole(&self, read: &mut dyn FnMut(&[u8]) -> Validity) -> bool {
        self.document().is_some_and(|bytes| read(bytes) == Validity::Whole)
    }
}

/// Reads the file. Returns `None` if it does not exist.
pub(super) fn snapshot(path: &Path) -> Result<Option<Snapshot>, StoreError> {
    match read(path) {
        Ok(snapshot) => Ok(Some(snapshot)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io("read", path)(error)),
    }
}

fn read(path: &Path) -> io::Result<Snapshot> {
    let (mut file, before) = open(path)?;
    let bytes = WipedBytes::read(&mut file, before.size)?;
    let version = Version::of(&file.metadata()?)?;
    let steady = before == version && version.size == bytes.len() as u64;
    Ok(Snapshot { bytes, version, steady })
}

/// Passes the file to `read` while reading it. Returns `None` if another process has written the file meanwhile.
pub(super) fn scan(path: &Path, read: &mut dyn FnMut(&mut Window<'_>)) -> io::Result<Option<Version>> {
    let (mut file, before) = open(path)?;
    read(&mut Window::open(&mut file, before.size)?);
    Ok((Version::of(&file.metadata()?)? == before).then_some(before))
}

fn open(path: &Path) -> io::Result<(File, Version)> {
    let file = open_unchecked(path)?;
    let metadata = file.metadata()?;
    check_cache(path, &metadata)?;
    check_size(metadata.len())?;
    Ok((file, Version::of(&metadata)?))
}

/// The time limit for another program's unfinished write.
pub(super) struct Settling<'a> {
    clock: &'a dyn Clock,
    end: Option<Duration>,
}

impl<'a> Settling<'a> {
    pub(super) fn new(clock: &'a dyn Clock) -> Self {
        Settling { clock, end: None }
    }

    /// Whether the bytes can no longer be an unfinished write: the time limit is over, or the file is old.
    pub(super) fn is_over(&self, found: &Snapshot) -> bool {
        self.end.is_some_and(|end| self.clock.elapsed() >= end) || self.is_old(found.version.modified)
    }

    /// Pauses before the next read. The first pause starts the time limit.
    pub(super) fn pause(&mut self) {
        self.end.get_or_insert_with(|| self.clock.elapsed() + WRITER_PATIENCE);
        self.clock.sleep(WRITER_PAUSE);
    }

    /// Whether the file is older than the time limit plus a second, since the clock has a resolution of a second. A
    /// time in the future is not old.
    fn is_old(&self, modified: SystemTime) -> bool {
        let modified = modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let age = self.clock.now().0.saturating_sub_unsigned(modified);
        age > WRITER_PATIENCE.as_secs().cast_signed()
    }
}
