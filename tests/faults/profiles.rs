//! Tests profiles that several processes change at once.

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

#[test]
fn what_a_sign_in_remembers_of_its_requests_can_be_set_without_one() {
    let home = Home::empty();
    let shown = |home: &Home| home.answer("profile show work");
    let set = "profile set work --authority https://idp.example.com/a --client-id app";
    let further = "--scope notes --audience https://api.example.com --param tier=1 --resource urn:api --lifetime 30d";
    for _ in 0..2 {
        home.answer(&format!("{set} {further}"));
        let profile = shown(&home);
        for line in [
            "scopes = [\"notes\"]",
            "audience = \"https://api.example.com\"",
            "tier = \"1\"",
            "resource = \"urn:api\"",
            "lifetime = \"30d\"",
        ] {
            assert!(profile.contains(line), "{line} is not in {profile}");
        }
    }
    // Each setting leaves the others alone, and an empty value removes it.
    for (flags, line) in [
        ("--lifetime 90s", "lifetime = \"90s\""),
        ("--audience other", "audience = \"other\""),
        ("--param tier=2", "tier = \"2\""),
        ("--resource urn:b", "resource = \"urn:b\""),
    ] {
        home.answer(&format!("profile set work {flags}"));
        let profile = shown(&home);
        assert!(profile.contains(line) && profile.contains("notes"), "{line} is not in {profile}");
    }
    home.answer("profile set work --param tier=");
    assert!(!shown(&home).contains("tier") && shown(&home).contains("other"), "{}", shown(&home));

    // At another authority the values have another meaning, and at Microsoft a resource is a scope.
    home.answer("profile set work --authority https://login.microsoftonline.com/contoso.com --resource api://x");
    let profile = shown(&home);
    assert!(profile.contains("scopes = [\"api://x/.default\"]") && !profile.contains("audience"), "{profile}");
    let said = home.failure(2, "profile set new --resource urn:api");
    assert!(said.contains("try: tokcache profile set new --authority URL --resource RESOURCE"), "{said}");
    let said = home.failure(2, "profile set work --param scope=canary");
    assert!(said.contains("--param cannot set scope") && !said.contains("canary"), "{said}");
}
