//! What a person wants of a cache: plain, or sealed, and with which key.

use std::fmt;
use std::str::FromStr;

use crate::keys::{KeySource, UnknownKeySource};

/// Whether a cache is to be sealed. It is a promise: a cache that is otherwise is refused, and nobody's plain file, put
/// in the place of a sealed one, is taken for it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Encryption {
    /// As the cache is; a new one is plain.
    #[default]
    AsItIs,
    /// Sealed with a key of this source, a new one from its first byte.
    By(KeySource),
    /// Not at all.
    None,
}

impl Encryption {
    /// Whether a document may be `sealed_by` this; `None`: by nothing.
    pub(super) fn allows(&self, sealed_by: Option<&KeySource>) -> bool {
        match self {
            Encryption::AsItIs => true,
            Encryption::By(wanted) => sealed_by == Some(wanted),
            Encryption::None => sealed_by.is_none(),
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

    /// `none`, or a key source.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" { Ok(Encryption::None) } else { text.parse().map(Encryption::By) }
    }
}
