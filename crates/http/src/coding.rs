//! Decompresses answers that were compressed without being asked for (RFC 9110 §8.4). Some gateways do that, and a
//! rotated refresh token must not be lost because of it.

use std::fmt;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_PARSE_ZLIB_HEADER, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};
use zeroize::Zeroizing;

/// The maximum number of codings to undo for one answer.
const MOST_CODINGS: usize = 4;

/// Why an answer cannot be decoded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum CodingError {
    /// The data end too early.
    CutOff,
    /// The data are not in the format that `Content-Encoding` names.
    Garbled,
    /// The decoded body exceeds the size limit.
    TooLong,
    /// The coding is not supported.
    Unknown(String),
}

/// Decodes the body. `codings` is the value of `Content-Encoding`, and the result has at most `longest` bytes.
/// Recognizes gzip without the header too: no other supported answer begins like it.
pub(super) fn decode(
    mut body: Zeroizing<Vec<u8>>,
    codings: &str,
    longest: usize,
) -> Result<Zeroizing<Vec<u8>>, CodingError> {
    let names = codings.split(',').map(|name| name.trim().to_ascii_lowercase());
    let names: Vec<_> = names.filter(|name| !name.is_empty() && name != "identity").collect();
    if names.len() > MOST_CODINGS {
        return Err(CodingError::Unknown(format!("{} codings", names.len())));
    }
    for name in names.iter().rev() {
        body = match name.as_str() {
            // Some answers have the header but no body.
            _ if body.is_empty() => return Ok(body),
            "gzip" | "x-gzip" if is_gzip(&body) => gunzip(&body, longest)?,
            "deflate" => inflate(&body, is_zlib(&body), longest, &mut 0)?,
            // Some gateways decode the body and leave the header.
            "gzip" | "x-gzip" if body.trim_ascii_start().starts_with(b"{") => body,
            "gzip" | "x-gzip" => return Err(CodingError::Garbled),
            _ => return Err(CodingError::Unknown(name.clone())),
        };
    }
    if names.is_empty() && is_gzip(&body) { gunzip(&body, longest) } else { Ok(body) }
}

fn is_gzip(body: &[u8]) -> bool {
    body.starts_with(&[0x1F, 0x8B, 8])
}

/// Whether the body has the zlib header (RFC 1950 §2.2). RFC 9110 §8.4.1.2 requires it, but some servers omit it.
fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [first, second, ..] if first & 0x0F == 8 && u16::from_be_bytes([*first, *second]) % 31 == 0)
}

/// Decodes all members of a gzip file (RFC 1952). Skips the checksum of each member: TLS has already checked the data.
fn gunzip(body: &[u8], longest: usize) -> Result<Zeroizing<Vec<u8>>, CodingError> {
    const TRAILER: usize = 8;
    let mut text = Zeroizing::new(Vec::new());
    let mut rest = body;
    while is_gzip(rest) {
        rest = after_header(rest).ok_or(CodingError::CutOff)?;
        let mut used = 0;
        let member = inflate(rest, false, longest - text.len(), &mut used)?;
        // There is nearly always only one member. Growing a buffer in place would leave unwiped copies.
        text = if text.is_empty() { member } else { Zeroizing::new([text.as_slice(), &member].concat()) };
        rest = rest.get(used + TRAILER..).unwrap_or_default();
    }
    Ok(text)
}

/// Returns the part behind the header of a member (RFC 1952 §2.3).
fn after_header(member: &[u8]) -> Option<&[u8]> {
    const HEADER_CHECK: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    let flags = *member.get(3)?;
    let mut rest = member.get(10..)?;
    if flags & EXTRA != 0 {
        let length = u16::from_le_bytes([*rest.first()?, *rest.get(1)?]);
        rest = rest.get(2 + usize::from(length)..)?;
    }
    for flag in [NAME, COMMENT] {
        if flags & flag != 0 {
            rest = rest.get(rest.iter().position(|byte| *byte == 0)? + 1..)?;
        }
    }
    if flags & HEADER_CHECK != 0 { rest.get(2..) } else { Some(rest) }
}

/// Decodes deflate data (RFC 1951) directly into the wiped buffer. Sets `used` to the number of input bytes read.
fn inflate(
    input: &[u8],
    has_zlib_header: bool,
    longest: usize,
    used: &mut usize,
) -> Result<Zeroizing<Vec<u8>>, CodingError> {
    let header = if has_zlib_header { TINFL_FLAG_PARSE_ZLIB_HEADER } else { 0 };
    let mut output = Zeroizing::new(vec![0; longest + 1]);
    let mut state = Box::<DecompressorOxide>::default();
    let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF | header;
    let (status, read, written) = decompress(&mut state, input, &mut output, 0, flags);
    *used = read;
    if written > longest {
        return Err(CodingError::TooLong);
    }
    match status {
        // The checksum at the end does not matter.
        TINFLStatus::Done | TINFLStatus::Adler32Mismatch => {
            output.truncate(written);
            Ok(output)
        }
        TINFLStatus::HasMoreOutput => Err(CodingError::TooLong),
        TINFLStatus::FailedCannotMakeProgress | TINFLStatus::NeedsMoreInput => Err(CodingError::CutOff),
        _ => Err(CodingError::Garbled),
    }
}

