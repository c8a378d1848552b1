//! Wipes secrets that other crates leave on the stack.

use std::hint::black_box;

use super::wipe;

/// An upper bound for the stack use of any cipher, even in an unoptimised build.
const DEEPEST: usize = 32 * 1024;

/// Runs `work` and wipes the part of the stack that it used. A cipher leaves its key there, in every place that the key
/// was moved through.
pub fn wiping_the_stack<Outcome>(work: impl FnOnce() -> Outcome) -> Outcome {
    let outcome = beneath(work);
    wipe_beneath();
    outcome
}

/// Runs `work` in a separate frame, so that [`wipe_beneath`] later covers the same part of the stack.
#[inline(never)]
fn beneath<Outcome>(work: impl FnOnce() -> Outcome) -> Outcome {
    work()
}

#[inline(never)]
fn wipe_beneath() {
    let mut used = [0_u8; DEEPEST];
    wipe(black_box(&mut used));
}
