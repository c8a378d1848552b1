//! What is left on the stack by code that is not ours.

use std::hint::black_box;

use super::wipe;

/// More than any cipher uses, with every move of an unoptimised build.
const DEEPEST: usize = 32 * 1024;

/// Runs `work` and wipes what it has left on the stack: a cipher leaves its key there, in every place that it was moved
/// through.
pub fn wiping_the_stack<Outcome>(work: impl FnOnce() -> Outcome) -> Outcome {
    let outcome = beneath(work);
    wipe_beneath();
    outcome
}

/// A frame of its own, where [`wipe_beneath`] has its own next.
#[inline(never)]
fn beneath<Outcome>(work: impl FnOnce() -> Outcome) -> Outcome {
    work()
}

#[inline(never)]
fn wipe_beneath() {
    let mut used = [0_u8; DEEPEST];
    wipe(black_box(&mut used));
}
