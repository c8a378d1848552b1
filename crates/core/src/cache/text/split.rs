//! Splits an entry into its fields. Most entries have no escapes, and are split several times as fast as JSON is parsed.

use serde_json::value::RawValue;

use super::member::{FieldSpans, Member};
use super::scan::{Place, Scanner};
use super::search::has_control_character;

/// A name without its quotes, and the text of its value.
pub(in crate::cache) type Field<'t> = (&'t str, &'t str);

/// Returns the fields of an object in which nothing is escaped. `None` for any other text, valid or not.
pub(in crate::cache) fn split(object: &[u8]) -> Option<Vec<Field<'_>>> {
    let text = str::from_utf8(object).ok()?;
    let mut scanner = Scanner::new(object).ok()?;
    scanner.expect(b'{').ok()?;
    let mut fields = Vec::with_capacity(16);
    let mut place = Place::First;
    let skip = |scanner: &mut Scanner<'_>, _| scanner.value().map(|()| FieldSpans::default());
    while let Some(Member { key, value, escaped, .. }) = scanner.member(place, skip).ok()? {
        let (name, value) = (&text[key.start()..key.end()], &text[value.start()..value.end()]);
        if escaped || !is_string(name) || !is_valid(value) {
            return None;
        }
        fields.push((&name[1..name.len() - 1], value));
        place = Place::Further;
    }
    (scanner.at == object.len()).then_some(fields)
}

/// Whether the value is valid JSON. The scanner has found the end of a string, and of anything else only the brackets.
fn is_valid(value: &str) -> bool {
    if value.starts_with('"') { is_string(value) } else { serde_json::from_str::<&RawValue>(value).is_ok() }
}

/// Whether a text in quotes without escapes is a string (RFC 8259 §7).
fn is_string(quoted: &str) -> bool {
    !has_control_character(quoted.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Parses JSON as usual. The fields of the same name are one.
    fn parsed(object: &str) -> Option<BTreeMap<String, Box<RawValue>>> {
        serde_json::from_str(object).ok()
    }

    #[test]
    fn an_entry_is_split_into_what_it_holds() {
        let fields =
            split(b"{ \"a\" : \"1\",\n\"b\":-1.5e3, \"c\": {\"d\": [null, true]},\"\":\"\x7f\xc3\xa9\"}").unwrap();
        let expected = [("a", "\"1\""), ("b", "-1.5e3"), ("c", "{\"d\": [null, true]}"), ("", "\"\u{7f}\u{e9}\"")];
        assert_eq!(fields, expected);
        assert_eq!(split(b"{}"), Some(Vec::new()));
    }

    #[test]
    fn what_is_no_valid_object_or_has_escapes_is_left_to_the_parser() {
        let texts: [&[u8]; 14] = [
            b"",
            b"{",
            b"[]",
            b"null",
            b"{} ",
            b" {}",
            b"{\"a\": tru}",
            b"{\"a\": 01}",
            b"{\"a\": {\"b\" 1}}",
            b"{\"a\": 1,}",
            b"{\"a\": \"\n\"}",
            b"{\"\t\": 1}",
            b"{\"a\": \"\\n\"}",
            b"{\"a\": \"\xff\"}",
        ];
        for text in texts {
            assert_eq!(split(text), None, "{}", String::from_utf8_lossy(text));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_split_is_what_a_parser_finds(object in "\\{([ \"a:,1{}\\[\\]\\\\\n-]|null|\"a\":|\"b\": 1,|\"c\": \"d\"){0,12}\\}") {
            if let Some(fields) = split(object.as_bytes()) {
                let parsed = parsed(&object).expect("it is valid");
                let last: BTreeMap<_, _> = fields.into_iter().collect();
                let of_parser: BTreeMap<_, _> = parsed.iter().map(|(name, value)| (name.as_str(), value.get())).collect();
                prop_assert_eq!(last, of_parser);
            } else {
                prop_assert!(parsed(&object).is_none() || object.contains('\\') || object.ends_with(char::is_whitespace));
            }
        }
    }
}
