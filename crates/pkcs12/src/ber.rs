//! The encoding of ASN.1, ITU-T X.690: reads BER, which BouncyCastle and NSS write, and writes DER.

use zeroize::Zeroizing;

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OID: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
const CONSTRUCTED: u8 = 0x20;

/// The greatest depth of values of indefinite length, and of strings in several parts.
const DEEPEST: usize = 16;

/// Returns the tag of a context-specific value that is explicitly tagged.
pub(crate) const fn explicit(number: u8) -> u8 {
    0xA0 | number
}

/// Returns the tag of a context-specific value that is implicitly tagged.
pub(crate) const fn implicit(number: u8) -> u8 {
    0x80 | number
}

/// The data do not have the expected structure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Malformed;

/// A value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    /// The value with its tag and length.
    pub(crate) encoded: &'a [u8],
}

impl<'a> Value<'a> {
    /// Returns a reader of the content.
    pub(crate) fn reader(self) -> Reader<'a> {
        Reader::new(self.content)
    }
}

/// Reads values, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(content: &'a [u8]) -> Self {
        Reader { rest: content }
    }

    /// Returns the next value; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Value<'a>>, Malformed> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (value, rest) = split(self.rest, DEEPEST).ok_or(Malformed)?;
        self.rest = rest;
        Ok(Some(value))
    }

    /// Returns the next value, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<Value<'a>, Malformed> {
        self.next()?.filter(|value| value.tag == tag).ok_or(Malformed)
    }

    /// Returns the next value if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Value<'a>>, Malformed> {
        if self.rest.first() == Some(&tag) { self.next() } else { Ok(None) }
    }

    pub(crate) fn end(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed) }
    }

    /// Returns a reader of the next value, a sequence.
    pub(crate) fn sequence(&mut self) -> Result<Reader<'a>, Malformed> {
        Ok(self.expect(SEQUENCE)?.reader())
    }

    /// Returns the content of the next value, an object identifier.
    pub(crate) fn oid(&mut self) -> Result<&'a [u8], Malformed> {
        Ok(self.expect(OID)?.content)
    }

    /// Returns the next value, an integer from 0 to 2³²-1.
    pub(crate) fn integer(&mut self) -> Result<u32, Malformed> {
        number(self.expect(INTEGER)?.content)
    }

    /// Returns the next value if it is an integer from 0 to 2³²-1.
    pub(crate) fn optional_integer(&mut self) -> Result<Option<u32>, Malformed> {
        self.optional(INTEGER)?.map(|value| number(value.content)).transpose()
    }

    /// Returns the bytes of the next value, a string with this tag. In BER, a string may have several parts.
    pub(crate) fn octets(&mut self, tag: u8) -> Result<Zeroizing<Vec<u8>>, Malformed> {
        let value = self.next()?.ok_or(Malformed)?;
        let mut octets = Zeroizing::new(Vec::with_capacity(value.content.len()));
        append(&mut octets, value, tag, DEEPEST)?;
        Ok(octets)
    }

    /// Returns the bytes of the next value, a bit string of whole bytes.
    pub(crate) fn bits(&mut self) -> Result<&'a [u8], Malformed> {
        self.expect(BIT_STRING)?.content.strip_prefix(&[0]).ok_or(Malformed)
    }
}

fn append(octets: &mut Vec<u8>, value: Value<'_>, tag: u8, depth: usize) -> Result<(), Malformed> {
    if value.tag == tag {
        octets.extend_from_slice(value.content);
        return Ok(());
    }
    if value.tag != tag | CONSTRUCTED || depth == 0 {
        return Err(Malformed);
    }
    let mut parts = value.reader();
    while let Some(part) = parts.next()? {
        append(octets, part, OCTET_STRING, depth - 1)?;
    }
    Ok(())
}

