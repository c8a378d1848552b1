//! Every reason that `explain` can give, each with a cache that leads to it, and with the same decision by `token`.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};
use tokcache_core::acquire::Decision;
use tokcache_core::cache::Reason;

use crate::held::{Held, Refreshing};
use crate::support::answer_of;
use crate::support::home::Home;
use crate::support::provider::{NEW_ACCESS_TOKEN, Provider, generous};
use crate::support::strace::strace;

const CACHE: &str = "state/token_cache.json";
const PAST: &str = "1700000001";
const FUTURE: &str = "4000000000";

/// Returns the home `signed-in`, with a change of its cache.
fn home_with(change: impl FnOnce(&mut Value)) -> Home {
    let home = Home::signed_in();
    change_cache(&home, change);
    home
}

fn change_cache(home: &Home, change: impl FnOnce(&mut Value)) {
    let mut cache: Value = serde_json::from_slice(&std::fs::read(home.cache()).unwrap()).unwrap();
    change(&mut cache);
    home.write(CACHE, cache.to_string());
}

/// Returns the only entry of the section.
fn entry<'c>(cache: &'c mut Value, section: &str) -> &'c mut Value {
    cache[section].as_object_mut().unwrap().values_mut().next().unwrap()
}

/// Sets a field of the access token.
fn with(field: &str, value: &str) -> Home {
    home_with(|cache| entry(cache, "AccessToken")[field] = json!(value))
}

fn explained(home: &Home, flags: &str) -> Value {
    serde_json::from_str(&home.answer(format!("explain -o json {flags}").trim_end())).unwrap()
}

/// Returns the reason after `reason`. With a new reason, this does not compile until the reason has a place, and then
/// needs a case.
fn after(reason: Option<Reason>) -> Option<Reason> {
    Some(match reason {
        None => Reason::CachedInFuture,
        Some(Reason::CachedInFuture) => Reason::ClientDiffers,
        Some(Reason::ClientDiffers) => Reason::EnvironmentDiffers,
        Some(Reason::EnvironmentDiffers) => Reason::Expired,
        Some(Reason::Expired) => Reason::ExtCacheKeyDiffers,
        Some(Reason::ExtCacheKeyDiffers) => Reason::ForOneRequest,
        Some(Reason::ForOneRequest) => Reason::IssuerDiffers,
        Some(Reason::IssuerDiffers) => Reason::KeyIdDiffers,
        Some(Reason::KeyIdDiffers) => Reason::NotBearer,
        Some(Reason::NotBearer) => Reason::OwnerDiffers,
        Some(Reason::OwnerDiffers) => Reason::RealmDiffers,
        Some(Reason::RealmDiffers) => Reason::ScopesMissing,
        Some(Reason::ScopesMissing) => Reason::ScopesNotGranted,
        Some(Reason::ScopesNotGranted) => Reason::TooShort { left: Duration::ZERO, needed: Duration::ZERO },
        Some(Reason::TooShort { .. }) => return None,
    })
}

/// Returns a home and flags of which the only access token is not used for this reason.
fn case(reason: Reason) -> (Home, &'static str) {
    match reason {
        Reason::CachedInFuture => (with("cached_at", FUTURE), ""),
        Reason::ClientDiffers => (with("client_id", "other"), ""),
        Reason::EnvironmentDiffers => (with("environment", "elsewhere.example"), ""),
        Reason::Expired => (with("expires_on", PAST), ""),
        Reason::ExtCacheKeyDiffers => (Home::signed_in(), "--param a=b"),
        Reason::ForOneRequest => (with("user_assertion_hash", "hash"), ""),
        Reason::IssuerDiffers => (with("authority", "http://127.0.0.1:1/other"), ""),
        Reason::KeyIdDiffers => (with("key_id", "key"), ""),
        Reason::NotBearer => (with("token_type", "mac"), ""),
        Reason::OwnerDiffers => (with("home_account_id", "eve-id"), ""),
        Reason::RealmDiffers => (with("realm", "elsewhere"), ""),
        Reason::ScopesMissing => (Home::signed_in(), "--scope api:write"),
        Reason::ScopesNotGranted => {
            let home = home_with(|cache| {
                let token = entry(cache, "AccessToken");
                token["tokcache_requested_scope"] = json!("api:read api:write");
                token["tokcache_scope_not_granted"] = json!("api:write");
            });
            (home, "--scope api:write")
        }
        Reason::TooShort { .. } => (Home::signed_in(), "--min-valid 40000d"),
    }
}

