//! Values of form fields and headers, which are public or secret by type.

use std::fmt;

use crate::secret::{Secret, kind};

/// The value of a form field or of a header. The type says whether it may be shown: `Debug` redacts a secret value, and
/// [`RequestError`](super::RequestError) takes it out of what a server says.
#[derive(Clone, Eq, PartialEq)]
pub enum FieldValue {
    /// May be logged, and repeated in an error message.
    Public(String),
    /// Proves something, or buys something, for whoever knows it.
    Secret(Secret<kind::FieldValue>),
}

impl FieldValue {
    /// A value that may be shown.
    pub fn public(value: impl Into<String>) -> FieldValue {
        FieldValue::Public(value.into())
    }

    /// A copy of a secret, whatever its kind.
    pub fn secret<Kind>(value: &Secret<Kind>) -> FieldValue {
        FieldValue::Secret(Secret::new(value.expose()))
    }

    /// Whether the value must not be shown.
    pub fn is_secret(&self) -> bool {
        matches!(self, FieldValue::Secret(_))
    }

    /// The value itself, as it is sent. As with [`Secret::expose`], each call is a place where a secret can leak.
    pub fn expose(&self) -> &str {
        match self {
            FieldValue::Public(value) => value,
            FieldValue::Secret(value) => value.expose(),
        }
    }
}

impl fmt::Debug for FieldValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldValue::Public(value) => value.fmt(formatter),
            FieldValue::Secret(value) => value.fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::RefreshToken;

    #[test]
    fn only_a_public_value_prints() {
        assert_eq!(format!("{:?}", FieldValue::public("openid")), "\"openid\"");
        assert_eq!(format!("{:?}", FieldValue::secret(&RefreshToken::new("canary"))), "[redacted]");
    }
}
