//! The fields of a query or of a posted form.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;

/// `application/x-www-form-urlencoded` fields.
pub(crate) struct Form(HashMap<String, String>);

impl Form {
    /// Decodes the fields.
    pub(crate) fn parse(text: &str) -> Form {
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        Form(pairs.map(|(name, value)| (decode(name), decode(value))).collect())
    }

    /// Returns the field; empty if it is missing. An empty field counts as missing (RFC 6749 §3.2).
    pub(crate) fn field(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// Decodes a name or a value.
pub(crate) fn decode(part: &str) -> String {
    percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned()
}
