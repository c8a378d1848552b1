//! Fails and kills the other commands that change the cache or a profile at every call: signing in and out, converting
//! the cache, setting a profile. Runs three next commands after each.
//!
//! No sign-in may be lost: the provider's only valid refresh token is cached, kept elsewhere or revoked.

use std::fs;
use std::path::{Path, PathBuf};

use crate::calls::{Aftermath, Subject, fails_from_then_on, fails_once, is_killed};
use crate::flows::{AGENT, FILES};
use crate::provider::Provider;
use crate::refresh::holds_turn;
use crate::support::home::Home;
use crate::support::{answer_of, names, text};

/// The prefix of all refresh tokens of the provider.
const REFRESH_TOKEN: &str = "RT-";
/// The leftovers of a dead or failed run may delay the next one by 2 seconds.
pub(crate) const NEXT: &str = "token --force-refresh --lock-timeout 2s";

/// Tries each kind of fault on a command.
macro_rules! at_every_call {
    ($($subject:ident: $once:ident, $from_then_on:ident, $killed:ident;)*) => {$(
        #[test]
        fn $once() {
            fails_once(&$subject);
        }

        #[test]
        fn $from_then_on() {
            fails_from_then_on(&$subject);
        }

        #[test]
        fn $killed() {
            is_killed(&$subject);
        }
    )*};
}
pub(crate) use at_every_call;

at_every_call! {
    CLEAR: clear_that_fails_at_a_call_has_signed_out_or_says_so,
        clear_that_fails_from_a_call_on_has_signed_out_or_says_so,
        clear_that_is_killed_has_signed_out_or_not;
    CLEAR_ALL: clear_all_that_fails_at_a_call_has_forgotten_all_or_says_so,
        clear_all_that_fails_from_a_call_on_has_forgotten_all_or_says_so,
        clear_all_that_is_killed_has_forgotten_all_or_nothing;
    ENCRYPT: encrypt_that_fails_at_a_call_leaves_a_cache_that_can_be_read_as_promised,
        encrypt_that_fails_from_a_call_on_leaves_a_cache_that_can_be_read_as_promised,
        encrypt_that_is_killed_leaves_a_cache_that_can_be_read_as_promised;
    DECRYPT: decrypt_that_fails_at_a_call_leaves_a_cache_that_can_be_read_as_promised,
        decrypt_that_fails_from_a_call_on_leaves_a_cache_that_can_be_read_as_promised,
        decrypt_that_is_killed_leaves_a_cache_that_can_be_read_as_promised;
    REKEY: rekey_that_fails_at_a_call_leaves_a_cache_that_can_be_read_as_promised,
        rekey_that_fails_from_a_call_on_leaves_a_cache_that_can_be_read_as_promised,
        rekey_that_is_killed_leaves_a_cache_that_can_be_read_as_promised;
    PROFILE_SET: profile_set_that_fails_at_a_call_leaves_the_old_or_the_new_profile,
        profile_set_that_fails_from_a_call_on_leaves_the_old_or_the_new_profile,
        profile_set_that_is_killed_leaves_the_old_or_the_new_profile;
    LOGIN: login_that_fails_at_a_call_keeps_what_it_was_given_or_revokes_it,
        login_that_fails_from_a_call_on_keeps_what_it_was_given_or_revokes_it,
        login_that_is_killed_leaves_whole_files;
}

pub(crate) const CLEAR: Subject = Subject {
    before: |_, _| {},
    line: |_, _| "clear --lock-timeout 3s --timeout 2s".to_owned(),
    judge: judge_clear,
    least_calls: 80,
    every: 7,
    runs_a_core: 1,
    exits: &[],
    missed: 25,
};

const CLEAR_ALL: Subject =
    Subject { line: |_, _| "clear --all --yes --lock-timeout 3s --timeout 2s".to_owned(), ..CLEAR };

const ENCRYPT: Subject = Subject {
    line: |home, _| format!("cache encrypt --lock-timeout 3s --encrypt {}", home.key_file(NEW)),
    judge: |after| judge_conversion(after, None, Some(NEW)),
    every: 13,
    ..CLEAR
};

const DECRYPT: Subject = Subject {
    before: encrypted,
    line: |_, _| "cache decrypt --lock-timeout 3s".to_owned(),
    judge: |after| judge_conversion(after, Some(OLD), None),
    every: 13,
    ..CLEAR
};

const REKEY: Subject = Subject {
    before: encrypted,
    line: |home, _| format!("cache rekey --lock-timeout 3s --encrypt {}", home.key_file(NEW)),
    judge: |after| judge_conversion(after, Some(OLD), Some(NEW)),
    every: 13,
    ..CLEAR
};

const PROFILE_SET: Subject = Subject {
    line: |_, _| "profile set default --scope tasks".to_owned(),
    judge: judge_profile_set,
    least_calls: 30,
    every: 2,
    ..CLEAR
};

