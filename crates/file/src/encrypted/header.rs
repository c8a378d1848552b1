//! The first line of an encrypted cache file.

use serde::{Deserialize, Serialize};
use tokcache_core::store::envelope;

use crate::keys::KeyReference;

/// The public part of an encrypted document.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Header {
    algorithm: Algorithm,
    pub(super) key: KeyReference,
    /// The store that the document was encrypted for.
    pub(super) place: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
enum Algorithm {
    #[serde(rename = "AES-256-GCM")]
    Aes256Gcm,
}

impl Header {
    pub(super) fn new(key: KeyReference, place: String) -> Self {
        Header { algorithm: Algorithm::Aes256Gcm, key, place }
    }
}

pub(super) type Envelope<'a> = envelope::Envelope<'a, Header>;
pub(super) type Recognised<'a> = envelope::Recognised<'a, Header>;

pub(super) fn recognise(bytes: &[u8]) -> Recognised<'_> {
    envelope::recognise(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::a_key;

    /// The format of existing files.
    #[test]
    fn the_first_line_says_which_key() {
        let (reference, key) = a_key();
        let bytes = envelope::encrypt(&Header::new(reference, "file:/here".into()), key.bytes(), b"canary").unwrap();
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap();
        let expected = format!(
            "tokcache-sealed 1 {{\"algorithm\":\"AES-256-GCM\",\"key\":{{\"id\":\"{}\",\"source\":\"keyring\"}},\"place\":\"file:/here\"}}",
            key.id()
        );
        assert_eq!(String::from_utf8_lossy(line), expected);
    }
}
