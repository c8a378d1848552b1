//! Tests another program that overwrites a save with its outdated copy: tokcache notices and saves again.

use std::fs;
use std::sync::Mutex;
use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::acquire::{AuthenticationResult, ClientApplication, SignOutRequest, Source, forget_everything};
use tokcache_core::store::Partition;
use tokcache_core::time::{Clock, Timestamp};
use tokcache_file::FileStore;
use tokcache_testing::SteppedClock;

use crate::world::{Life, refresh_with, request, served, tokens};

const PAUSE: Duration = Duration::from_millis(150);
const LONGEST: Duration = Duration::from_secs(3);

/// An entry as MSAL Node writes it, for another user.
const NODES: &str = r#""node": {"credential_type": "RefreshToken", "secret": "NODES", "home_account_id": "other",
    "environment": "idp.example.com", "client_id": "other"}"#;

/// A clock that calls `act` at every sleep.
struct Restless<'a> {
    clock: &'a SteppedClock,
    /// Called with the number of sleeps.
    act: &'a (dyn Fn(usize) + Sync),
    sleeps: Mutex<usize>,
}

impl Clock for Restless<'_> {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn sleep(&self, wait: Duration) {
        self.clock.sleep(wait);
        let mut sleeps = self.sleeps.lock().unwrap();
        *sleeps += 1;
        (self.act)(*sleeps);
    }
}

/// Returns a sign-in with an expired access token, in a file that MSAL Node writes too.
fn shared() -> Life {
    let life = Life::new();
    share(&life);
    life
}

