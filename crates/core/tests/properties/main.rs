//! Properties that hold for any cache document and any sequence of operations on it.

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod documents;
mod issuers;
mod preservation;

use proptest::test_runner::{Config, RngSeed};

/// Returns a configuration whose cases are the same in each run. Another seed makes other cases.
fn config(cases: u32) -> Config {
    Config { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..Config::with_cases(cases) }
}
