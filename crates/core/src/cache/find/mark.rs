//! Whether an entry names its issuer.

use crate::cache::entry::fields::{AUTHORITY, Fields};

/// The issuer of an entry whose real issuer can no longer be determined. Such an entry is never used.
pub(in crate::cache) const UNKNOWN_AUTHORITY: &str = "unknown";

/// Whether the entry names its issuer.
pub(in crate::cache) fn is_marked(entry: &Fields<'_>) -> bool {
    !matches!(entry.text(AUTHORITY), Ok(None))
}
