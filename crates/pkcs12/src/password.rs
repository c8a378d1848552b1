//! The password, as the two generations of key derivation take it.

use zeroize::Zeroizing;

/// A spelling of the password.
pub(crate) struct Password<'a> {
    /// In UTF-8, for PBKDF2 (RFC 8018 §3).
    pub(crate) text: &'a str,
    /// In UTF-16 with a zero at the end (RFC 7292 appendix B.1).
    pub(crate) bmp: Zeroizing<Vec<u8>>,
}

impl Password<'_> {
    /// Returns the spellings of a password. An empty password has two: Windows writes "no password" without the zero.
    pub(crate) fn spellings(text: &str) -> impl Iterator<Item = Password<'_>> {
        let bmp = |ending: &[u8]| {
            // A character takes at most as many bytes in UTF-16 as two times its bytes in UTF-8.
            let mut bmp = Zeroizing::new(Vec::with_capacity(2 * text.len() + ending.len()));
            text.encode_utf16().for_each(|unit| bmp.extend_from_slice(&unit.to_be_bytes()));
            bmp.extend_from_slice(ending);
            Password { text, bmp }
        };
        [Some(bmp(&[0, 0])), text.is_empty().then(|| bmp(&[]))].into_iter().flatten()
    }
}
