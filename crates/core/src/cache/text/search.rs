//! Finds the end of a string, many bytes at a time.

use crate::words::{HIGHEST_BITS, ONES};

/// The bytes of a machine word. Libraries that compare more at once first ask the processor for its features, and in a
/// virtual machine each such question takes longer than the whole search.
const WORD: usize = 8;

/// The number of bytes of a long string to compare at once.
const BLOCK: usize = 64;

/// Returns the position of the first quote or backslash at or behind `from`.
pub(in crate::cache) fn quote_or_backslash(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    // Most strings are short.
    while at < from + BLOCK {
        let Some(word) = text.get(at..).and_then(<[u8]>::first_chunk) else { break };
        if let Some(found) = first_in(*word) {
            return Some(at + found);
        }
        at += WORD;
    }
    in_long(text.get(at..)?).map(|found| at + found)
}

/// Does the same block by block. It is a function of its own so that short strings do not prepare for long ones.
#[inline(never)]
fn in_long(text: &[u8]) -> Option<usize> {
    let (blocks, _) = text.as_chunks::<BLOCK>();
    let passed = BLOCK * blocks.iter().take_while(|block| !may_hold_one(block)).count();
    word_by_word(&text[passed..]).map(|at| passed + at)
}

/// Whether the block may hold a quote or a backslash. `false` is certain. A token has only bytes for which this is `false`.
/// A subtraction borrows from the highest bit of a byte below `#`, such as a quote, or of what a backslash becomes: zero.
fn may_hold_one(block: &[u8; BLOCK]) -> bool {
    let (words, _) = block.as_chunks::<WORD>();
    let found = words.iter().fold(0, |found, word| {
        let word = u64::from_le_bytes(*word);
        let (quote, backslash) = (ONES * u64::from(b'#'), ONES * u64::from(b'\\'));
        found | word.wrapping_sub(quote) | (word ^ backslash).wrapping_sub(ONES)
    });
    found & HIGHEST_BITS != 0
}

fn word_by_word(text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks();
    for (number, word) in words.iter().enumerate() {
        if let Some(at) = first_in(*word) {
            return Some(WORD * number + at);
        }
    }
    let at = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    Some(WORD * words.len() + at)
}

/// Treats the bytes as a number, in which a subtraction borrows from the highest bit of a zero byte. A higher byte may
/// borrow too, but never a lower one.
fn first_in(word: [u8; WORD]) -> Option<usize> {
    let word = u64::from_le_bytes(word);
    let zeros = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes & HIGHEST_BITS;
    let found = zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')));
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

/// Whether there is a control character of ASCII, except DEL.
pub(in crate::cache) fn has_control_character(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks();
    let found = words.iter().fold(0, |found, word| {
        let word = u64::from_le_bytes(*word);
        // The lowest byte that is one borrows from its highest bit.
        found | word.wrapping_sub(ONES * u64::from(b' ')) & !word
    });
    found & HIGHEST_BITS != 0 || rest.iter().any(|byte| *byte < b' ')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_control_character_is_found_wherever_it_is() {
        for byte in 0..=u8::MAX {
            for at in 0..17 {
                for around in [b' ', b'~', 0x80, u8::MAX] {
                    let mut text = [around; 17];
                    text[at] = byte;
                    assert_eq!(has_control_character(&text), byte < b' ', "{byte} at {at} among {around}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn it_is_found_wherever_it_is(
            passed in "[\"\\\\a-z]{0,20}",
            before in "[ -!#-\\[\\]-~é]{0,300}",
            rest in "([\"\\\\].{0,40})?",
        ) {
            let found = quote_or_backslash(format!("{passed}{before}{rest}").as_bytes(), passed.len());
            prop_assert_eq!(found, Some(passed.len() + before.len()).filter(|_| !rest.is_empty()));
        }
    }
}
