//! Writes new text in the style of MSAL Python, or compactly in a compact file.

use std::fmt::Write;

use zeroize::Zeroizing;

use crate::secret::SecretBuffer;

/// The writing style of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::cache) enum Style {
    /// The style of MSAL Node, Go and .NET: no white space, UTF-8.
    Compact,
    /// The style of MSAL Python: indented by 4, ASCII.
    Pretty,
}

impl Style {
    /// Returns the style of a file with this root object. An empty object has Python's style.
    pub(in crate::cache) fn of(root: &[u8]) -> Self {
        match root.get(1) {
            Some(b'"') => Style::Compact,
            _ => Style::Pretty,
        }
    }

    /// Returns an object with string or null fields at nesting depth `depth`.
    pub(in crate::cache) fn object(self, fields: &[(&str, Option<&str>)], depth: usize) -> Zeroizing<String> {
        let mut out = SecretBuffer::new();
        out.push('{');
        for (position, (name, value)) in fields.iter().enumerate() {
            if position > 0 {
                out.push(',');
            }
            self.name(&mut out, name, depth + 1);
            out.push_str(&self.string_or_null(*value));
        }
        self.end_line(&mut out, depth);
        out.push('}');
        out.finish()
    }

    /// Starts a new member, up to its value, at the depth of its name.
    pub(in crate::cache) fn name(self, out: &mut SecretBuffer, name: &str, depth: usize) {
        self.end_line(out, depth);
        out.push_str(&self.string(name));
        out.push_str(if self == Style::Pretty { ": " } else { ":" });
    }

    /// Writes the white space before a name or a closing bracket.
    pub(in crate::cache) fn end_line(self, out: &mut SecretBuffer, depth: usize) {
        if self == Style::Pretty {
            out.push('\n');
            (0..depth).for_each(|_| out.push_str("    "));
        }
    }

    pub(in crate::cache) fn string_or_null(self, value: Option<&str>) -> Zeroizing<String> {
        value.map_or_else(|| Zeroizing::new("null".to_owned()), |value| self.string(value))
    }

    fn string(self, value: &str) -> Zeroizing<String> {
        let mut out = SecretBuffer::with_capacity(value.len() + 2);
        out.push('"');
        for character in value.chars() {
            match character {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                ' '..='\u{7f}' => out.push(character),
                _ if self == Style::Compact && character > '\u{7f}' => out.push(character),
                _ => escape(&mut out, character),
            }
        }
        out.push('"');
        out.finish()
    }
}

fn escape(out: &mut SecretBuffer, character: char) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        // Writing to a string cannot fail.
        let _ = write!(out, "\\u{unit:04x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pretty_strings_are_what_python_writes() {
        let text = "\"\\/\n\r\t\u{8}\u{c}\u{1}\u{7f}\u{e9}\u{2028}\u{1f511}";
        let python = r#""\"\\/\n\r\t\b\f\u0001"#.to_owned() + "\u{7f}" + r#"\u00e9\u2028\ud83d\udd11""#;
        assert_eq!(*Style::Pretty.string(text), python);
    }

    #[test]
    fn compact_strings_keep_their_letters() {
        assert_eq!(*Style::Compact.string("\u{1}\u{e9}\u{1f511}"), "\"\\u0001\u{e9}\u{1f511}\"");
    }

    #[test]
    fn a_style_is_told_from_the_first_bytes() {
        assert_eq!(Style::of(b"{\"AccessToken\":{}}"), Style::Compact);
        assert_eq!(Style::of(b"{\n    \"AccessToken\": {}\n}"), Style::Pretty);
        assert_eq!(Style::of(b"{}"), Style::Pretty);
    }
}
