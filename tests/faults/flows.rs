//! The flows beside the device flow and the refresh: through the browser, for a protected resource, and those whose tokens
//! come without a refresh token. Fails and kills each at every call, like `commands.rs`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use tokcache_core::cache::TokenCache;

use crate::calls::{Aftermath, Subject, fails_from_then_on, fails_once, is_killed};
use crate::commands::{CLEAR, LOGIN, NEXT, at_every_call, judge_litter};
use crate::provider::{Provider, REGISTERED_SECRET};
use crate::refresh::holds_turn;
use crate::support::home::Home;
use crate::support::{names, text};

/// The folder with the credentials.
pub(crate) const FILES: &str = "files";
/// The profile of [`IDENTITY_ASSERTION`].
pub(crate) const AGENT: &str = "agent.toml";

/// The patience of every command.
const PATIENCE: &str = "--lock-timeout 3s --timeout 2s";

at_every_call! {
    LOGIN_BROWSER: login_by_browser_that_fails_at_a_call_keeps_what_it_was_given_or_revokes_it,
        login_by_browser_that_fails_from_a_call_on_keeps_what_it_was_given_or_revokes_it,
        login_by_browser_that_is_killed_leaves_whole_files;
    LOGIN_FOR: login_for_a_resource_that_fails_at_a_call_keeps_what_it_was_given_or_revokes_it,
        login_for_a_resource_that_fails_from_a_call_on_keeps_what_it_was_given_or_revokes_it,
        login_for_a_resource_that_is_killed_leaves_whole_files;
    CLIENT_CREDENTIALS: client_credentials_that_fail_at_a_call_leave_a_whole_cache,
        client_credentials_that_fail_from_a_call_on_leave_a_whole_cache,
        client_credentials_that_are_killed_leave_a_whole_cache;
    PKCS12: a_pkcs12_file_that_fails_at_a_call_leaves_a_whole_cache,
        a_pkcs12_file_that_fails_from_a_call_on_leaves_a_whole_cache,
        a_pkcs12_file_that_is_killed_leaves_a_whole_cache;
    FEDERATION: federation_that_fails_at_a_call_leaves_a_whole_cache,
        federation_that_fails_from_a_call_on_leaves_a_whole_cache,
        federation_that_is_killed_leaves_a_whole_cache;
    TOKEN_EXCHANGE: a_token_exchange_that_fails_at_a_call_leaves_a_whole_cache,
        a_token_exchange_that_fails_from_a_call_on_leaves_a_whole_cache,
        a_token_exchange_that_is_killed_leaves_a_whole_cache;
    MANAGED_IDENTITY: a_managed_identity_that_fails_at_a_call_leaves_a_whole_cache,
        a_managed_identity_that_fails_from_a_call_on_leaves_a_whole_cache,
        a_managed_identity_that_is_killed_leaves_a_whole_cache;
    IDENTITY_ASSERTION: an_identity_assertion_that_fails_at_a_call_leaves_a_whole_cache,
        an_identity_assertion_that_fails_from_a_call_on_leaves_a_whole_cache,
        an_identity_assertion_that_is_killed_leaves_a_whole_cache;
}

/// A person whose request is pushed, so that the provider can come back in the place of a browser.
pub(crate) const LOGIN_BROWSER: Subject = Subject {
    line: |home, provider| format!("{} --no-browser --par", (LOGIN.line)(home, provider)),
    every: 11,
    // The listener cannot be made, or nobody comes back.
    exits: &[3, 4],
    // The listener looks the browser up among the connections of the machine, whose number changes.
    missed: 6,
    ..LOGIN
};

/// The server registers a client with a secret, which is kept in a file.
pub(crate) const LOGIN_FOR: Subject = Subject {
    line: |_, provider| {
        let url = resource(provider);
        format!("login --for {url} --no-browser --par --scope notes {PATIENCE} --sign-in-timeout 5s")
    },
    judge: judge_login_for,
    // The file of the secret is in the folder of the cache.
    exits: &[3, 4, 5],
    ..LOGIN_BROWSER
};

pub(crate) const CLIENT_CREDENTIALS: Subject = Subject {
    before: |home, _| {
        write(home, "secret", "made-up\n");
    },
    line: |_, _| format!("token --flow client-credentials --client-secret-file {FILES}/secret {PATIENCE}"),
    judge: judge_exchange,
    least_calls: 50,
    every: 17,
    // The credential cannot be read.
    exits: &[3],
    ..CLEAR
};

pub(crate) const PKCS12: Subject = Subject {
    before: |home, _| {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/pkcs12/tests/data/openssl_ec.pfx");
        write(home, "app.pfx", fs::read(file).unwrap());
        write(home, "password", "made-up\n");
    },
    line: |_, _| {
        let certificate = format!("{FILES}/app.pfx --client-certificate-password-file {FILES}/password");
        format!("token --flow client-credentials --client-certificate {certificate} {PATIENCE}")
    },
    ..CLIENT_CREDENTIALS
};

/// A command prints the token of the other issuer.
pub(crate) const FEDERATION: Subject = Subject {
    before: |home, _| {
        write(home, "federated", "#!/bin/sh\necho assertion\n");
        fs::set_permissions(home.path(FILES).join("federated"), fs::Permissions::from_mode(0o700)).unwrap();
    },
    line: |_, _| format!("token --flow client-credentials --federated-token-command {FILES}/federated {PATIENCE}"),
    ..CLIENT_CREDENTIALS
};