#[test]
fn every_reason_against_a_token_has_a_case_and_token_does_not_serve_it_either() {
    let mut reasons = Vec::new();
    while let Some(reason) = after(reasons.last().copied()) {
        reasons.push(reason);
    }
    let codes: BTreeSet<_> = reasons.iter().map(|reason| reason.code()).collect();
    assert_eq!(codes.len(), reasons.len(), "a code or a reason is there twice");
    for reason in reasons {
        let (home, flags) = case(reason);
        let explanation = explained(&home, flags);
        let token = &explanation["access_tokens"][0];
        assert_eq!(token["code"], reason.code(), "{explanation}");
        assert_eq!(token["used"], false, "{explanation}");
        let said = token["verdict"].as_str().unwrap();
        let expected = reason.to_string();
        let (start, _) = expected.split_once(" 0 s").unwrap_or((&expected, ""));
        assert!(said.starts_with(start), "{said}");
        // The provider is down, so that a refresh ends with 5.
        let output = home.tokcache(format!("token {flags}").trim_end());
        assert!(output.stdout.is_empty() && !output.status.success(), "{reason:?}: {output:?}");
        assert_eq!(output.status.code(), Some(exit_of(explanation["decision"].as_str().unwrap())), "{explanation}");
    }
}

/// Returns the exit status of `token` after this decision, while the provider is down.
fn exit_of(decision: &str) -> i32 {
    match decision {
        "serve" => 0,
        "sign_in" => 4,
        "offline" | "refresh" | "request" => 5,
        "scope_not_granted" => 6,
        other => panic!("{other} is no decision"),
    }
}

fn after_decision(decision: Option<&Decision>) -> Option<Decision> {
    Some(match decision {
        None => Decision::Offline,
        Some(Decision::Offline) => Decision::Refresh { old_token_valid: false },
        Some(Decision::Refresh { old_token_valid: false }) => Decision::Refresh { old_token_valid: true },
        Some(Decision::Refresh { old_token_valid: true }) => Decision::Request { old_token_valid: false },
        Some(Decision::Request { old_token_valid: false }) => Decision::Request { old_token_valid: true },
        Some(Decision::Request { old_token_valid: true }) => Decision::NotGranted { scopes: Default::default() },
        Some(Decision::NotGranted { .. }) => Decision::Refused,
        Some(Decision::Refused) => Decision::Serve { key: String::new() },
        Some(Decision::Serve { .. }) => Decision::SignIn,
        Some(Decision::SignIn) => return None,
    })
}

const AS_APPLICATION: &str = "--flow client-credentials --scope api:read --client-secret-file secret";

/// Returns a home and flags that lead to the decision, its name, a part of the reason, and the exit status of `token`,
/// for which the provider is down.
fn case_of(decision: &Decision) -> (Home, &'static str, &'static str, &'static str, i32) {
    let now = || std::fs::metadata("/proc/self").unwrap().modified().unwrap();
    match decision {
        Decision::Offline => (with("expires_on", PAST), "--offline", "offline", "the network is not allowed", 5),
        Decision::Refresh { old_token_valid: false } => {
            (with("expires_on", PAST), "", "refresh", "no cached access token fits", 5)
        }
        Decision::Refresh { old_token_valid: true } => {
            (with("refresh_on", PAST), "", "refresh", "would be served if the refresh failed", 0)
        }
        Decision::Request { old_token_valid: false } => {
            let home = Home::signed_in();
            home.write("secret", "canary");
            (home, AS_APPLICATION, "request", "so the provider would be asked", 5)
        }
        Decision::Request { old_token_valid: true } => {
            let home = home_with(|cache| {
                let token = entry(cache, "AccessToken");
                token.as_object_mut().unwrap().remove("home_account_id");
                token["target"] = json!("api:read");
                token["refresh_on"] = json!(PAST);
            });
            home.write("secret", "canary");
            (home, AS_APPLICATION, "request", "would be served if the provider did not answer", 0)
        }
        Decision::NotGranted { .. } => {
            let now = now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
            let home = home_with(|cache| {
                entry(cache, "RefreshToken")["tokcache_scope_withheld"] = json!(format!("api:write={now}+600"));
            });
            (home, "--scope api:write", "scope_not_granted", "did not grant a scope", 6)
        }
        Decision::Refused => {
            let home = with("expires_on", PAST);
            let provider = Provider::start(|path, _| match path {
                "/tenant/token" => (400, json!({ "error": "invalid_grant" })),
                _ => (200, Value::Null),
            });
            home.use_provider(&provider.address());
            home.failure(4, "token");
            (home, "", "sign_in", "has refused the refresh token", 4)
        }
        Decision::Serve { .. } => (Home::signed_in(), "", "serve", "a cached access token fits", 0),
        Decision::SignIn => {
            let home = home_with(|cache| {
                cache["AccessToken"] = json!({});
                cache["RefreshToken"] = json!({});
            });
            (home, "", "sign_in", "neither a usable access token nor a refresh token", 4)
        }
    }
}

