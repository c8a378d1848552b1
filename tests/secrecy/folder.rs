//! Tests that a file in a repository cannot choose an account, a server or a file.

use std::process::Output;

use crate::support::home::Home;
use crate::support::provider::{NEW_ACCESS_TOKEN, Provider, generous};
use crate::support::{answer_of, failure_of, text};

/// Returns a home in which bob has the profile `default` and eve has `eve`, and a repository with this file.
fn home_with(file: &str) -> Home {
    let home = Home::of("profiles-of-two");
    std::fs::create_dir_all(home.path("repository/src")).unwrap();
    home.write("repository/.tokcache.toml", file);
    home
}

/// Runs `tokcache` in a folder of the home.
fn run(home: &Home, folder: &str, line: &str) -> Output {
    home.program(line).current_dir(home.path(folder)).output().unwrap()
}

#[test]
fn a_repository_chooses_no_account_until_the_user_trusts_its_file() {
    let home = home_with("profile = \"eve\"\n");
    let refused = |why: &str| {
        for folder in ["repository", "repository/src"] {
            for line in ["token", "exec -- true", "explain", "list", "clear", "login", "profile show", "cache path"] {
                let said = failure_of(3, &run(&home, folder, line));
                assert!(said.contains(why) && said.contains("tokcache profile trust "), "{line}: {said}");
            }
        }
    };
    refused("you have not trusted it");
    for line in ["token --profile default", "profile show default"] {
        answer_of(&run(&home, "repository", line));
    }
    for line in ["profile list", "status", "completions bash"] {
        assert!(run(&home, "repository", line).status.success(), "{line}");
    }
    assert_eq!(home.answer("token"), "AT-bob", "outside of the repository");

    answer_of(&run(&home, "repository/src", "profile trust"));
    assert_eq!(answer_of(&run(&home, "repository/src", "token")), "AT-eve");
    assert_eq!(answer_of(&run(&home, "repository", "token --profile default")), "AT-bob");
    assert_eq!(home.answer("token"), "AT-bob");

    home.write("repository/.tokcache.toml", "profile = \"default\"\n");
    refused("has changed since you trusted it");
    home.answer("profile trust repository");
    assert_eq!(answer_of(&run(&home, "repository", "token")), "AT-bob");
    home.answer("profile untrust repository/.tokcache.toml");
    refused("you have not trusted it");
}

#[test]
fn a_copy_of_a_trusted_file_is_not_trusted() {
    let home = home_with("profile = \"eve\"\n");
    home.answer("profile trust repository");
    std::fs::create_dir(home.path("other")).unwrap();
    home.write("other/.tokcache.toml", "profile = \"eve\"\n");
    failure_of(3, &run(&home, "other", "token"));
}

#[test]
fn a_repository_names_no_file_command_or_cache_of_the_user() {
    for setting in ["store = \"file:/a\"", "client_secret_file = \"/a\"", "federated_token_command = \"id\""] {
        let home = home_with(&format!("profile = \"eve\"\n[settings]\n{setting}\n"));
        let said = home.failure(3, "profile trust repository");
        assert!(said.contains("unknown setting"), "{said}");
        failure_of(3, &run(&home, "repository", "token"));
    }
    let home = home_with("profile = \"../../eve\"\n");
    assert!(home.failure(3, "profile trust repository").contains("is not a profile name"));
}

#[test]
fn a_first_sign_in_takes_the_settings_of_a_trusted_file_and_writes_an_ordinary_profile() {
    let provider = Provider::start(generous);
    let file = format!(
        "profile = \"acme\"\n[settings]\nauthority = \"{}/tenant\"\nclient_id = \"cli\"\nscopes = [\"api:read\"]\n\
         [settings.endpoints]\nrevocation_endpoint = \"https://other.lab.test/revoke\"\n",
        provider.address()
    );
    let home = home_with(&file);
    let said = text(&home.tokcache("profile trust repository").stderr);
    assert!(said.contains(&provider.address()) && said.contains("https://other.lab.test/revoke"), "{said}");
    let said = failure_of(4, &run(&home, "repository", "token"));
    assert!(said.contains("there is no profile \"acme\"") && said.ends_with("  try: tokcache login\n"), "{said}");

    let output = run(&home, "repository", "login");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(answer_of(&run(&home, "repository/src", "token")), NEW_ACCESS_TOKEN);
    assert_eq!(home.answer("token --profile acme"), NEW_ACCESS_TOKEN, "the profile is the user's own");
    let profile = home.answer("profile show acme");
    assert!(profile.contains("client_id = \"cli\"") && profile.contains("scopes = [\"api:read\"]"), "{profile}");
    assert_eq!(std::fs::read_to_string(home.path("repository/.tokcache.toml")).unwrap(), file);
}
