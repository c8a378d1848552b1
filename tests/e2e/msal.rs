//! One cache file with three programs: after a sign-in by any of them, the others serve and refresh the tokens, with
//! rotation and reuse detection.

use std::time::Duration;

use serde_json::json;

use crate::harness::{Home, LOGIN, Library, Protocol, Provider, REFRESH_TOKEN, SCOPE, answer_of, end_of};

/// The time between two programs' refreshes. The times in the file are seconds, so within one second the order is
/// unknown.
pub(crate) const A_WHILE: Duration = Duration::from_secs(600);

/// Shows that this provider notices the problem: each library keeps its own copy of the refresh token, and sends it
/// after the other library has redeemed it.
#[test]
fn the_libraries_alone_lose_the_sign_in() {
    let (provider, home) = start(Protocol::Oidc);
    Library::Python.sign_in(&home, &provider, Protocol::Oidc);
    Library::Node.refresh(&home, &provider, Protocol::Oidc);
    assert_eq!(provider.live_refresh_tokens(), 1);

    let error = Library::Python.refresh_error(&home, &provider, Protocol::Oidc);

    assert_eq!(error, "invalid_grant");
    assert_eq!(provider.live_refresh_tokens(), 0, "a spent token that returns revokes the sign-in");
}

#[test]
fn the_libraries_serve_a_token_that_was_granted_less_than_asked_for_and_keep_what_tokcache_notes() {
    for library in [Library::Python, Library::Node] {
        let (provider, home) = start(Protocol::Oidc);
        let scopes = format!("{SCOPE} admin.everything");
        let login = home.sign_in_by(&["login", "--scope", &scopes], |user_code| provider.approve(user_code));
        assert!(login.status.success(), "{}", String::from_utf8_lossy(&login.stderr));

        assert!(!library.silent(&home, &provider, Protocol::Oidc).is_empty());
        library.refresh(&home, &provider, Protocol::Oidc);

        let refresh_tokens = home.cache.document()["RefreshToken"].to_string();
        assert!(refresh_tokens.contains(r#""tokcache_scope_not_granted":"admin.everything""#), "{library:?}");
        assert_eq!(home.error(6, &["token", "--scope", &scopes])["code"], "scope_not_granted");
    }
}

#[test]
fn python_signs_in_and_tokcache_serves_and_refreshes() {
    a_library_signs_in(Library::Python, Protocol::Oidc);
}

#[test]
fn python_with_portalocker_signs_in_and_tokcache_serves_and_refreshes() {
    a_library_signs_in(Library::PythonPortalocker, Protocol::Oidc);
}

#[test]
fn node_signs_in_and_tokcache_serves_and_refreshes() {
    a_library_signs_in(Library::Node, Protocol::Oidc);
}

#[test]
fn python_signs_in_to_entra_and_tokcache_serves_and_refreshes() {
    a_library_signs_in(Library::Python, Protocol::Entra);
}

#[test]
fn node_signs_in_to_entra_and_tokcache_serves_and_refreshes() {
    a_library_signs_in(Library::Node, Protocol::Entra);
}

#[test]
fn tokcache_signs_in_and_python_serves_and_refreshes() {
    tokcache_signs_in(Library::Python, Protocol::Oidc);
}

#[test]
fn tokcache_signs_in_and_python_with_portalocker_serves_and_refreshes() {
    tokcache_signs_in(Library::PythonPortalocker, Protocol::Oidc);
}

#[test]
fn tokcache_signs_in_and_node_serves_and_refreshes() {
    tokcache_signs_in(Library::Node, Protocol::Oidc);
}

#[test]
fn tokcache_signs_in_to_entra_and_python_serves_and_refreshes() {
    tokcache_signs_in(Library::Python, Protocol::Entra);
}

#[test]
fn tokcache_signs_in_to_entra_and_node_serves_and_refreshes() {
    tokcache_signs_in(Library::Node, Protocol::Entra);
}

#[test]
fn the_azure_cli_signs_in_to_entra_and_tokcache_serves_and_refreshes() {
    a_library_signs_in(Library::AzureCli, Protocol::Entra);
}

#[test]
fn tokcache_signs_in_to_entra_and_the_azure_cli_serves_and_refreshes() {
    tokcache_signs_in(Library::AzureCli, Protocol::Entra);
}

/// The variables of the home name the provider and the client, in place of Microsoft and of the Azure CLI's own.
#[test]
fn the_profile_azure_cli_is_the_cache_of_the_azure_cli() {
    let (provider, mut home) = start(Protocol::Entra);
    let folder = home.cache.path().parent().expect("a folder").to_owned();
    home.set("TOKCACHE_STORE", "");
    home.set("AZURE_CONFIG_DIR", folder);
    let of_azure = || Library::AzureCli.silent(&home, &provider, Protocol::Entra);
    let of_tokcache = |further: &[&str]| home.token(&[&["--profile", "azure-cli"], further].concat());

    Library::AzureCli.sign_in(&home, &provider, Protocol::Entra);
    assert_eq!(of_tokcache(&[]), of_azure());
    let refreshed = of_tokcache(&["--force-refresh"]);
    assert_eq!(of_azure(), refreshed);

    Library::AzureCli.remove(&home, &provider, Protocol::Entra);
    let login = ["login", "--profile", "azure-cli", "--scope", SCOPE];
    let output = home.sign_in_by(&login, |user_code| provider.approve(user_code));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(of_azure(), of_tokcache(&[]));
    assert_eq!(provider.live_refresh_tokens(), 2, "neither sign-in was lost");
}

/// A client of a family uses the sign-in of another one (`foci`).
#[test]
fn a_sign_in_by_one_client_of_a_family_serves_the_others() {
    let member = ["--client-id", "e2e-neighbour"];
    for library in [Library::Python, Library::Node] {
        let (provider, home) = start(Protocol::Entra);
        provider.change(json!({ "foci": "1" }));
        library.sign_in(&home, &provider, Protocol::Entra);
        let served = home.token(&member);
        assert_ne!(served, library.silent(&home, &provider, Protocol::Entra), "{library:?}: each client has its own");
        assert_eq!(home.token(&member), served, "{library:?}");

        // Both use one refresh token, and tokcache has replaced it.
        home.cache.expire_access_tokens();
        library.silent(&home, &provider, Protocol::Entra);
        assert_ne!(home.token(&member), served, "{library:?}");
        assert_eq!(provider.token_requests(REFRESH_TOKEN), 3, "{library:?}");
        provider.assert_no_sign_in_was_lost();
    }

    // MSAL Node uses the sign-in of another client only after one of its own.
    let (provider, home) = start(Protocol::Entra);
    provider.change(json!({ "foci": "1" }));
    let login = home.login(&member, |user_code| provider.approve(user_code));
    assert!(login.status.success(), "{}", String::from_utf8_lossy(&login.stderr));
    let served = Library::Python.silent(&home, &provider, Protocol::Entra);
    assert_ne!(served, home.token(&member));
    assert_eq!(provider.token_requests(REFRESH_TOKEN), 1);
    provider.assert_no_sign_in_was_lost();
}

/// Both refresh whenever they can. A refresh token that both have sent would end the sign-in.
#[test]
fn the_azure_cli_and_tokcache_refresh_at_once_and_lose_nothing() {
    let (provider, home) = start(Protocol::Entra);
    home.sign_in(&provider);
    home.cache.plant_unknown_data();
    // The provider has a grace period, as Entra has, because the Azure CLI does not lock around a refresh.
    provider.change(json!({ "rotate": false }));
    for _ in 0..3 {
        home.cache.expire_access_tokens();
        let spawn = |command: &mut std::process::Command| command.spawn().expect("a program");
        // One only: it truncates the file that another one is reading.
        let of_azure = spawn(&mut Library::AzureCli.command("refresh", &home, &provider, Protocol::Entra));
        let of_tokcache: Vec<_> =
            (0..10).map(|_| home.start(&["token", "--scope", SCOPE, "--force-refresh"])).collect();
        for process in of_tokcache {
            assert!(!answer_of(&end_of(process)).is_empty());
        }
        let output = end_of(of_azure);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(String::from_utf8_lossy(&output.stdout).contains("access_token"), "{errors}");
    }
    let served = home.token(&[]);
    assert_eq!(Library::AzureCli.silent(&home, &provider, Protocol::Entra), served);
    provider.assert_no_sign_in_was_lost();
    home.cache.assert_unknown_data_is_there();
}

/// `az account clear` deletes the file too.
#[test]
fn what_the_azure_cli_clears_tokcache_no_longer_has() {
    let (provider, home) = start(Protocol::Entra);
    home.sign_in(&provider);

    Library::AzureCli.remove(&home, &provider, Protocol::Entra);

    assert!(!home.cache.path().exists());
    assert_eq!(home.answer(&["list", "-o", "json"]), "[]");
}

#[test]
fn the_member_that_names_the_issuer_disturbs_no_library() {
    for (library, protocol) in [
        (Library::Python, Protocol::Oidc),
        (Library::Node, Protocol::Oidc),
        (Library::Python, Protocol::Entra),
        (Library::Node, Protocol::Entra),
    ] {
        let (provider, home) = start(protocol);
        home.sign_in(&provider);
        let document = home.cache.document();
        for section in ["AccessToken", "RefreshToken", "IdToken", "Account"] {
            for (key, entry) in document[section].as_object().expect(section) {
                assert!(entry["authority"].is_string(), "{key} names no issuer");
            }
        }
        let before = home.cache.text();
        library.silent(&home, &provider, protocol);
        assert_eq!(library.accounts(&home, &provider, protocol).as_array().map(Vec::len), Some(1), "{library:?}");
        assert_eq!(home.cache.text(), before, "{library:?} has changed something");

        home.cache.age(A_WHILE);
        let refreshed = library.refresh(&home, &provider, protocol);
        let document = home.cache.document();
        let names_issuer = |section: &str| {
            let mut entries = document[section].as_object().into_iter().flatten();
            entries.any(|(_, entry)| entry["authority"].is_string())
        };
        assert!(names_issuer("RefreshToken") && names_issuer("Account"), "{library:?} has taken the member away");
        assert_eq!(home.token(&[]), refreshed);
        provider.assert_no_sign_in_was_lost();
    }
}

#[test]
fn three_programs_in_turn_lose_no_sign_in_and_no_unknown_data() {
    three_programs_in_turn(Protocol::Oidc);
}

#[test]
fn three_programs_in_turn_lose_no_sign_in_to_entra_and_no_unknown_data() {
    three_programs_in_turn(Protocol::Entra);
}

#[test]
fn what_python_removes_tokcache_no_longer_has() {
    let (provider, home) = start(Protocol::Oidc);
    home.sign_in(&provider);

    Library::Python.remove(&home, &provider, Protocol::Oidc);

    assert_nothing_is_left(&home);
}

#[test]
fn what_node_removes_tokcache_no_longer_has() {
    let (provider, home) = start(Protocol::Oidc);
    home.sign_in(&provider);

    Library::Node.remove(&home, &provider, Protocol::Oidc);

    assert_nothing_is_left(&home);
}

#[test]
fn clear_leaves_nothing_of_an_account_that_every_program_wrote() {
    for protocol in [Protocol::Oidc, Protocol::Entra] {
        let (provider, home) = start(protocol);
        Library::Python.sign_in(&home, &provider, protocol);
        home.token(&["--force-refresh"]);
        Library::Node.refresh(&home, &provider, protocol);

        home.answer(&["clear"]);

        assert_nothing_is_left(&home);
        for library in [Library::Node, Library::Python] {
            assert_eq!(library.accounts(&home, &provider, protocol), json!([]), "{library:?}");
        }
    }
}

fn a_library_signs_in(library: Library, protocol: Protocol) {
    let (provider, home) = start(protocol);
    library.sign_in(&home, &provider, protocol);
    let signed_in = library.silent(&home, &provider, protocol);

    assert_eq!(home.token(&[]), signed_in, "tokcache serves the library's token");
    assert_eq!(provider.token_requests(REFRESH_TOKEN), 0);
    let refreshed = home.token(&["--force-refresh"]);
    assert_ne!(refreshed, signed_in);
    assert_eq!(library.silent(&home, &provider, protocol), refreshed, "the library serves tokcache's token");
    home.cache.age(A_WHILE);
    let again = library.refresh(&home, &provider, protocol);
    assert_eq!(home.token(&[]), again, "tokcache serves the newest");
    home.token(&["--force-refresh"]);
    provider.assert_no_sign_in_was_lost();
}

fn tokcache_signs_in(library: Library, protocol: Protocol) {
    let (provider, home) = start(protocol);
    home.sign_in(&provider);
    let signed_in = home.token(&[]);

    assert_eq!(library.silent(&home, &provider, protocol), signed_in, "the library serves tokcache's token");
    assert_eq!(provider.token_requests(REFRESH_TOKEN), 0);
    home.cache.age(A_WHILE);
    let refreshed = library.refresh(&home, &provider, protocol);
    assert_ne!(refreshed, signed_in);
    assert_eq!(home.token(&[]), refreshed, "tokcache serves the library's token");
    home.cache.age(A_WHILE);
    let again = home.token(&["--force-refresh"]);
    assert_eq!(library.silent(&home, &provider, protocol), again, "the library serves the newest");
    library.refresh(&home, &provider, protocol);
    provider.assert_no_sign_in_was_lost();
}

/// The two libraries refresh in turn, with tokcache in between, which updates all copies of the refresh token.
fn three_programs_in_turn(protocol: Protocol) {
    let (provider, home) = start(protocol);
    home.sign_in(&provider);
    home.cache.plant_unknown_data();

    for library in [Library::Python, Library::Node, Library::PythonPortalocker, Library::Node, Library::Python] {
        home.cache.expire_access_tokens();
        library.refresh(&home, &provider, protocol);
        home.cache.expire_access_tokens();
        home.token(&[]);
    }

    provider.assert_no_sign_in_was_lost();
    home.cache.assert_unknown_data_is_there();
}

/// Starts a provider with a name without a port. MSAL Node makes a port part of an account's environment; the others do
/// not.
fn start(protocol: Protocol) -> (Provider, Home) {
    let provider = Provider::start_with(match protocol {
        Protocol::Entra => json!({
            "host": "login.microsoftonline.com", "tenant": "11111111-2222-3333-4444-555555555555", "entra": true,
        }),
        Protocol::Oidc => json!({ "host": "login.contoso.test" }),
    });
    let home = Home::at(&provider);
    (provider, home)
}

fn assert_nothing_is_left(home: &Home) {
    let left = home.cache.text();
    assert!(!left.contains(LOGIN) && !left.contains("secret"), "{left}");
    assert_eq!(home.answer(&["list", "-o", "json"]), "[]");
    assert_eq!(home.error(4, &["token", "--scope", SCOPE])["code"], "interaction_required");
}
