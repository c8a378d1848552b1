use std::fmt;

use super::Section;

/// Why a text is not a cache. Such a text is never treated as an empty cache, and never overwritten.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseError {
    /// The text ends before its root object does. A write may be in progress.
    CutOff,
    /// The text is not JSON.
    Malformed {
        /// The index of the first invalid byte.
        offset: usize,
    },
    /// The text is JSON, but its root is not an object.
    NotAnObject,
    /// The text is not UTF-8.
    NotUtf8 {
        /// The index of the first invalid byte.
        offset: usize,
    },
    /// One of the five sections is neither an object nor null.
    SectionNotAnObject(Section),
    /// The text has 4 GiB or more.
    TooLarge,
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParseError::CutOff => formatter.write_str("it is cut off"),
            ParseError::Malformed { offset } => write!(formatter, "it is not JSON at byte {offset}"),
            ParseError::NotAnObject => formatter.write_str("it is not a JSON object"),
            ParseError::NotUtf8 { offset } => write!(formatter, "it is not UTF-8 at byte {offset}"),
            ParseError::SectionNotAnObject(section) => write!(formatter, "its {section} is not an object"),
            ParseError::TooLarge => formatter.write_str("it is larger than 4 GiB"),
        }
    }
}

impl std::error::Error for ParseError {}

/// Why an entry cannot be read. Such an entry is never served, and stays in the file until its account is removed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Defect {
    /// The field is missing, null or empty.
    Missing(&'static str),
    /// The entry is not an object.
    NotAnObject,
    /// The field holds a character that no HTTP header can carry (RFC 6750 §2.1).
    NotAHeaderValue(&'static str),
    /// The field is not a string.
    NotAString(&'static str),
    /// The field is not a number of seconds.
    NotATime(&'static str),
    /// `credential_type` contradicts the section.
    OtherCredentialType,
}

impl fmt::Display for Defect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Defect::Missing(field) => write!(formatter, "{field} is missing"),
            Defect::NotAnObject => formatter.write_str("not an object"),
            Defect::NotAHeaderValue(field) => {
                write!(formatter, "{field} holds a character that no HTTP header can carry")
            }
            Defect::NotAString(field) => write!(formatter, "{field} is not a string"),
            Defect::NotATime(field) => write!(formatter, "{field} is not a time"),
            Defect::OtherCredentialType => formatter.write_str("credential_type contradicts the section"),
        }
    }
}

/// An entry that cannot be read, for a report to people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unreadable {
    /// The section of the entry.
    pub section: Section,
    /// The key in the file.
    pub key: String,
    /// The reason.
    pub reason: Defect,
}