#[test]
fn every_decision_has_a_case_and_token_acts_on_it() {
    let mut decisions = Vec::new();
    while let Some(decision) = after_decision(decisions.last()) {
        decisions.push(decision);
    }
    for decision in &decisions {
        let (home, flags, name, reason, exit) = case_of(decision);
        let explanation = explained(&home, flags);
        assert_eq!(explanation["decision"], name, "{explanation}");
        assert!(explanation["reason"].as_str().unwrap().contains(reason), "{explanation}");
        assert_eq!(explanation["refresh_token"].is_object(), name == "refresh", "{explanation}");
        let output = home.tokcache(format!("token {flags}").trim_end());
        assert_eq!(output.status.code(), Some(exit), "{decision:?}: {output:?}");
    }
}

#[test]
fn the_holder_of_each_lock_is_named_with_its_age() {
    let home = Home::signed_in();
    let cache = Held::since(&home.path("state/token_cache.json.lockfile"), Duration::from_secs(90));
    let name = format!("state/token_cache.json.refresh-{}", "0123456789abcdef".repeat(4));
    let refresh = Held::since(&home.path(&name), Duration::from_secs(300));
    let explanation = explained(&home, "");
    for (at, what, held, least) in [(0, "cache", &cache, 90), (1, "refresh", &refresh, 300)] {
        let lock = &explanation["locks"][at];
        assert_eq!((&lock["what"], &lock["pid"]), (&json!(what), &json!(held.pid())), "{explanation}");
        assert_eq!(lock["program"], "tokcache");
        assert!((least..least + 60).contains(&lock["held_for"].as_u64().unwrap()), "{explanation}");
    }
    let text = home.answer("explain");
    assert!(text.contains(&format!("refresh: held by tokcache (process {}) for 5 min", refresh.pid())), "{text}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a lock ages by the system's clock")]
fn a_real_process_that_refreshes_is_named_with_its_age_until_it_ends() {
    let home = with("expires_on", PAST);
    assert_eq!(explained(&home, "")["locks"], json!([]));
    let started = Instant::now();
    let mut refreshing = Refreshing::start(&home);
    refreshing.send(Signal::STOP);
    for seconds in [0, 2] {
        std::thread::sleep(Duration::from_secs(seconds));
        let explanation = explained(&home, "");
        let [lock] = &explanation["locks"].as_array().unwrap()[..] else { panic!("{explanation}") };
        assert_eq!(
            (&lock["what"], &lock["pid"], &lock["program"]),
            (&json!("refresh"), &json!(refreshing.pid()), &json!("tokcache"))
        );
        let most = started.elapsed().as_secs() + 1;
        assert!((seconds..=most).contains(&lock["held_for"].as_u64().unwrap()), "{explanation}");
    }
    let text = home.answer("explain");
    assert!(
        text.contains(&format!("\n  lock         refresh: held by tokcache (process {}) for ", refreshing.pid())),
        "{text}"
    );
    refreshing.send(Signal::CONT);
    assert!(refreshing.finish());
    assert_eq!(explained(&home, "")["locks"], json!([]));
    // The lock of a process that was killed ends with it.
    let home = with("expires_on", PAST);
    let mut refreshing = Refreshing::start(&home);
    assert_eq!(explained(&home, "")["locks"][0]["pid"], refreshing.pid());
    refreshing.send(Signal::KILL);
    refreshing.finish();
    assert_eq!(explained(&home, "")["locks"], json!([]));
}

