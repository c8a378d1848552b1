//! A secret in a JSON message.

use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// A string that is wiped on drop.
#[derive(Default)]
pub(super) struct Wiped(Zeroizing<String>);

impl From<Zeroizing<String>> for Wiped {
    fn from(text: Zeroizing<String>) -> Self {
        Wiped(text)
    }
}

impl Deref for Wiped {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Serialize for Wiped {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Wiped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Wiped(Zeroizing::new(text)))
    }
}
