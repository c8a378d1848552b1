//! Tests the command line with data files. `cli/*.toml` contain the arguments, the exit code and the output on both
//! streams, verbatim except for `[..]`. `cli/homes/` contain the initial folders. To add a case, add a file whose name
//! says what it shows. `TRYCMD=overwrite cargo test --test cli` records the current output.

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
