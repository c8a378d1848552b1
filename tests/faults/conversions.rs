//! Encrypts, rekeys and decrypts the cache while other processes refresh, and with refresh tokens that could not be
//! saved. The provider rotates refresh tokens, and ends the sign-in when an old one is used again.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::places::token_that_cannot_be_saved;
use crate::provider::Provider;
use crate::support::home::Home;
use crate::support::{is_long, names, text};

/// The prefix of all refresh tokens of the provider.
const REFRESH_TOKEN: &str = "RT-";

#[test]
fn while_others_refresh_the_cache_changes_its_form_and_no_sign_in_is_lost_and_nothing_is_in_plain_while_it_is_encrypted()
 {
    // Long enough for a conversion to begin during a request.
    #[expect(clippy::disallowed_methods, reason = "a slow provider")]
    let provider = Provider::answering_after(|| std::thread::sleep(Duration::from_millis(20)));
    let home = Home::at(&provider);
    let [one, two] = ["one", "two"].map(|name| format!("--encrypt {}", home.key_file(name)));
    let (is_over, is_sealed, refreshes) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let rounds = if is_long() { 60 } else { 10 };
    let is_going_on = &|| !is_over.load(Ordering::SeqCst);
    let (refreshes, is_sealed, home, provider) = (&refreshes, &is_sealed, &home, &provider);
    std::thread::scope(|scope| {
        let refresh = move || {
            while is_going_on() {
                let output = home.tokcache("token --force-refresh --lock-timeout 30s");
                assert!(output.status.success(), "{}", text(&output.stderr));
                refreshes.fetch_add(1, Ordering::SeqCst);
            }
        };
        // The counter is even while the cache may be plain.
        let watch = move || {
            while is_going_on() {
                let before = is_sealed.load(Ordering::SeqCst);
                let plain = home.files_with(REFRESH_TOKEN);
                let is_promised = before % 2 == 1 && is_sealed.load(Ordering::SeqCst) == before;
                assert!(!is_promised || plain.is_empty(), "in plain: {plain:?}");
            }
        };
        let others: Vec<_> = (0..2).map(|_| scope.spawn(refresh)).chain([scope.spawn(watch)]).collect();
        // The other threads must end even if this one fails.
        let converted = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for _ in 0..rounds {
                home.answer(&format!("cache encrypt {one}"));
                is_sealed.fetch_add(1, Ordering::SeqCst);
                home.answer(&format!("cache rekey {two}"));
                assert!(home.is_sealed());
                home.answer(&format!("cache rekey {one}"));
                is_sealed.fetch_add(1, Ordering::SeqCst);
                home.answer("cache decrypt");
            }
        }));
        is_over.store(true, Ordering::SeqCst);
        others.into_iter().for_each(|other| other.join().unwrap());
        converted.unwrap();
    });
    assert!(!provider.is_revoked(), "a spent refresh token was spent again");
    assert!(refreshes.load(Ordering::SeqCst) > rounds, "nobody refreshed meanwhile");
    assert_eq!(home.answer("token --force-refresh"), format!("AT-{}", provider.turn()));
    assert_eq!((names(&home.state()), names(&home.elsewhere())), (vec!["token_cache.json".to_owned()], Vec::new()));
}

#[test]
fn a_refresh_token_that_could_not_be_saved_outlives_every_conversion_and_is_never_in_plain_beside_an_encrypted_cache() {
    let conversions: [(&[&str], &[&str]); 5] = [
        (&[], &["encrypt one"]),
        (&["encrypt one"], &["rekey two"]),
        (&["encrypt one"], &["decrypt"]),
        (&["encrypt one"], &["decrypt", "encrypt two"]),
        (&[], &["encrypt one", "rekey two", "decrypt"]),
    ];
    for (before, after) in conversions {
        let provider = Provider::start();
        let home = Home::at(&provider);
        let convert = |steps: &[&str]| {
            for step in steps {
                let (command, key) = step.split_once(' ').unwrap_or((step, ""));
                let key = if key.is_empty() { key.to_owned() } else { format!(" --encrypt {}", home.key_file(key)) };
                home.answer(&format!("cache {command}{key}"));
                assert!(!home.is_sealed() || home.files_with(REFRESH_TOKEN).is_empty(), "in plain after {step}");
            }
        };
        convert(before);
        let output = token_that_cannot_be_saved(&home, &provider);
        assert!(text(&output.stderr).contains("the next run will find the new refresh token"), "{output:?}");
        assert_eq!(names(&home.elsewhere()).len(), 1);
        convert(after);
        assert_eq!(home.answer("token"), "AT-2", "{before:?} {after:?}");
        assert!(!provider.is_revoked());
    }
}

/// A run may not find the folder in which another one has kept a refresh token: a session has one that a service does
/// not have.
#[test]
fn a_refresh_token_that_a_conversion_did_not_see_is_found_by_its_own_key_and_without_that_it_is_kept_and_told() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    home.answer(&format!("cache encrypt --encrypt {}", home.key_file("one")));
    token_that_cannot_be_saved(&home, &provider);
    fs::create_dir(home.path("hidden")).unwrap();
    let (seen, hidden) = (home.elsewhere(), home.path("hidden"));
    let name = names(&seen).remove(0);
    fs::rename(seen.join(&name), hidden.join(&name)).unwrap();
    home.answer(&format!("cache rekey --encrypt {}", home.key_file("two")));
    fs::rename(hidden.join(&name), seen.join(&name)).unwrap();

    fs::rename(home.path("one"), home.path("gone")).unwrap();
    let said = home.failure(4, "token");
    assert!(said.contains("cannot be opened"), "{said}");
    assert_eq!(names(&seen), [name], "what cannot be opened is not forgotten");

    provider.forgive();
    fs::rename(home.path("gone"), home.path("one")).unwrap();
    assert_eq!(home.answer("token --force-refresh"), "AT-2");
    assert!(names(&seen).is_empty());
}

#[test]
fn a_conversion_waits_for_a_refresh_only_as_long_as_it_may_and_says_for_whom() {
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (go_on, may_go_on) = std::sync::mpsc::channel::<()>();
    let provider = Provider::answering_after(move || {
        begun.send(()).unwrap();
        let _ = may_go_on.recv_timeout(Duration::from_secs(20));
    });
    let home = Home::at(&provider);
    std::thread::scope(|scope| {
        let refresh = scope.spawn(|| home.tokcache("token"));
        has_begun.recv().unwrap();
        let encrypt = format!("cache encrypt --lock-timeout 1s --encrypt {}", home.key_file("key"));
        let said = home.refusal(&encrypt);
        assert!(said.contains("waited 1 s for ") && said.contains("tokcache (process "), "{said}");
        assert_eq!((home.is_sealed(), home.promise()), (false, None));
        go_on.send(()).unwrap();
        assert!(refresh.join().unwrap().status.success());
    });
    assert_eq!(home.answer("token"), "AT-1");
}
