//! Scans a document in one pass, without recursion and without an allocation for each token.
//!
//! The scanner knows strings and brackets, so it never mistakes a part of a string for structure. It may accept invalid
//! JSON inside an entry: an entry is parsed when it is needed, and a whole document before it is changed.

use super::member::{FieldSpans, LONGEST_TEXT, Member, Span};
use super::search::quote_or_backslash;
use crate::cache::{ParseError, Section};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The position of an object's next member.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Place {
    First,
    /// After a comma.
    Further,
}

/// Scans a document from its start.
pub(super) struct Scanner<'t> {
    text: &'t [u8],
    pub(super) at: usize,
    /// The expected closing brackets, innermost last.
    nesting: Vec<u8>,
    /// Whether a backslash was found since this was last cleared.
    escaped: bool,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t [u8]) -> Result<Self, ParseError> {
        if text.len() > LONGEST_TEXT {
            return Err(ParseError::TooLarge);
        }
        Ok(Scanner { text, at: 0, nesting: Vec::new(), escaped: false })
    }

    /// Moves to the root object and returns its start.
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

    /// Returns the section that a root member's key names.
    pub(super) fn section(&self, key: Span) -> Option<Section> {
        let member = Member { key, value: key, escaped: self.escaped, fields: FieldSpans::default() };
        Section::named(&member.name(self.text))
    }

    /// Skips an entry. An entry that is not a JSON object has no fields.
    pub(super) fn entry(&mut self) -> Result<FieldSpans, ParseError> {
        let (start, escaped) = (self.at, self.escaped);
        let (text, mut fields) = (self.text, FieldSpans::default());
        if self.peek()? == b'{'
            && self.each_member(|scanner, _| scanner.unseen(), |field| fields.note(text, field)).is_ok()
        {
            return Ok(fields);
        }
        (self.at, self.escaped) = (start, escaped);
        self.nesting.clear();
        self.unseen()
    }

    /// Skips a value without recording anything.
    pub(super) fn unseen(&mut self) -> Result<FieldSpans, ParseError> {
        self.value()?;
        Ok(FieldSpans::default())
    }

    /// Skips the object that starts here. `value` skips each member's value and returns its fields.
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

    /// Skips the next member of an object. At the closing bracket, skips that and returns `None`.
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
        let fields = value(self, key)?;
        Ok(Some(Member { key, value: Span::new(start, self.at), escaped: self.escaped, fields }))
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
            self.at = quote_or_backslash(self.text, self.at).ok_or(ParseError::CutOff)? + 1;
            if self.text[self.at - 1] == b'"' {
                return Ok(Span::new(start, self.at));
            }
            self.escaped = true;
            self.at += 1;
        }
    }

    pub(super) fn white_space(&mut self) {
        // Mostly there is none.
        while let Some(byte) = self.text.get(self.at).filter(|byte| **byte <= b' ') {
            // MSAL Python indents by four, mostly twice or three times, which is most of the white space.
            self.at += match byte {
                b'\n' if self.text[self.at..].starts_with(b"\n        ") => 9,
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

/// Whether the byte may occur outside of strings.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b',' | b':' | b'+' | b'-' | b'.') || byte.is_ascii_alphanumeric()
}
