//! The textual encoding of keys and certificates, RFC 7468.

use base64::prelude::{BASE64_STANDARD, Engine};
use zeroize::Zeroizing;

/// A block between `-----BEGIN LABEL-----` and `-----END LABEL-----`.
pub(super) struct Block<'a> {
    pub(super) label: &'a str,
    base64: &'a str,
}

impl Block<'_> {
    /// Decodes the bytes; `None` if they are not base64, as in OpenSSL's legacy encrypted keys.
    pub(super) fn decode(&self) -> Option<Zeroizing<Vec<u8>>> {
        let mut joined = Zeroizing::new(String::with_capacity(self.base64.len()));
        self.base64.split_ascii_whitespace().for_each(|line| joined.push_str(line));
        BASE64_STANDARD.decode(&*joined).ok().map(Zeroizing::new)
    }
}

/// Returns the blocks of a text in order. Ignores other text.
pub(super) fn blocks(text: &str) -> impl Iterator<Item = Block<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let (label, after) = rest.split_once("-----BEGIN ")?.1.split_once("-----")?;
            let Some((base64, next)) = after.split_once(&format!("-----END {label}-----")) else {
                rest = after;
                continue;
            };
            rest = next;
            return Some(Block { label, base64 });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_among_other_text() {
        let text = "Bag\r\n-----BEGIN A-----\r\nAAEC\r\nAw==\r\n-----END A-----\r\n-----BEGIN B-----\nx\n-----END C-----\n\
                    -----BEGIN C D-----\n-----END C D-----";
        let found: Vec<_> =
            blocks(text).map(|block| (block.label, block.decode().map(|bytes| bytes.to_vec()))).collect();
        assert_eq!(found, [("A", Some(vec![0, 1, 2, 3])), ("C D", Some(Vec::new()))]);
        assert_eq!(blocks("").count() + blocks("-----BEGIN A-----").count() + blocks("-----BEGIN ").count(), 0);
    }
}