/// strace delays the rename that ends a save. Locks are taken by `renameat2`.
#[test]
fn a_real_process_that_saves_is_named_as_the_holder_of_the_cache() {
    let home = with("expires_on", PAST);
    let provider = Provider::start(generous);
    home.use_provider(&provider.address());
    let inject = ["-D", "-o", "/dev/null", "-e", "inject=?rename,?renameat:delay_enter=5000000"];
    let saving = strace(&inject, &home.program("token")).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = saving.id();
    let started = Instant::now();
    let lock = loop {
        let explanation = explained(&home, "");
        let locks = explanation["locks"].as_array().unwrap();
        if let Some(lock) = locks.iter().find(|lock| lock["what"] == "cache") {
            break lock.clone();
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{explanation}");
    };
    let text = home.answer("explain");
    assert_eq!((&lock["pid"], &lock["program"]), (&json!(pid), &json!("tokcache")));
    assert!(text.contains(&format!("  lock         cache: held by tokcache (process {pid}) for ")), "{text}");
    assert_eq!(answer_of(&saving.wait_with_output().unwrap()), NEW_ACCESS_TOKEN);
    assert_eq!(explained(&home, "")["locks"], json!([]));
}

#[test]
fn the_place_and_the_key_of_an_encrypted_cache_are_shown() {
    let home = Home::signed_in();
    let place = |home: &Home| {
        let explained = explained(home, "");
        assert_eq!(explained["decision"], "serve", "{explained}");
        assert!(home.answer("explain").contains(explained["encryption"].as_str().unwrap()));
        (explained["store"].clone(), explained["encryption"].clone())
    };
    let (store, plain) = place(&home);
    assert_eq!(plain, "none");
    home.answer("cache encrypt --encrypt key-file:key");
    assert_eq!(place(&home), (store, json!(format!("key-file:{}", home.path("key").display()))));
}

#[test]
fn the_difference_of_the_clocks_is_known_from_the_last_refresh() {
    let provider = Provider::start_behind(Duration::from_secs(600), generous);
    let home = with("expires_on", PAST);
    home.use_provider(&provider.address());
    assert_eq!(explained(&home, "")["clock_offset"], Value::Null);
    home.answer("token");
    drop(provider);
    let offset = explained(&home, "")["clock_offset"].as_i64().unwrap();
    assert!((595..660).contains(&offset), "{offset}");
    let text = home.answer("explain");
    assert!(text.contains("10 min ahead of the provider's"), "{text}");
}

#[test]
fn the_proxy_and_the_certificates_are_those_in_force_and_no_password_is_shown() {
    let mut home = Home::signed_in();
    home.set("HTTPS_PROXY", "http://me:canary@proxy.example:3128");
    home.set("SSL_CERT_FILE", "/etc/ssl/own.pem");
    let flags = "--authority https://id.example.com --ca-file ca.pem";
    let explanation = explained(&home, flags);
    assert_eq!(explanation["proxy"], "proxy.example:3128", "{explanation}");
    assert_eq!(explanation["trusted_certificates"], json!(["/etc/ssl/own.pem", "ca.pem"]));
    assert!(!explanation.to_string().contains("canary"));
    assert_eq!(explained(&home, "")["proxy"], Value::Null, "loopback never has a proxy");
    home.set("NO_PROXY", "example.com");
    assert_eq!(explained(&home, flags)["proxy"], Value::Null);
    home.set("NO_PROXY", "");
    home.set("HTTPS_PROXY", "gopher://me:canary@x y");
    let unusable = explained(&home, flags)["proxy"].to_string();
    assert!(unusable.contains("cannot be used") && !unusable.contains("canary"), "{unusable}");
}
