//! Reads a document that is too large for memory and drops the irrelevant entries.

use std::collections::BTreeSet;

use super::document::Entry;
use super::member::FieldSpans;
use super::scan::{Place, Scanner};
use crate::cache::{ParseError, Section};
use crate::secret::{Window, WipedBytes};

/// Decides which entries to keep.
pub(in crate::cache) trait Choice {
    /// Whether to keep an entry. `kept` is the number of bytes kept so far.
    fn is_wanted(&mut self, section: Section, entry: &Entry<'_>, kept: usize) -> bool;

    /// Whether the rest of the document after this section is irrelevant.
    fn is_enough(&mut self, _section: Section) -> bool {
        false
    }
}

/// Returns the document without the unwanted entries, in the sections that have entries for each user. A search for
/// wanted entries has the same result as in the whole document.
///
/// Returns `None` if the document is not one complete object, cannot be read to its end, or `choice` has seen enough.
pub(in crate::cache) fn filter(window: &mut Window<'_>, choice: &mut dyn Choice) -> Option<WipedBytes> {
    let mut filter = Filter { window, choice, names: BTreeSet::new(), kept: WipedBytes::default() };
    filter.filter()?;
    Some(filter.kept)
}

struct Filter<'w, 'r> {
    window: &'w mut Window<'r>,
    choice: &'w mut dyn Choice,
    /// The names of the entries kept in this section. A later entry with the same name shadows the earlier one.
    names: BTreeSet<String>,
    kept: WipedBytes,
}

impl Filter<'_, '_> {
    fn filter(&mut self) -> Option<()> {
        let (_, length) = self.step(|scanner| scanner.root().and_then(|_| scanner.expect(b'{')))?;
        self.keep(length);
        let mut place = Place::First;
        loop {
            let (next, length) = self.step(|scanner| root_member(scanner, place))?;
            self.keep(length);
            match next {
                Next::Member => {}
                Next::Section(section) => self.section(section)?,
                Next::End => break,
            }
            place = Place::Further;
        }
        // Only white space is left in a complete document.
        self.keep(self.window.text().len());
        while !self.window.is_last() {
            self.window.read_on().ok()?;
            self.keep(self.window.text().len());
        }
        Some(())
    }

    /// Filters a section from behind its opening bracket to its closing one.
    fn section(&mut self, section: Section) -> Option<()> {
        self.names.clear();
        let (mut place, mut separator) = (Place::First, "");
        loop {
            let (member, length) = self.step(|scanner| scanner.member(place, |scanner, _| scanner.entry()))?;
            let Some(member) = member else {
                self.window.pass(length);
                self.kept.extend(b"}");
                return (!self.choice.is_enough(section)).then_some(());
            };
            let entry = Entry { text: self.window.text(), member, position: 0 };
            if self.choice.is_wanted(section, &entry, self.kept.len()) || self.may_shadow(&entry) {
                self.names.insert(entry.key().into_owned());
                self.kept.extend(separator.as_bytes());
                self.kept.extend(&entry.text[member.key.start()..member.value.end()]);
                separator = ",";
            }
            self.window.pass(length);
            place = Place::Further;
        }
    }

    fn may_shadow(&self, entry: &Entry<'_>) -> bool {
        entry.plain_key().is_none_or(|key| self.names.contains(key))
    }

