//! Values of form fields and headers, public or secret by type.

use std::fmt;

use crate::secret::{Secret, kind};

/// The value of a form field or header. A secret value is redacted in `Debug`, and
/// [`RequestError`](super::RequestError) removes it from the server's texts.
#[derive(Clone, Eq, PartialEq)]
pub enum FieldValue {
    /// A value that may be logged and repeated in error messages.
    Public(String),
    /// A value that proves an identity or can be redeemed.
    Secret(Secret<kind::FieldValue>),
}

impl FieldValue {
    /// Wraps a value that may be shown.
    pub fn public(value: impl Into<String>) -> FieldValue {
        FieldValue::Public(value.into())
    }

    /// Copies a secret of any kind.
    pub fn secret<Kind>(value: &Secret<Kind>) -> FieldValue {
        FieldValue::Secret(Secret::new(value.expose()))
    }

    /// Whether the value must not be shown.
    pub fn is_secret(&self) -> bool {
        matches!(self, FieldValue::Secret(_))
    }

    /// Returns the value itself. As with [`Secret::expose`], each call can leak a secret.
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