fn share(life: &Life) {
    life.sign_in(tokens(1));
    life.change(|text| text.replace(r#""RefreshToken": {"#, &format!(r#""RefreshToken": {{{NODES}, "#)));
    life.clock.step(Duration::from_secs(3600));
    life.told();
}

/// Refreshes, and calls `act` at each check. Returns the token and how long it was watched.
fn refresh_while(life: &Life, act: impl Fn(usize) + Sync) -> (AuthenticationResult, Duration) {
    life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    let clock = Restless { clock: &life.clock, act: &act, sleeps: Mutex::new(0) };
    let start = life.clock.elapsed();
    let outcome =
        ClientApplication { clock: &clock, ..life.client() }.acquire_token_silent(&request()).block_on().unwrap();
    life.server.assert_finished();
    (outcome, life.clock.elapsed() - start)
}

fn sign_out(life: &Life) {
    let request = SignOutRequest { account: None, revoke: false };
    ClientApplication { lock_timeout: Duration::ZERO, ..life.client() }.sign_out(&request).block_on().unwrap().unwrap();
}

/// Returns the current document with a mark of its writer, to be written later.
fn memory_of(life: &Life) -> String {
    life.stored().replace("NODES", "NODES-NEXT")
}

fn assert_mended(life: &Life) {
    let stored = life.stored();
    for secret in ["AT-2", "RT-2", "NODES-NEXT"] {
        assert!(stored.contains(secret), "{secret}");
    }
    assert!(!stored.contains("RT-1"), "a spent refresh token is left");
}

#[test]
fn where_no_hasty_program_writes_a_refresh_takes_no_time() {
    let life = Life::new();
    life.sign_in(tokens(1));
    life.clock.step(Duration::from_secs(3600));
    let (_, watched) = refresh_while(&life, |_| panic!("nobody is to be waited for"));
    assert_eq!(watched, Duration::ZERO);
}

#[test]
fn where_one_does_the_file_is_looked_at_once_more() {
    let life = shared();
    let (outcome, watched) = refresh_while(&life, |_| ());
    assert_eq!((outcome.access_token.expose(), watched), ("AT-2", PAUSE));
    assert!(life.told().is_empty());
}

#[test]
fn what_was_overwritten_is_saved_again_and_the_other_programs_entries_stay() {
    let life = shared();
    let stale = memory_of(&life);
    let overwrite = |sleeps| {
        if sleeps == 1 {
            life.change(|_| stale.clone());
        }
    };
    let (outcome, watched) = refresh_while(&life, overwrite);
    assert_eq!((outcome.access_token.expose(), watched), ("AT-2", 2 * PAUSE));
    assert_eq!(life.told(), ["saved again"]);
    assert_mended(&life);
}

#[test]
fn an_access_token_alone_that_was_lost_is_saved_again() {
    let life = shared();
    let forget = |sleeps| {
        if sleeps == 1 {
            life.change(|text| text.replace(r#""AccessToken": {"#, r#""Lost": {"#).replace("NODES", "NODES-NEXT"));
        }
    };
    refresh_while(&life, forget);
    assert_eq!(life.told(), ["saved again"]);
    assert_mended(&life);
}

#[test]
fn a_program_that_writes_something_else_is_no_reason_to_save_again() {
    let life = shared();
    let write = |sleeps| {
        if sleeps <= 2 {
            life.change(|text| text.replace("NODES", "NODES-NEXT"));
        }
    };
    let (_, watched) = refresh_while(&life, write);
    assert_eq!(watched, 3 * PAUSE, "until nobody has written for a while");
    assert!(life.told().is_empty());
}

#[test]
fn others_who_write_without_end_but_overwrite_nothing_are_watched_for_four_looks() {
    let life = shared();
    let (_, watched) =
        refresh_while(&life, |sleeps| life.change(|text| text.replace("NODES", &format!("NODES-{sleeps}"))));
    assert_eq!(watched, 4 * PAUSE);
    assert!(life.told().is_empty());
}

#[test]
fn a_newer_token_of_another_program_stays() {
    let life = shared();
    let renew = |sleeps| {
        if sleeps == 1 {
            life.change(|text| text.replace("AT-2", "AT-NEWER").replace("RT-2", "RT-NEWER"));
        }
    };
    let (outcome, _) = refresh_while(&life, renew);
    assert_eq!(outcome.access_token.expose(), "AT-2");
    assert!(life.told().is_empty() && life.stored().contains("RT-NEWER") && !life.stored().contains("RT-2"));
}

#[test]
fn a_sign_out_is_not_undone() {
    let sign_outs: [&(dyn Fn(&Life) + Sync); 3] = [
        &|life| drop(forget_everything(life.store.as_ref(), &Partition::whole()).block_on().unwrap()),
        &|life| life.store.remove(&Partition::whole()).block_on().unwrap(),
        &sign_out,
    ];
    for sign_out in sign_outs {
        let life = shared();
        let (outcome, _) = refresh_while(&life, |sleeps| {
            if sleeps == 1 {
                sign_out(&life);
            }
        });
        assert_eq!(outcome.access_token.expose(), "AT-2", "it was refreshed before");
        assert!(life.told().is_empty());
        assert!(life.token().is_err(), "nobody is signed in");
    }
}

#[test]
fn a_second_sign_in_that_was_overwritten_is_saved_again() {
    let life = shared();
    sign_in_again_while(&life, &memory_of(&life));
    assert_eq!(life.told().last().unwrap(), "saved again");
    assert_mended(&life);
}

#[test]
fn a_first_sign_in_that_was_overwritten_is_saved_again() {
    let life = shared();
    let stale = memory_of(&life);
    sign_out(&life);
    let nobody = memory_of(&life);
    assert!(!nobody.contains("RT-1") && stale.contains("RT-1"));
    sign_in_again_while(&life, &nobody);
    assert_eq!(life.told().last().unwrap(), "saved again");
    assert_mended(&life);
}

#[test]
fn a_later_sign_in_of_another_program_stays() {
    let life = shared();
    let later = memory_of(&life).replace("AT-1", "AT-LATER").replace("RT-1", "RT-LATER");
    sign_in_again_while(&life, &later);
    assert_eq!(life.stored(), later);
}

/// Signs the same user in again, and overwrites the save at once with `memory`.
fn sign_in_again_while(life: &Life, memory: &str) {
    let memory = Mutex::new(Some(memory.to_owned()));
    let overwrite = |_| {
        let is_saved = life.stored().contains("AT-2");
        if let Some(memory) = memory.lock().unwrap().take_if(|_| is_saved) {
            life.change(|_| memory.clone());
        }
    };
    let clock = Restless { clock: &life.clock, act: &overwrite, sleeps: Mutex::new(0) };
    life.sign_in_at(&ClientApplication { clock: &clock, ..life.client() }, tokens(2));
    assert!(memory.into_inner().unwrap().is_none(), "it was overwritten");
}

#[test]
fn the_watch_ends_though_others_write_without_end_and_no_later_than_the_time_out() {
    for (time_out, longest) in [(30, LONGEST), (1, Duration::from_secs(1))] {
        let life = shared();
        let stale = memory_of(&life);
        life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
        let clock = Restless { clock: &life.clock, act: &|_| life.change(|_| stale.clone()), sleeps: Mutex::new(0) };
        let start = life.clock.elapsed();
        let retry_within = Duration::from_secs(time_out);
        let client = ClientApplication { clock: &clock, retry_within, ..life.client() };
        client.acquire_token_silent(&request()).block_on().unwrap();
        let watched = life.clock.elapsed() - start;
        assert!((longest..longest + PAUSE).contains(&watched), "{watched:?}");
        assert_mended(&life);
    }
}

#[test]
fn what_is_overwritten_after_a_watch_without_calm_is_mended_by_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("rescue")).unwrap();
    let life = Life::new();
    let store = FileStore::new(&folder.path().join("cache.json"), LONGEST, life.clock.clone());
    let rescue = folder.path().join("rescue");
    let life = Life { store: Box::new(store.recovering_in(Box::new(move || vec![rescue.clone()]))), ..life };
    share(&life);
    let stale = memory_of(&life);
    refresh_while(&life, |_| life.change(|_| stale.clone()));
    life.change(|_| stale.clone());

    life.server.expects([refresh_with("RT-2").and_answer(200, &tokens(3))]);
    assert_eq!(served(life.token()), ("AT-3".to_owned(), Source::Refresh));
    assert_eq!(fs::read_dir(folder.path().join("rescue")).unwrap().count(), 0);
}

#[test]
fn a_newer_token_of_another_program_stays_where_the_server_repeats_the_refresh_token() {
    let life = shared();
    let mut answer = tokens(2);
    answer["refresh_token"] = "RT-1".into();
    life.server.expects([refresh_with("RT-1").and_answer(200, &answer)]);
    let renew = |sleeps| {
        if sleeps == 1 {
            life.change(|text| text.replace("AT-2", "AT-NEWER"));
        }
    };
    let clock = Restless { clock: &life.clock, act: &renew, sleeps: Mutex::new(0) };
    ClientApplication { clock: &clock, ..life.client() }.acquire_token_silent(&request()).block_on().unwrap();
    assert!(life.stored().contains("AT-NEWER"), "another program's newer token is gone");
    assert!(life.told().is_empty());
}