    /// Takes one step with as much of the document as it needs. Also returns its length.
    fn step<Taken>(&mut self, step: impl Fn(&mut Scanner<'_>) -> Result<Taken, ParseError>) -> Option<(Taken, usize)> {
        loop {
            let mut scanner = Scanner::new(self.window.text()).ok()?;
            match (step(&mut scanner), scanner.at) {
                (Err(ParseError::CutOff), _) if !self.window.is_last() => self.window.read_on().ok()?,
                (taken, length) => return Some((taken.ok()?, length)),
            }
        }
    }

    fn keep(&mut self, length: usize) {
        self.kept.extend(&self.window.text()[..length]);
        self.window.pass(length);
    }
}

/// The part of the root that a step has read.
enum Next {
    /// A whole member.
    Member,
    /// The beginning of a section, including its opening bracket.
    Section(Section),
    /// The closing bracket.
    End,
}

fn root_member(scanner: &mut Scanner<'_>, place: Place) -> Result<Next, ParseError> {
    let mut next = Next::Member;
    let member = scanner.member(place, |scanner, key| {
        let section = scanner.section(key).filter(|section| *section != Section::AppMetadata);
        if let Some(section) = section
            && scanner.peek()? == b'{'
        {
            next = Next::Section(section);
            return scanner.expect(b'{').map(|()| FieldSpans::default());
        }
        scanner.unseen()
    })?;
    Ok(member.map_or(Next::End, |_| next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::text::index::Index;

    struct ForA;

    impl Choice for ForA {
        fn is_wanted(&mut self, section: Section, entry: &Entry<'_>, _: usize) -> bool {
            section != Section::AccessToken || entry.texts().is_none_or(|texts| texts.target == "a")
        }
    }

    /// Returns what the filter keeps in a window of `room` bytes: access tokens for `a`, and other entries.
    fn filtered(text: &str, room: usize) -> Option<String> {
        let mut source = text.as_bytes();
        let mut window = Window::with_room(&mut source, text.len() as u64, room).unwrap();
        let kept = filter(&mut window, &mut ForA)?;
        Some(String::from_utf8(kept.to_vec()).unwrap())
    }

    fn assert_sifted(text: &str, expected: &str) {
        for room in 1..=text.len() + 1 {
            assert_eq!(filtered(text, room).as_deref(), Some(expected), "{room}");
        }
    }

    #[test]
    fn only_unwanted_access_tokens_are_left_out() {
        assert_sifted(
            r#" {"x": [1], "AccessToken": {"1": {"target": "b"}, "2" : {"target": "a"}, "3": {}}, "RefreshToken": {"4": {}}} "#,
            r#" {"x": [1], "AccessToken": {"2" : {"target": "a"}}, "RefreshToken": {"4": {}}} "#,
        );
    }

    #[test]
    fn one_that_shadows_a_wanted_one_stays() {
        assert_sifted(
            r#"{"AccessToken":{"1":{"target":"b"},"1":{"target":"a"},"1":{"target":"b"},"2":{"target":"b"}}}"#,
            r#"{"AccessToken":{"1":{"target":"a"},"1":{"target":"b"}}}"#,
        );
        assert_sifted(
            r#"{"AccessToken":{"\u0031":{"target":"a"},"1":{"target":"b"}}}"#,
            r#"{"AccessToken":{"\u0031":{"target":"a"},"1":{"target":"b"}}}"#,
        );
    }

    #[test]
    fn of_two_sections_both_stay() {
        assert_sifted(
            r#"{"AccessToken": {"1": {"target": "a"}}, "Access\u0054oken": {"2": {"target": "b"}}, "AccessToken": null}"#,
            r#"{"AccessToken": {"1": {"target": "a"}}, "Access\u0054oken": {}, "AccessToken": null}"#,
        );
    }

    #[test]
    fn a_byte_order_mark_stays() {
        assert_sifted("\u{feff} {\"AccessToken\": {\"1\": {}}}", "\u{feff} {\"AccessToken\": {}}");
    }

    #[test]
    fn what_is_no_whole_object_is_refused() {
        let whole = r#"{"AccessToken": {"1": {"target": "b"}, "2": {"a": ["}"]}}, "y": null}"#;
        for room in [1, 10, 100] {
            assert!(filtered(whole, room).is_some());
            for end in 0..whole.len() {
                assert_eq!(filtered(&whole[..end], room), None, "{}", &whole[..end]);
            }
            for text in ["[]", r#"{"a": 1,}"#, r#"{"AccessToken": {"1": {},}}"#, r#"{"AccessToken": {"1" {}}}"#] {
                assert_eq!(filtered(text, room), None, "{text}");
            }
        }
    }

    #[test]
    fn what_stands_behind_the_root_stays_and_is_for_the_index_to_refuse() {
        let kept = filtered(r#"{"AccessToken": {}} {}"#, 4).unwrap();
        assert!(Index::of(kept.as_bytes()).is_err());
    }
}
