//! Forms, `application/x-www-form-urlencoded`: the bodies of OAuth requests (RFC 6749 appendix B).

use std::borrow::Cow;
use std::slice;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::field::FieldValue;
use crate::secret::Secret;

/// Every byte that `application/x-www-form-urlencoded` escapes. A space becomes `%20` instead of `+`: form decoders
/// accept both, and servers that only undo percent-encoding accept only `%20`.
pub(super) const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// The name and the value of a form field.
type Field = (Cow<'static, str>, FieldValue);

/// The fields of a form, in the order of sending.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Form(Vec<Field>);

impl Form {
    /// Returns an empty form.
    pub fn new() -> Form {
        Form::default()
    }

    /// Appends a field whose value may be shown.
    pub fn public(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        self.0.push((name.into(), FieldValue::public(value)));
    }

    /// Appends a field whose value must not be shown.
    pub fn secret<Kind>(&mut self, name: impl Into<Cow<'static, str>>, value: &Secret<Kind>) {
        self.0.push((name.into(), FieldValue::secret(value)));
    }

    /// Returns the value of the first field with this name.
    pub fn get(&self, name: &str) -> Option<&FieldValue> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// Returns an iterator over the fields.
    pub fn iter(&self) -> slice::Iter<'_, Field> {
        self.0.iter()
    }

    /// Returns the encoded form.
    pub fn encode(&self) -> Zeroizing<String> {
        let longest = self.iter().map(|(name, value)| 3 * name.len() + 3 * value.expose().len() + 2).sum();
        // The text never grows, so no copy of a secret is left behind.
        let mut form = Zeroizing::new(String::with_capacity(longest));
        for (name, value) in self {
            if !form.is_empty() {
                form.push('&');
            }
            form.extend(utf8_percent_encode(name, FORM));
            form.push('=');
            form.extend(utf8_percent_encode(value.expose(), FORM));
        }
        form
    }
}

impl<'f> IntoIterator for &'f Form {
    type Item = &'f Field;
    type IntoIter = slice::Iter<'f, Field>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::RefreshToken;

    #[test]
    fn a_form_is_sent_in_order_and_escaped() {
        let mut form = Form::new();
        form.public("scope", "a b");
        form.secret("refresh_token", &RefreshToken::new("c&a=n á%+"));
        form.public("plain", "*-._~");
        assert_eq!(*form.encode(), "scope=a%20b&refresh_token=c%26a%3Dn%20%C3%A1%25%2B&plain=*-._%7E");
        assert_eq!(*Form::new().encode(), "");
    }

    #[test]
    fn a_form_prints_its_public_fields_alone() {
        let mut form = Form::new();
        form.public("scope", "read");
        form.secret("refresh_token", &RefreshToken::new("canary"));
        assert_eq!(format!("{form:?}"), r#"Form([("scope", "read"), ("refresh_token", [redacted])])"#);
        assert_eq!(form.get("scope"), Some(&FieldValue::public("read")));
        assert_eq!(form.get("absent"), None);
    }
}
