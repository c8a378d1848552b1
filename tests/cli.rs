//! The command line, pinned by small data files: `cli/*.toml` hold the arguments and what is to come of them on either
//! stream, to the letter but for `[..]`, and the exit code; `cli/homes/` hold the folders that they start from. To add
//! a case, add a file: its name says what it shows. `TRYCMD=overwrite cargo test --test cli` writes down what happens
//! now.

use std::time::Duration;

#[test]
fn every_case_behaves_as_written() {
    let cases = trycmd::TestCases::new();
    cases.timeout(Duration::from_secs(60));
    for (name, value) in [("TOKCACHE_CONFIG_DIR", "config"), ("TOKCACHE_STATE_DIR", "state"), ("NO_COLOR", "1")] {
        cases.env(name, value);
    }
    cases.case("tests/cli/*.toml");
}
