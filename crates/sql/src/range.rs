//! The names with a given prefix, as a range that an index can scan.

/// A range of names, compared by their bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Range {
    /// The lowest name.
    pub from: String,
    /// Whether the range excludes `from` itself.
    pub is_after: bool,
    /// The first name after the range; `None`: the range has no end.
    pub to: Option<String>,
}

impl Range {
    /// Returns the range of the names that begin with `prefix` and come after `after`.
    pub(crate) fn of(prefix: &str, after: Option<&str>) -> Self {
        let after = after.filter(|after| *after >= prefix);
        Range { from: after.unwrap_or(prefix).to_owned(), is_after: after.is_some(), to: end_of(prefix) }
    }

    /// Returns the range as a condition in SQL, made of these comparisons: `including` or `behind` with `from`, and
    /// `below` with `to`.
    pub(crate) fn condition(&self, including: &str, behind: &str, below: &str) -> String {
        let lower = if self.is_after { behind } else { including };
        match self.to {
            Some(_) => format!("{lower} AND {below}"),
            None => lower.to_owned(),
        }
    }
}

/// Returns the first text after all texts that begin with `prefix`: the prefix with its last character replaced by the
/// next one. UTF-8 bytes have the same order as the characters.
fn end_of(prefix: &str) -> Option<String> {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            end.push(next);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl Range {
        fn has(&self, name: &str) -> bool {
            let is_behind = if self.is_after { name > self.from.as_str() } else { name >= self.from.as_str() };
            is_behind && self.to.as_deref().is_none_or(|to| name < to)
        }
    }

    #[test]
    fn the_end_is_the_next_character_also_where_there_is_none() {
        assert_eq!(end_of("a.").as_deref(), Some("a/"));
        assert_eq!(end_of("\u{d7ff}").as_deref(), Some("\u{e000}"), "no surrogate");
        assert_eq!(end_of("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(end_of("\u{10ffff}"), None);
        assert_eq!(end_of(""), None);
    }

    proptest! {
        #[test]
        fn a_range_has_the_names_with_the_prefix_behind_the_last(
            prefix in "[%_a\u{7f}\u{d7ff}\u{10ffff}]{0,3}",
            after in proptest::option::of("[%_a\u{7f}\u{d7ff}\u{10ffff}]{0,4}"),
            name in "[%_a\u{7f}\u{d7ff}\u{10ffff}]{0,5}",
        ) {
            let is_wanted = name.starts_with(&prefix) && after.as_ref().is_none_or(|after| name > *after);
            prop_assert_eq!(Range::of(&prefix, after.as_deref()).has(&name), is_wanted);
        }
    }
}