fn number(content: &[u8]) -> Result<u32, Malformed> {
    let is_negative = content.first().ok_or(Malformed)? & 0x80 != 0;
    let content = content.strip_prefix(&[0]).unwrap_or(content);
    if is_negative || content.len() > 4 {
        return Err(Malformed);
    }
    Ok(content.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// Splits the first value off.
fn split(input: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    let (&tag, after_tag) = input.split_first()?;
    let (&first, after_length) = after_tag.split_first()?;
    let has_long_tag = tag & 0x1F == 0x1F;
    if has_long_tag {
        return None;
    }
    let (content, rest) = match first {
        0x80 if tag & CONSTRUCTED == 0 => return None,
        0x80 => split_indefinite(after_length, depth.checked_sub(1)?)?,
        0..0x80 => after_length.split_at_checked(first.into())?,
        _ => {
            let (length, content) = after_length.split_at_checked((first & 0x7F).into())?;
            content.split_at_checked(number(&[&[0], length].concat()).ok()?.try_into().ok()?)?
        }
    };
    Some((Value { tag, content, encoded: input.get(..input.len() - rest.len())? }, rest))
}

/// Splits the content of a value of indefinite length off, which two zeros end.
fn split_indefinite(input: &[u8], depth: usize) -> Option<(&[u8], &[u8])> {
    let mut rest = input;
    loop {
        if let Some(after) = rest.strip_prefix(&[0, 0]) {
            return Some((input.get(..input.len() - rest.len())?, after));
        }
        rest = split(rest, depth)?.1;
    }
}

/// Encodes a value in DER.
pub(crate) fn encode(tag: u8, content: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length: usize = content.iter().map(|part| part.len()).sum();
    let bytes = length.to_be_bytes();
    let significant = bytes.iter().position(|byte| *byte != 0).map_or(&[][..], |first| &bytes[first..]);
    let mut encoded = Zeroizing::new(Vec::with_capacity(length + 2 + bytes.len()));
    encoded.push(tag);
    match u8::try_from(length) {
        Ok(short @ 0..0x80) => encoded.push(short),
        _ => {
            encoded.push(0x80 | significant.len() as u8);
            encoded.extend_from_slice(significant);
        }
    }
    content.iter().for_each(|part| encoded.extend_from_slice(part));
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_in_several_parts_of_indefinite_length_is_joined() {
        let parts = b"\x24\x80\x04\x01a\x24\x80\x04\x02bc\x00\x00\x04\x00\x00\x00";
        assert_eq!(Reader::new(parts).octets(OCTET_STRING).unwrap().as_slice(), b"abc");
        assert_eq!(Reader::new(b"\xA0\x05\x04\x03abc").octets(implicit(0)).unwrap().as_slice(), b"abc");
        assert_eq!(Reader::new(b"\x80\x03abc").octets(implicit(0)).unwrap().as_slice(), b"abc");
    }

    #[test]
    fn a_value_that_is_cut_off_or_nested_without_an_end_is_malformed() {
        let whole = b"\x30\x82\x00\x05\x24\x80\x00\x00\x05";
        assert!(Reader::new(whole).next().is_ok());
        for length in 1..whole.len() {
            assert_eq!(Reader::new(&whole[..length]).next().unwrap_err(), Malformed, "{length}");
        }
        for input in [
            [0x30, 0x80].repeat(30_000),
            [0x24, 0x80].repeat(17),
            b"\x1F\x01\x00".to_vec(),
            b"\x04\x80\x00\x00".to_vec(),
        ] {
            assert_eq!(Reader::new(&input).next().unwrap_err(), Malformed);
        }
        assert_eq!(Reader::new(b"\x30\x85\x01\x00\x00\x00\x00").next().unwrap_err(), Malformed);
    }

    #[test]
    fn an_integer_is_not_negative_and_has_32_bits() {
        for (content, expected) in [
            (&b"\x02\x01\x00"[..], Ok(0)),
            (b"\x02\x02\x08\x00", Ok(2048)),
            (b"\x02\x05\x00\xFF\xFF\xFF\xFF", Ok(u32::MAX)),
            (b"\x02\x05\x01\x00\x00\x00\x00", Err(Malformed)),
            (b"\x02\x01\x80", Err(Malformed)),
            (b"\x02\x00", Err(Malformed)),
        ] {
            assert_eq!(Reader::new(content).integer(), expected);
        }
    }

    #[test]
    fn a_value_that_was_encoded_is_read_back() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let content = vec![7; length];
            let encoded = encode(OCTET_STRING, &[&content]);
            let value = Reader::new(&encoded).expect(OCTET_STRING).unwrap();
            assert_eq!((value.content, value.encoded), (&content[..], &encoded[..]));
        }
    }
}
