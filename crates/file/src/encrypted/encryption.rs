//! The setting that says whether a cache is encrypted, and with which key.

use std::fmt;
use std::str::FromStr;

use crate::keys::{KeySource, UnknownKeySource};

/// Whether a cache must be encrypted. A cache in another form is refused, so that nobody can put a plain file in the
/// place of an encrypted cache.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Encryption {
    /// Any form; a new cache is plain.
    #[default]
    AsItIs,
    /// Encrypted with a key of this source, from the first save on.
    By(KeySource),
    /// Plain.
    None,
}

impl Encryption {
    /// Returns whether the setting accepts a document that is `encrypted_by` this source; `None`: a plain one.
    pub(super) fn allows(&self, encrypted_by: Option<&KeySource>) -> bool {
        match self {
            Encryption::AsItIs => true,
            Encryption::By(wanted) => encrypted_by == Some(wanted),
            Encryption::None => encrypted_by.is_none(),
        }
    }
}

impl fmt::Display for Encryption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Encryption::AsItIs => formatter.write_str("as it is"),
            Encryption::By(source) => source.fmt(formatter),
            Encryption::None => formatter.write_str("none"),
        }
    }
}

impl FromStr for Encryption {
    type Err = UnknownKeySource;

    /// Parses `none` or a key source.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" { Ok(Encryption::None) } else { text.parse().map(Encryption::By) }
    }
}
