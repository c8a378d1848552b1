//! Profiles that several processes change at once.

use std::process::{Child, Stdio};

use crate::support::home::Home;
use crate::support::{names, text};

#[test]
fn of_several_profile_sets_at_once_each_is_kept() {
    let home = Home::empty();
    let settings = [
        ("--authority https://idp.example.com", "authority = \"https://idp.example.com\""),
        ("--client-id app", "client_id = \"app\""),
        ("--encrypt keyring", "encrypt = \"keyring\""),
        ("--key-cache none", "key_cache = \"none\""),
        ("--ca-file /ca.pem", "ca_file = \"/ca.pem\""),
        ("--scope notes", "scopes = [\"notes\"]"),
    ];
    for round in 0..5 {
        let name = format!("round{round}");
        let start = |(flags, _): &(&str, &str)| {
            let mut program = home.program(&format!("profile set {name} {flags}"));
            program.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let children: Vec<Child> = settings.iter().map(start).collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", text(&output.stderr));
        }
        let shown = home.answer(&format!("profile show {name}"));
        for (flags, line) in settings {
            assert!(shown.contains(line), "{flags} was overwritten: {shown}");
        }
    }
    let left: Vec<_> =
        names(&home.path("config/profiles")).into_iter().filter(|name| !name.ends_with(".toml")).collect();
    assert_eq!(left, [".lock"]);
}
