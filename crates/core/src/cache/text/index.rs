//! The positions of the document's members.

use super::member::{FieldSpans, Member, Span};
use super::scan::Scanner;
use crate::cache::{ParseError, Section};

/// The members of the root, and those of the five sections.
#[derive(Debug)]
pub(in crate::cache) struct Index {
    pub(in crate::cache) root: Span,
    pub(in crate::cache) members: Vec<Member>,
    sections: [Vec<Member>; Section::ALL.len()],
}

impl Index {
    /// Returns the index of an empty root object.
    pub(in crate::cache) fn empty(root: Span) -> Index {
        Index { root, members: Vec::new(), sections: Default::default() }
    }

    /// Indexes a document. White space and a byte order mark may surround the root.
    pub(in crate::cache) fn of(text: &[u8]) -> Result<Index, ParseError> {
        let mut scanner = Scanner::new(text)?;
        let start = scanner.root()?;
        let mut sections: [Vec<_>; Section::ALL.len()] = Default::default();
        let members = scanner.members(|scanner, key| {
            let Some(section) = scanner.section(key) else { return scanner.unseen() };
            // If a section is repeated, the last one counts, as in every MSAL library.
            sections[section as usize] = match scanner.peek()? {
                b'{' => scanner.members(|scanner, _| scanner.entry())?,
                _ => {
                    scanner.value()?;
                    Vec::new()
                }
            };
            Ok(FieldSpans::default())
        })?;
        let root = Span::new(start, scanner.at);
        scanner.white_space();
        if scanner.at < text.len() {
            return Err(scanner.malformed());
        }
        Ok(Index { root, members, sections })
    }

    pub(in crate::cache) fn section(&self, section: Section) -> &[Member] {
        &self.sections[section as usize]
    }
}

/// Returns the members of the single object in `text`.
pub(in crate::cache) fn members(text: &[u8]) -> Result<Vec<Member>, ParseError> {
    let mut scanner = Scanner::new(text)?;
    match scanner.peek()? {
        b'{' => scanner.members(|scanner, _| scanner.unseen()),
        _ => Err(ParseError::NotAnObject),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> Option<ParseError> {
        Index::of(text.as_bytes()).err()
    }

    #[test]
    fn a_document_that_is_cut_off_anywhere_is_told_from_a_whole_one() {
        let whole = r#"{"AccessToken": {"a\"}": {"b": [1, {"c": "\\"}]}}, "x": -1.5e3, "y": null}"#;
        assert_eq!(error(whole), None);
        for end in 0..whole.len() {
            assert_eq!(error(&whole[..end]), Some(ParseError::CutOff), "{}", &whole[..end]);
        }
    }

    #[test]
    fn what_is_not_one_balanced_object_is_refused() {
        assert_eq!(error("[]"), Some(ParseError::NotAnObject));
        assert_eq!(error("null"), Some(ParseError::NotAnObject));
        assert_eq!(error("{} {}"), Some(ParseError::Malformed { offset: 3 }));
        assert_eq!(error(r#"{"a": [}"#), Some(ParseError::Malformed { offset: 7 }));
        assert_eq!(error(r#"{"a": 1,}"#), Some(ParseError::Malformed { offset: 8 }));
        assert_eq!(error(r#"{"a" 1}"#), Some(ParseError::Malformed { offset: 5 }));
        assert_eq!(error("{\"a\": {\"b\":\0}}"), Some(ParseError::Malformed { offset: 11 }));
    }

    #[test]
    fn nesting_of_any_depth_is_passed_over() {
        let depth = 1_000_000;
        let text = format!("{{\"deep\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(error(&text), None);
    }

    #[test]
    fn a_section_is_known_by_its_decoded_name_and_the_last_one_counts() {
        let text = br#"{"AccessToken": {"first": {}}, "Access\u0054oken": {"a": {}, "b": {}}}"#;
        let index = Index::of(text).unwrap();
        let keys: Vec<_> = index.section(Section::AccessToken).iter().map(|entry| entry.name(text)).collect();
        assert_eq!(keys, ["a", "b"]);
    }

    #[test]
    fn an_entry_that_is_no_json_is_passed_over_and_hides_no_other() {
        let index = Index::of(br#"{"AccessToken": {"a": {"realm" "r"}, "b": 1, "c": {"realm": "r"}}}"#).unwrap();
        let seen: Vec<_> = index.section(Section::AccessToken).iter().map(|entry| entry.fields).collect();
        assert_eq!(seen[..2], [FieldSpans::default(); 2]);
        assert_ne!(seen[2], FieldSpans::default());
    }

    #[test]
    fn a_backslash_anywhere_in_an_entry_is_known() {
        let text =
            br#"{"AccessToken": {"a": {"b": "\n", "c": {}}, "\n": {}, "d": {"e": {"\n": 1}, "f": 1}, "g": {"h": 1}}}"#;
        let index = Index::of(text).unwrap();
        let escaped: Vec<_> = index.section(Section::AccessToken).iter().map(|entry| entry.escaped).collect();
        assert_eq!(escaped, [true, true, true, false]);
    }
}
