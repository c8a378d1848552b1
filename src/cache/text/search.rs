//! Finding the end of a string, many bytes at a time.

/// As many bytes as any processor compares at once. A library that is faster on some asks the processor first what it
/// can do, and in a virtual machine each of these questions costs more than all of the search.
const BLOCK: usize = 16;

/// Where the first quote or backslash is.
pub(in crate::cache) fn quote_or_backslash(text: &[u8]) -> Option<usize> {
    // Nothing here is left early, so that the bytes of a block are looked at together.
    let is_found = |byte: &u8| (*byte == b'"') | (*byte == b'\\');
    let (blocks, _) = text.as_chunks::<BLOCK>();
    let is_bare = |block: &&[u8; BLOCK]| block.iter().fold(0, |found, byte| found | u8::from(is_found(byte))) == 0;
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
