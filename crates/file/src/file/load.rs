//! Validity the file without a lock, and telling a writer at work from damage.

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

/// How long bytes may stay empty or torn before nobody is thought to be writing them, and how often they are looked at.
const WRITER_PATIENCE: Duration = Duration::from_secs(2);
const WRITER_PAUSE: Duration = Duration::from_millis(50);

/// Far more than any cache has. What is larger is refused before it is read: it would fill the memory.
const LARGEST: u64 = 512 << 20;

/// That a cache of so many bytes can be read again.
pub(super) fn check_size(size: u64) -> io::Result<()> {
    if size <= LARGEST {
        return Ok(());
    }
    let why = format!("it is larger than {}, the limit of a cache", platform::bytes(LARGEST));
    Err(io::Error::new(io::ErrorKind::FileTooLarge, why))
}

/// The file as it was at one moment.
pub(super) struct Snapshot {
    pub(super) bytes: WipedBytes,
    pub(super) version: Version,
    /// The file did not change while it was read.
    steady: bool,
}

impl Snapshot {
    /// The bytes, unless there are none to speak of or they may be torn.
    pub(super) fn document(&self) -> Option<&[u8]> {
        (self.steady && !self.is_blank()).then_some(&*self.bytes)
    }

    /// An empty file: MSAL Node creates one before it has anything to store.
    pub(super) fn is_blank(&self) -> bool {
        self.bytes.trim_ascii().is_empty()
    }

    pub(super) fn reads_whole(&self, read: &mut dyn FnMut(&[u8]) -> Validity) -> bool {
        self.document().is_some_and(|bytes| read(bytes) == Validity::Whole)
    }
}

/// Reads the file; `None` when there is none.
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

/// Shows the file to `read` as it is read; `None` when somebody has written it meanwhile.
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

/// The patience with a foreign writer.
pub(super) struct Settling<'a> {
    clock: &'a dyn Clock,
    end: Option<Duration>,
}

impl<'a> Settling<'a> {
    pub(super) fn new(clock: &'a dyn Clock) -> Self {
        Settling { clock, end: None }
    }

    /// Whether nobody is at work on these bytes: they have been looked at long enough, or are old.
    pub(super) fn is_over(&self, found: &Snapshot) -> bool {
        self.end.is_some_and(|end| self.clock.elapsed() >= end) || self.is_old(found.version.modified)
    }

    /// Waits a moment before the next look; the first time starts the patience.
    pub(super) fn pause(&mut self) {
        self.end.get_or_insert_with(|| self.clock.elapsed() + WRITER_PATIENCE);
        self.clock.sleep(WRITER_PAUSE);
    }

    /// A second more than the patience, because the clock counts whole ones. A time in the future is not old.
    fn is_old(&self, modified: SystemTime) -> bool {
        let modified = modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let age = self.clock.now().0.saturating_sub_unsigned(modified);
        age > WRITER_PATIENCE.as_secs().cast_signed()
    }
}
