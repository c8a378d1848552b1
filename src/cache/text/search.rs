//! Finding the end of a string, many bytes at a time.

/// As many bytes as any processor compares at once. A library that is faster on some asks the processor first what it
/// can do, and in a virtual machine each of these questions costs more than all of the search.
const BLOCK: usize = 16;
/// As many as fit into a number.
const WORD: usize = 8;

/// Where the first quote or backslash is.
pub(in crate::cache) fn quote_or_backslash(text: &[u8]) -> Option<usize> {
    let (blocks, _) = text.as_chunks();
    let bare = BLOCK * blocks.iter().take_while(|block| !holds_either(block)).count();
    let (words, rest) = text[bare..].as_chunks();
    for (number, word) in words.iter().enumerate() {
        if let Some(at) = first_in(*word) {
            return Some(bare + WORD * number + at);
        }
    }
    rest.iter().position(is_either).map(|at| bare + WORD * words.len() + at)
}

fn is_either(byte: &u8) -> bool {
    (*byte == b'"') | (*byte == b'\\')
}

/// Nothing here is left early, so that the bytes of a block are looked at together.
fn holds_either(block: &[u8; BLOCK]) -> bool {
    block.iter().fold(0, |found, byte| found | u8::from(is_either(byte))) != 0
}

/// Takes the bytes for a number, in which subtracting borrows from the highest bit of a byte that is zero. A byte above
/// that one may borrow, too, but never one below.
fn first_in(word: [u8; WORD]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; WORD]);
    let word = u64::from_le_bytes(word);
    let zeros = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes & (ONES << 7);
    let found = zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')));
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_found_wherever_it_is(before in "[ -!#-\\[\\]-~é]{0,100}", rest in "([\"\\\\].{0,40})?") {
            let found = quote_or_backslash(format!("{before}{rest}").as_bytes());
            prop_assert_eq!(found, Some(before.len()).filter(|_| !rest.is_empty()));
        }
    }
}