pub(crate) const TOKEN_EXCHANGE: Subject = Subject {
    before: |home, _| {
        write(home, "secret", "made-up\n");
        write(home, "caller", "assertion\n");
    },
    line: |_, _| format!("token --assertion-file {FILES}/caller --client-secret-file {FILES}/secret {PATIENCE}"),
    ..CLIENT_CREDENTIALS
};

pub(crate) const MANAGED_IDENTITY: Subject = Subject {
    before: |_, _| {},
    line: |_, _| format!("token --flow managed-identity --resource https://vault.example.com {PATIENCE}"),
    exits: &[],
    ..CLIENT_CREDENTIALS
};

/// The ID token of the person is in a file.
pub(crate) const IDENTITY_ASSERTION: Subject = Subject {
    before: |home, _| {
        write(home, "secret", "made-up\n");
        write(home, "id-token", "assertion\n");
        let of_person = fs::read_to_string(home.path("config/profiles/default.toml")).unwrap();
        let file = |name| home.path(FILES).join(name);
        let settings = format!(
            "flow = \"identity-assertion\"\nidentity_profile = \"default\"\nidentity_token_file = {:?}\n\
             client_secret_file = {:?}\n",
            file("id-token"),
            file("secret"),
        );
        home.write(&format!("config/profiles/{AGENT}"), settings + &of_person);
    },
    line: |_, _| format!("token --profile agent {PATIENCE}"),
    ..CLIENT_CREDENTIALS
};

fn write(home: &Home, name: &str, content: impl AsRef<[u8]>) {
    fs::create_dir_all(home.path(FILES)).unwrap();
    home.write(&format!("{FILES}/{name}"), content);
}

fn resource(provider: &Provider) -> String {
    format!("{}/mcp", provider.authority())
}

/// Checks a token without a refresh token, and that the person beside it stays signed in.
fn judge_exchange(after: &mut Aftermath<'_>) {
    let (home, provider) = (after.home, after.provider);
    let bytes = fs::read(home.cache()).unwrap();
    let is_new = holds_token(&bytes, provider.issued());
    after.expect(is_new || bytes == home.expired_cache(), "the cache is neither the old nor the new one");
    if after.output.status.success() {
        let token = text(&after.output.stdout);
        after.expect(token == format!("OT-{}\n", provider.issued()), "success without the token");
        let is_told = after.said().contains("COULD NOT BE SAVED") || after.is_mute();
        after.expect(is_new || is_told, "the token is not saved, and nothing says so");
    }
    let line = (after.subject.line)(home, provider);
    let fresh = after.next(0, &format!("{line} --force-refresh"));
    after.expect(fresh == format!("OT-{}\n", provider.issued()), "the next run has no new token");
    let cached = after.next(0, &line);
    after.expect(cached == fresh, "the token of the next run is not cached");
    let of_person = after.next(0, NEXT);
    after.expect(of_person == "AT-1\n" && !provider.is_revoked(), "the person is not signed in any more");
    judge_litter(after, true);
}

/// Whether the cache has this token, and the sign-in of the person.
fn holds_token(bytes: &[u8], number: usize) -> bool {
    let Ok(cache) = TokenCache::deserialize(bytes) else { return false };
    let has_token = cache.access_tokens().iter().any(|entry| entry.secret.expose() == format!("OT-{number}"));
    let is_signed_in = cache.refresh_tokens().iter().any(|entry| entry.secret.expose() == "RT-0");
    has_token && is_signed_in && cache.accounts(None).len() == 1
}

fn judge_login_for(after: &mut Aftermath<'_>) {
    let (home, provider) = (after.home, after.provider);
    let cache = fs::read(home.cache()).ok();
    let is_signed_in = cache.as_ref().is_some_and(|bytes| provider.turn() == 1 && holds_turn(bytes, 1));
    let is_empty = cache.as_ref().is_none_or(|bytes| !text(bytes).contains("RT-"));
    after.expect(is_signed_in || is_empty, "the cache is neither the old nor the new one");
    let token = format!("token --for {} --lock-timeout 2s", resource(provider));
    if after.output.status.success() {
        let token = after.next(0, &token);
        after.expect(token == "AT-1\n", "success, and not signed in");
    } else if !after.is_killed() && provider.turn() == 1 && !after.is_network() {
        let is_revoked = provider.is_signed_out("RT-1");
        after.expect(is_signed_in || is_revoked, "the refresh token is neither cached nor revoked");
    }
    let line = (after.subject.line)(home, provider);
    let folder = home.path("state/registrations");
    age(&folder);
    // Another run may take the port between the registration and the sign-in.
    let is_taken = || text(&home.tokcache(&line).stderr).contains("Address already in use");
    let is_signed_in = (0..5).any(|_| !is_taken());
    after.expect(is_signed_in, "there is no port");
    let fresh = after.next(0, &format!("{token} --force-refresh"));
    after.expect(fresh == format!("AT-{}\n", provider.turn()), "the next sign-in gives no token");
    after.expect(!provider.is_revoked(), "a spent refresh token was spent again");
    let secrets = names(&folder);
    after.expect(
        matches!(&secrets[..], [name] if name.ends_with(".secret")
            && fs::read_to_string(folder.join(name)).unwrap() == REGISTERED_SECRET
            && fs::metadata(folder.join(name)).unwrap().permissions().mode() & 0o777 == 0o600),
        &format!("the secret of the client is not the only file: {secrets:?}"),
    );
}

/// Makes the files an hour old, so that no process can be writing them.
fn age(folder: &Path) {
    for file in fs::read_dir(folder).into_iter().flatten() {
        let file = fs::File::open(file.unwrap().path()).unwrap();
        let changed = file.metadata().unwrap().modified().unwrap();
        file.set_modified(changed - Duration::from_secs(3600)).unwrap();
    }
}
