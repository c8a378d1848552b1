//! Searching bytes, by the length of the text they are in.
//!
//! `memchr` is many times faster than a plain loop, but asks the processor first what it can do. In a virtual machine each
//! of these questions costs several microseconds, and all together more than a plain search of a cache of usual size.

use memchr::memchr2;
use memchr::memmem::Finder;

/// From here on the questions pay.
const LONG: usize = 64 * 1024;

/// How to search a text.
#[derive(Clone, Copy)]
pub(super) enum Search {
    Plain,
    Vectored,
}

impl Search {
    /// For a text of `length` bytes.
    pub(super) fn of(length: usize) -> Self {
        if length < LONG { Search::Plain } else { Search::Vectored }
    }

    /// Where the first quote or backslash is.
    pub(super) fn quote_or_backslash(self, text: &[u8]) -> Option<usize> {
        match self {
            Search::Plain => text.iter().position(|byte| matches!(byte, b'"' | b'\\')),
            Search::Vectored => memchr2(b'"', b'\\', text),
        }
    }

    pub(super) fn needle(self, bytes: &[u8]) -> Needle<'_> {
        match (self, bytes.split_first()) {
            (_, None) => Needle::Empty,
            (Search::Plain, Some((first, rest))) => Needle::Plain { first: *first, rest },
            (Search::Vectored, Some(_)) => Needle::Vectored(Box::new(Finder::new(bytes))),
        }
    }
}

/// Bytes to be found in many places.
pub(super) enum Needle<'n> {
    Empty,
    Plain { first: u8, rest: &'n [u8] },
    Vectored(Box<Finder<'n>>),
}

impl Needle<'_> {
    pub(super) fn occurs_in(&self, mut text: &[u8]) -> bool {
        match self {
            Needle::Empty => true,
            Needle::Plain { first, rest } => {
                while let Some(at) = text.iter().position(|byte| byte == first) {
                    text = &text[at + 1..];
                    if text.starts_with(rest) {
                        return true;
                    }
                }
                false
            }
            Needle::Vectored(finder) => finder.find(text).is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn both_ways_find_the_same(text in "[ab\"\\\\]{0,40}", needle in "[ab]{0,4}") {
            let (text, needle) = (text.as_bytes(), needle.as_bytes());
            let found = |search: Search| (search.quote_or_backslash(text), search.needle(needle).occurs_in(text));
            prop_assert_eq!(found(Search::Plain), found(Search::Vectored));
        }
    }
}
