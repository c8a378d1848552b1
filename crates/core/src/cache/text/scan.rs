//! One pass over the bytes of a document: no recursion, no allocation per token.
//!
//! The scanner knows strings and brackets, and so can never take a part of a string for structure. What it lets
//! through inside an entry may still not be JSON: an entry is parsed when it is looked at, and a whole
//! document before it is changed.

use super::member::{FieldSpans, LONGEST_TEXT, Member, Span};
use super::search::quote_or_backslash;
use crate::cache::{ParseError, Section};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Which of an object's members comes next.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Place {
    First,
    /// After a comma.
    Further,
}

/// Passes over a document from its start.
pub(super) struct Scanner<'t> {
    text: &'t [u8],
    pub(super) at: usize,
    /// The closing brackets that are due, innermost last.
    nesting: Vec<u8>,
    /// Whether a backslash was met since this was last cleared.
    escaped: bool,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t [u8]) -> Result<Self, ParseError> {
        if text.len() > LONGEST_TEXT {
            return Err(ParseError::TooLarge);
        }
        Ok(Scanner { text, at: 0, nesting: Vec::new(), escaped: false })
    }

    /// Goes to the root object, and returns where it stands.
    pub(super) fn root(&mut self) -> Result<usize, ParseError> {
        if self.text.starts_with(BYTE_ORDER_MARK) {
            self.at = BYTE_ORDER_MARK.len();
        } else if BYTE_ORDER_MARK.starts_with(self.text) {
            return Err(ParseError::CutOff);
        }
        self.white_space();
        match self.peek()? {
            b'{' => Ok(self.at),
            _ => Err(ParseError::NotAnObject),
        }
    }

    /// The section that the key of a member of the root names.
    pub(super) fn section(&self, key: Span) -> Option<Section> {
        let member = Member { key, value: key, escaped: self.escaped, look: FieldSpans::default() };
        Section::named(&member.name(self.text))
    }

    /// Passes over an entry. There is nothing to see in one that is no JSON object.
    pub(super) fn entry(&mut self) -> Result<FieldSpans, ParseError> {
        let (start, escaped) = (self.at, self.escaped);
        let (text, mut look) = (self.text, FieldSpans::default());
        if self.peek()? == b'{'
            && self.each_member(|scanner, _| scanner.unseen(), |field| look.note(text, field)).is_ok()
        {
            return Ok(look);
        }
        (self.at, self.escaped) = (start, escaped);
        self.nesting.clear();
        self.unseen()
    }

    /// Passes over a value that is not looked at.
    pub(super) fn unseen(&mut self) -> Result<FieldSpans, ParseError> {
        self.value()?;
        Ok(FieldSpans::default())
    }

    /// Passes over the object that starts here; `value` passes over each member's value and tells what it saw.
    pub(super) fn members(
        &mut self,
        value: impl FnMut(&mut Self, Span) -> Result<FieldSpans, ParseError>,
    ) -> Result<Vec<Member>, ParseError> {
        // Few sections have more.
        let mut members = Vec::with_capacity(8);
        self.each_member(value, |member| members.push(member))?;
        Ok(members)
    }

    fn each_member(
        &mut self,
        mut value: impl FnMut(&mut Self, Span) -> Result<FieldSpans, ParseError>,
        mut visit: impl FnMut(Member),
    ) -> Result<(), ParseError> {
        let mut escaped = self.escaped;
        self.expect(b'{')?;
        let mut place = Place::First;
        while let Some(member) = self.member(place, &mut value)? {
            visit(member);
            escaped |= self.escaped;
            place = Place::Further;
        }
        self.escaped = escaped;
        Ok(())
    }

    /// Passes over the next member of an object, or over its closing bracket: `None`.
    pub(super) fn member(
        &mut self,
        place: Place,
        value: impl FnOnce(&mut Self, Span) -> Result<FieldSpans, ParseError>,
    ) -> Result<Option<Member>, ParseError> {
        self.white_space();
        if self.peek()? == b'}' {
            self.at += 1;
            return Ok(None);
        }
        if place == Place::Further {
            self.expect(b',')?;
            self.white_space();
        }
        self.escaped = false;
        let key = self.string()?;
        self.white_space();
        self.expect(b':')?;
        self.white_space();
        let start = self.at;
        let look = value(self, key)?;
        Ok(Some(Member { key, value: Span::new(start, self.at), escaped: self.escaped, look }))
    }

    pub(super) fn value(&mut self) -> Result<(), ParseError> {
        match self.peek()? {
            b'"' => self.string().map(drop),
            b'{' | b'[' => self.nested(),
            _ => self.scalar(),
        }
    }

    fn nested(&mut self) -> Result<(), ParseError> {
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' => self.nesting.push(b'}'),
                b'[' => self.nesting.push(b']'),
                bracket @ (b'}' | b']') => {
                    if self.nesting.pop() != Some(bracket) {
                        return Err(self.malformed());
                    }
                    if self.nesting.is_empty() {
                        self.at += 1;
                        return Ok(());
                    }
                }
                b' ' | b'\n' | b'\r' | b'\t' => {
                    self.white_space();
                    continue;
                }
                byte if is_plain(byte) => {}
                _ => return Err(self.malformed()),
            }
            self.at += 1;
        }
    }

    fn scalar(&mut self) -> Result<(), ParseError> {
        let start = self.at;
        while self.peek()?.is_ascii_alphanumeric() || matches!(self.peek()?, b'+' | b'-' | b'.') {
            self.at += 1;
        }
        if self.at == start { Err(self.malformed()) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<Span, ParseError> {
        let start = self.at;
        self.expect(b'"')?;
        loop {
            let rest = self.text.get(self.at..).ok_or(ParseError::CutOff)?;
            self.at += quote_or_backslash(rest).ok_or(ParseError::CutOff)? + 1;
            if self.text[self.at - 1] == b'"' {
                return Ok(Span::new(start, self.at));
            }
            self.escaped = true;
            self.at += 1;
        }
    }

    pub(super) fn white_space(&mut self) {
        while let Some(byte) = self.text.get(self.at) {
            // MSAL Python indents by four: most of the white space there is.
            self.at += match byte {
                b' ' if self.text[self.at..].starts_with(b"    ") => 4,
                b' ' | b'\n' | b'\r' | b'\t' => 1,
                _ => return,
            };
        }
    }

    pub(super) fn expect(&mut self, byte: u8) -> Result<(), ParseError> {
        if self.peek()? != byte {
            return Err(self.malformed());
        }
        self.at += 1;
        Ok(())
    }

    pub(super) fn peek(&self) -> Result<u8, ParseError> {
        self.text.get(self.at).copied().ok_or(ParseError::CutOff)
    }

    pub(super) fn malformed(&self) -> ParseError {
        ParseError::Malformed { offset: self.at }
    }
}

/// What else may stand outside of strings.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b',' | b':' | b'+' | b'-' | b'.') || byte.is_ascii_alphanumeric()
}
