//! The lines that the page warns of.

use crate::page::block;
use crate::site::{NoToken, Site};

/// A line that stopped in time would not deserve the warning.
#[test]
fn each_line_that_hides_a_failure_sends_a_request_without_a_token() {
    let lines = block("Lines that hide a failure", 0);
    assert!(lines.lines().count() > 5);
    for number in 0..lines.lines().count() {
        let site = Site::without_token(NoToken::SignedOut);
        let lines = site.block("Lines that hide a failure", 0);
        let line = lines.lines().nth(number).unwrap();
        site.command(&["bash", "-c", line]).output().unwrap();
        let seen = site.api.seen();
        assert_eq!(seen.len(), 1, "{line}");
        let header = seen[0].as_deref().unwrap_or_default().trim();
        assert!(header.is_empty() || header == "Bearer", "{line}: {header}");
    }
}

#[test]
fn make_ignores_the_failure_of_a_shell_function() {
    let wrong = "TOKEN := $(shell tokcache token)";
    assert!(include_str!("../../docs/scripting.md").contains(&format!("`{wrong}`")));
    let site = Site::without_token(NoToken::SignedOut);
    let recipe = format!("{wrong}\nall:\n\tcurl -sS --oauth2-bearer \"$(TOKEN)\" {}/notes\n", site.api.address());
    crate::support::put(&site.home.path("Makefile"), recipe);
    assert!(site.command(&["make"]).output().unwrap().status.success());
    assert_eq!(site.api.seen().len(), 1);
}
