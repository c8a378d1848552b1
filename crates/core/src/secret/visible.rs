//! Checks the characters of a token, eight at a time.

use crate::words::{HIGHEST_BITS, ONES};

/// Whether all bytes are visible ASCII: `!` to `~`. The program is optimised for size, so the compiler would compare
/// one byte at a time.
pub(super) fn is_visible_ascii(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks();
    let bits = words.iter().fold(0, |bits, word| {
        let word = u64::from_le_bytes(*word);
        // The lowest byte that is not visible sets its highest bit in one of these: the bytes below it do not carry.
        bits | word | word.wrapping_sub(ONES * u64::from(b'!')) | word.wrapping_add(ONES)
    });
    bits & HIGHEST_BITS == 0 && rest.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_counts_wherever_it_is() {
        for byte in 0..=u8::MAX {
            for length in 1..=17 {
                for at in 0..length {
                    let mut text = vec![b'~'; length];
                    text[at] = byte;
                    assert_eq!(is_visible_ascii(&text), byte.is_ascii_graphic(), "{byte} at {at} of {length}");
                    text.fill(b'!');
                    text[at] = byte;
                    assert_eq!(is_visible_ascii(&text), byte.is_ascii_graphic(), "{byte} at {at} of {length}");
                }
            }
        }
        assert!(is_visible_ascii(b""));
    }
}
