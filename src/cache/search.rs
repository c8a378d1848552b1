//! Finding the end of a string, many bytes at a time.

/// A block is what a compiler compares at once, on any processor: a library that is faster on some asks the processor
/// first what it can do, and in a virtual machine each of these questions costs more than all of the search.
const BLOCK: usize = 32;

/// Where the first quote or backslash is.
pub(super) fn quote_or_backslash(text: &[u8]) -> Option<usize> {
    let is_found = |byte: &u8| matches!(byte, b'"' | b'\\');
    let (blocks, _) = text.as_chunks::<BLOCK>();
    // Without an early exit, so that the bytes of a block are looked at together.
    let is_bare = |block: &&[u8; BLOCK]| !block.iter().fold(false, |found, byte| found | is_found(byte));
    let start = BLOCK * blocks.iter().take_while(is_bare).count();
    text[start..].iter().position(is_found).map(|at| start + at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_found_wherever_it_is(before in "[a-zA-Z0-9é]{0,100}", rest in "([\"\\\\].{0,40})?") {
            let found = quote_or_backslash(format!("{before}{rest}").as_bytes());
            prop_assert_eq!(found, Some(before.len()).filter(|_| !rest.is_empty()));
        }
    }
}
