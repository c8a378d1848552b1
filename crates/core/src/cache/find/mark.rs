//! The member by which an entry says who has issued it.

use crate::cache::entry::fields::Fields;

/// The member of an entry that names the issuer: [`Issuer::identity`](crate::types::Issuer::identity). The MSAL libraries leave members alone that
/// they do not know.
pub(in crate::cache) const AUTHORITY: &str = "authority";

/// Stands for the issuer where nothing will tell any more who it was: such an entry is nobody's.
pub(in crate::cache) const UNKNOWN_AUTHORITY: &str = "unknown";

/// Whether the entry says who has issued it.
pub(in crate::cache) fn is_marked(entry: &Fields<'_>) -> bool {
    !matches!(entry.text(AUTHORITY), Ok(None))
}