/// The first sign-in of a home.
pub(crate) const LOGIN: Subject = Subject {
    before: |home, _| {
        fs::remove_file(home.cache()).unwrap();
        fs::remove_file(profile(home)).unwrap();
    },
    line: |_, provider| {
        let whose = format!("--authority {}/tenant --client-id app --scope notes", provider.authority());
        format!("login {whose} --lock-timeout 3s --timeout 2s --sign-in-timeout 5s")
    },
    judge: judge_login,
    runs_a_core: 6,
    ..CLEAR
};

const OLD: &str = "key-old";
const NEW: &str = "key-new";

fn profile(home: &Home) -> PathBuf {
    home.path("config/profiles/default.toml")
}

fn encrypted(home: &Home, _: &Provider) {
    answer_of(&home.tokcache(&format!("cache encrypt --encrypt {}", home.key_file(OLD))));
}

/// Returns the name of the key file that the cache is encrypted with, which must exist; `None` if the cache is plain.
fn key_of_cache(after: &mut Aftermath<'_>) -> Option<&'static str> {
    let home = after.home;
    if !home.is_sealed() {
        return None;
    }
    let header = text(&fs::read(home.cache()).unwrap());
    let header = header.lines().next().unwrap_or_default().to_owned();
    let key = [OLD, NEW].into_iter().find(|key| header.contains(key));
    after.expect(key.is_some(), &format!("the header names no key: {header}"));
    after.expect(key.is_none_or(|key| home.path(key).exists()), "the key that the header needs is gone");
    key
}

/// Checks a conversion between keys. `None` stands for a plain cache.
fn judge_conversion(after: &mut Aftermath<'_>, from: Option<&'static str>, to: Option<&'static str>) {
    let (home, provider) = (after.home, after.provider);
    let form = key_of_cache(after);
    after.expect(form == from || form == to, "the cache is of neither form");
    if after.output.status.success() {
        after.expect(form == to, "success, and the cache is as it was");
    } else if !after.is_killed() {
        after.expect(form == from, "a failure, and the cache is converted");
    }
    let written = fs::read_to_string(profile(home)).unwrap();
    if written.contains("encrypt = ") && !written.contains("[converting]") {
        after.expect(home.files_with(REFRESH_TOKEN).is_empty(), "in plain, and the profile promises otherwise");
    }
    let token = after.next(0, NEXT);
    after.expect(token == format!("AT-{}\n", provider.turn()), "the next run has no new token");
    after.expect(!provider.is_revoked(), "a spent refresh token was spent again");
    let list = after.next(0, "list --lock-timeout 2s");
    after.expect(list.contains("jane"), "nobody is listed");
    after.next(0, "cache check --lock-timeout 2s");
    let form_now = key_of_cache(after);
    after.expect(form_now == form, "the next commands have changed the form");
    after
        .expect(home.promise() == form.map(|key| home.key_file(key)), "the profile does not promise what the cache is");
    if form.is_some() {
        let plain = home.files_with(REFRESH_TOKEN);
        after.expect(plain.is_empty(), &format!("in plain beside an encrypted cache: {plain:?}"));
    }
    judge_litter(after, true);
}

/// Checks that no temporary files are left after a profile was set and, if `has_saved`, the cache was saved.
pub(crate) fn judge_litter(after: &mut Aftermath<'_>, has_saved: bool) {
    let home = after.home;
    after.next(0, "profile set default --client-id app --lock-timeout 2s");
    let litter = |folder: &Path, own: &[&str]| {
        let names = names(folder).into_iter().filter(|name| !own.contains(&name.as_str()));
        names.collect::<Vec<_>>()
    };
    // The next sign-in with the profile uses the lock file and the note. Neither has a secret.
    let is_of_sign_in = |name: &String| name.starts_with("sign_in.") || name.starts_with(".tokcache-sign_in-");
    // A new key that nothing is encrypted with.
    let is_unused_key = |name: &String| name.starts_with(".tokcache-key-");
    // Files that wait for the next save. They contain no refresh token of a user who has signed out.
    let is_of_lock = |name: &String| {
        let starts = ["token_cache.json.lockfile", "token_cache.json.refresh-", ".tokcache-token_cache.json-"];
        starts.into_iter().any(|start| name.starts_with(start))
    };
    let mut found = litter(&home.state(), &["token_cache.json"]);
    found.retain(|name| !is_of_sign_in(name) && (has_saved || !is_of_lock(name)));
    found.extend(litter(&home.elsewhere(), &[]));
    found.extend(litter(&home.path("config/profiles"), &["default.toml", ".lock", AGENT]));
    found.extend(
        litter(home.folder(), &["config", FILES, "run", "state", OLD, NEW]).into_iter().filter(|it| !is_unused_key(it)),
    );
    after.expect(found.is_empty(), &format!("litter: {found:?}"));
}

fn judge_clear(after: &mut Aftermath<'_>) {
    let (home, provider) = (after.home, after.provider);
    let bytes = fs::read(home.cache()).unwrap();
    let is_signed_in = bytes == home.expired_cache();
    let is_whole = is_signed_in || !text(&bytes).contains(REFRESH_TOKEN) && !text(&bytes).contains("jane");
    after.expect(is_whole, "the cache is neither the old one nor without the account");
    let is_revoked = provider.is_signed_out("RT-0");
    let said = after.said();
    if after.output.status.success() {
        after.expect(!is_signed_in, "success, and signed in still");
        let is_told = said.contains("warning: the server did not revoke") || after.is_mute();
        after.expect(is_revoked || is_told, "success, and the refresh token is good at the server still");
    } else if !after.is_killed() {
        after.expect(is_signed_in, "a failure, and signed out all the same");
    }
    after.expect(!(is_signed_in && is_revoked), "what is cached was revoked");
    if is_signed_in {
        let token = after.next(0, NEXT);
        after.expect(token == "AT-1\n", "the next run has no new token");
        after.expect(after.home.tokcache("list").stdout.windows(4).any(|it| it == b"jane"), "nobody is listed");
        after.next(0, "clear --lock-timeout 2s");
        after.expect(provider.is_signed_out("RT-1"), "signed out afterwards, and not revoked");
    } else {
        after.next(4, NEXT);
        let list = after.next(0, "list --lock-timeout 2s");
        after.expect(!list.contains("jane"), "somebody is listed");
        after.next(0, "clear --lock-timeout 2s");
    }
    after.expect(!provider.is_revoked(), "a spent refresh token was spent again");
    after.expect(home.files_with(REFRESH_TOKEN).is_empty(), "a refresh token is left of somebody who was signed out");
    judge_litter(after, is_signed_in);
}

fn judge_profile_set(after: &mut Aftermath<'_>) {
    let home = after.home;
    let scopes = |home: &Home| {
        let text = fs::read_to_string(profile(home)).unwrap();
        let is_whole =
            text.contains("authority = ") && text.contains("client_id = ") && text.contains("token_endpoint");
        match (is_whole, text.contains("scopes = [\"notes\"]"), text.contains("scopes = [\"tasks\"]")) {
            (true, true, false) => Some("notes"),
            (true, false, true) => Some("tasks"),
            _ => None,
        }
    };
    let scope = scopes(home);
    after.expect(scope.is_some(), "the profile is neither the old nor the new one");
    if after.output.status.success() {
        after.expect(scope == Some("tasks"), "success, and the profile is the old one");
    } else if !after.is_killed() {
        after.expect(scope == Some("notes"), "a failure, and the profile is the new one");
    }
    after.expect(fs::read(home.cache()).unwrap() == home.expired_cache(), "the cache was changed");
    let shown = after.next(0, "profile show default");
    after.expect(scope.is_some_and(|scope| shown.contains(scope)), "another profile is shown");
    after.next(0, "profile set default --scope notes --lock-timeout 2s");
    after.expect(scopes(home) == Some("notes"), "the profile cannot be set any more");
    let token = after.next(0, NEXT);
    after.expect(token == "AT-1\n", "the next run has no new token");
    judge_litter(after, true);
}

pub(crate) fn judge_login(after: &mut Aftermath<'_>) {
    let (home, provider) = (after.home, after.provider);
    let turn = provider.turn();
    let cache = fs::read(home.cache()).ok();
    let is_signed_in = cache.as_ref().is_some_and(|bytes| turn == 1 && holds_turn(bytes, 1));
    let is_empty = cache.as_ref().is_none_or(|bytes| !text(bytes).contains(REFRESH_TOKEN));
    after.expect(is_signed_in || is_empty, "the cache is neither the old nor the new one");
    let written = fs::read_to_string(profile(home)).ok();
    let is_remembered =
        written.as_ref().is_some_and(|text| text.contains("client_id = \"app\"") && text.contains("token_endpoint"));
    after.expect(written.is_none() || is_remembered, "the profile is half");
    if after.output.status.success() {
        after.expect(is_signed_in && is_remembered, "success, and not signed in or not remembered");
    } else if !after.is_killed() && turn == 1 && !after.is_network() {
        let is_revoked = provider.is_signed_out("RT-1");
        after.expect(is_signed_in || is_revoked, "the refresh token is neither cached nor revoked");
    }
    let whose = format!("--authority {}/tenant --client-id app --scope notes", provider.authority());
    if is_signed_in {
        let whose = if is_remembered { String::new() } else { format!(" {whose}") };
        let token = after.next(0, &format!("{NEXT}{whose}"));
        after.expect(token == format!("AT-{}\n", provider.turn()), "the next run has no new token");
    } else {
        after.next(4, NEXT);
    }
    after.next(0, "list --lock-timeout 2s");
    after.next(0, "cache check --lock-timeout 2s");
    after.expect(!provider.is_revoked(), "a spent refresh token was spent again");
    judge_litter(after, is_signed_in);
}