impl fmt::Display for CodingError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CodingError::CutOff => formatter.write_str("the compressed answer was cut off"),
            CodingError::Garbled => formatter.write_str("an answer that is not compressed as it says"),
            CodingError::TooLong => formatter.write_str("an answer of more than 1 MiB"),
            CodingError::Unknown(name) => {
                write!(formatter, "an answer in the coding {name:?}, which nobody asked for and tokcache cannot read")
            }
        }
    }
}

impl std::error::Error for CodingError {}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = br#"{"access_token":"at","refresh_token":"rt","token_type":"Bearer","expires_in":3600}"#;
    const LONGEST: usize = 1 << 16;

    /// Builds a stored block (RFC 1951 §3.2.4).
    fn stored(text: &[u8]) -> Vec<u8> {
        let length = u16::try_from(text.len()).unwrap();
        [&[1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), text].concat()
    }

    fn gzip(flags: u8, between: &[u8], deflated: &[u8]) -> Vec<u8> {
        [&[0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 3][..], between, deflated, &[0; 8]].concat()
    }

    fn decoded(body: &[u8], codings: &str) -> Result<Vec<u8>, CodingError> {
        decode(Zeroizing::new(body.to_vec()), codings, LONGEST).map(|body| body.to_vec())
    }

    /// Python's `zlib.compress(TEXT)`, which uses a fixed Huffman code.
    const ZLIB: &[u8] = include_bytes!("testdata/answer.zlib");

    #[test]
    fn what_is_compressed_is_read() {
        let raw = &ZLIB[2..ZLIB.len() - 4];
        for (body, codings) in [
            (gzip(0, b"", raw), "gzip"),
            (gzip(0, b"", raw), " X-GZIP "),
            (gzip(0, b"", raw), ""),
            (gzip(0, b"", raw), "identity"),
            (gzip(0, b"", &stored(TEXT)), "identity, gzip"),
            (gzip(2 | 4 | 8 | 16, b"\x03\x00abcname\0comment\0\x12\x34", raw), "gzip"),
            (gzip(0, b"", &stored(&gzip(0, b"", raw))), "gzip, gzip"),
            ([gzip(0, b"", &stored(&TEXT[..9])), gzip(0, b"", &stored(&TEXT[9..]))].concat(), "gzip"),
            (ZLIB.to_vec(), "deflate"),
            (raw.to_vec(), "deflate"),
            (TEXT.to_vec(), "identity"),
            (TEXT.to_vec(), "gzip"),
            (TEXT.to_vec(), ""),
        ] {
            assert_eq!(decoded(&body, codings).as_deref(), Ok(TEXT), "{codings:?}");
        }
        assert_eq!(decoded(b"", "br").as_deref(), Ok(&b""[..]));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let whole = gzip(0, b"", &ZLIB[2..ZLIB.len() - 4]);
        for length in [3, 9, 10, 20, whole.len() - 20] {
            assert_eq!(decoded(&whole[..length], "gzip"), Err(CodingError::CutOff), "{length}");
        }
        assert_eq!(decoded(b"<html>", "gzip"), Err(CodingError::Garbled));
        assert_eq!(decoded(&gzip(0, b"", &[0xFF; 9]), "gzip"), Err(CodingError::Garbled));
        assert_eq!(decoded(TEXT, "br"), Err(CodingError::Unknown("br".to_owned())));
        assert!(decoded(TEXT, "gzip,gzip,gzip,gzip,gzip").is_err());
    }

    #[test]
    fn a_bomb_does_not_go_off() {
        let exact = gzip(0, b"", &stored(&[b' '; 60_000]));
        assert_eq!(decode(Zeroizing::new(exact.clone()), "gzip", 60_000).unwrap().len(), 60_000);
        assert_eq!(decode(Zeroizing::new(exact.clone()), "gzip", 59_999), Err(CodingError::TooLong));
        let many = Zeroizing::new([exact.clone(), exact].concat());
        assert_eq!(decode(many, "gzip", 100_000), Err(CodingError::TooLong));
        // A kilobyte that expands to a megabyte of zeros.
        let bomb = include_bytes!("testdata/bomb.gz");
        assert_eq!(decoded(bomb, "gzip"), Err(CodingError::TooLong));
        assert_eq!(decode(Zeroizing::new(bomb.to_vec()), "", 1 << 20).unwrap().len(), 1 << 20);
    }
}
