//! Tests which parts of a failed command line an error repeats.

use crate::support::home::Home;
use crate::support::{each, text};

const CANARY: &str = "canary";

#[test]
fn no_password_is_repeated_whatever_else_is_wrong() {
    let home = Home::signed_in();
    for format in ["text", "json"] {
        for line in [
            "token --store redis://me:canary@host/0",
            "token --store redis://me:can/canary@host/0 --min-valid 9h",
            "token --store=redis:me:canary@host",
            "token --store redis://me:canary@host --timeout soon",
            "token --store redis://me:canary@host --nonsense",
            "token --authority https://me:canary@idp.example.com/t --store nonsense:",
            "token --authority https://me:canary@idp.example.com/t --timeout https://me:canary@idp.example.com",
            "token --authority https://me:canary@idp.example.com/t --scope x",
            "token --encrypt canary --offline --min-valid 900h",
            "token --encrypt canary --store nonsense:",
            "exec --min-valid 900h --scope api:read -- curl -u me:canary",
            "exec --scope nonsense --offline -- curl -u me:canary",
            "exec --timeout soon -- curl -u me:canary",
            "exec --nonsense -- curl -u me:canary",
            "exec --profile nobody -- curl -u me:canary",
            "exec curl -u me:canary",
            "exec curl me:canary",
            "https://me:canary@idp.example.com/t",
            "list --store redis://me:canary@host extra",
        ] {
            let output = home.program(line).env("TOKCACHE_ERROR_FORMAT", format).output().unwrap();
            let said = text(&output.stderr);
            assert!(!output.status.success() && !said.contains(CANARY), "{line}: {said}");
        }
    }
}

#[test]
fn no_password_of_a_variable_is_repeated() {
    let home = Home::signed_in();
    let variables = [
        ("TOKCACHE_STORE", "redis://me:canary@host"),
        ("TOKCACHE_AUTHORITY", "https://me:canary@idp.example.com"),
        ("TOKCACHE_ENCRYPT", "canary"),
        ("TOKCACHE_TIMEOUT", "https://me:canary@idp.example.com"),
    ];
    let lines = ["token", "token --min-valid 900h", "list", "token --nonsense", "login --scope x"];
    let cases: Vec<_> = variables.iter().flat_map(|variable| lines.map(|line| (variable, line))).collect();
    // The search for the host can take seconds.
    each(&cases, |((name, value), line)| {
        let output = home.program(line).env(name, value).output().unwrap();
        let said = text(&output.stderr);
        assert!(!said.contains(CANARY), "{name} {line}: {said}");
    });
}
