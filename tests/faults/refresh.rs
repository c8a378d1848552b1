//! Fails and kills a refresh at every call.

use tokcache_core::cache::TokenCache;

use crate::calls::{Aftermath, Subject, fails_from_then_on, fails_once, is_killed};
use crate::provider::Provider;
use crate::strace::{Call, Fault, calls_of, run_with};
use crate::support::home::Home;
use crate::support::{names, text};

const TOKEN: &str = "token --lock-timeout 3s --timeout 2s";
/// The leftovers of a dead or failed run may delay the next one by 2 seconds.
const NEXT: &str = "token --force-refresh --lock-timeout 2s";

pub(crate) const REFRESH: Subject = Subject {
    before: |_, _| {},
    line: |_, _| TOKEN.to_owned(),
    judge,
    least_calls: 80,
    every: 1,
    runs_a_core: 1,
    exits: &[],
    missed: 50,
};

#[test]
fn whichever_call_fails_the_cache_is_whole_and_the_run_says_what_happened() {
    fails_once(&REFRESH);
}

#[test]
fn whichever_call_fails_from_then_on_the_cache_is_whole_and_the_run_says_what_happened() {
    fails_from_then_on(&REFRESH);
}

#[test]
fn wherever_it_is_killed_the_cache_is_whole_and_the_next_run_goes_on() {
    is_killed(&REFRESH);
}

/// If the cache lock is broken at the last moment, its new holder removes temporary files.
#[test]
fn a_temporary_file_that_is_swept_before_it_is_renamed_is_written_again() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let calls = calls_of(&home, TOKEN).calls;
    let is_save = |call: &&Call| call.name.starts_with("rename") && call.line.contains("/token_cache.json\"");
    let save = calls.iter().find(is_save).expect("a run that saves");
    provider.reset();
    home.sign_in_again();
    let output = run_with(&home, save, Fault::Once("ENOENT"), TOKEN).output;
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("AT-1\n".into(), String::new()));
    assert!(holds_turn(&std::fs::read(home.cache()).unwrap(), 1));
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum File {
    Damaged,
    New,
    Old,
}

fn judge(after: &mut Aftermath<'_>) {
    let (home, provider) = (after.home, after.provider);
    // The number of rotations: 1 if the run got that far.
    let turn = provider.turn();
    let file = match std::fs::read(home.cache()) {
        Ok(bytes) if bytes == home.expired_cache() => File::Old,
        Ok(bytes) if holds_turn(&bytes, turn) => File::New,
        _ => File::Damaged,
    };
    after.expect(file != File::Damaged, "the cache is neither the old nor the new one");
    after.expect(home.mode() == 0o600, "the cache is open to others");
    // Whether the refresh token in the cache is an old one.
    let is_lost = turn == 1 && file == File::Old;
    let can_speak = !after.is_mute();
    if after.output.status.success() {
        after.expect(turn == 1 && text(&after.output.stdout) == "AT-1\n", "success without the new token");
        let is_loud = after.said().contains("warning: THE NEW TOKENS COULD NOT BE SAVED");
        after.expect(file == File::New || is_loud || !can_speak, "the new refresh token was dropped in silence");
    } else if !after.is_killed() {
        after.expect(!is_lost || after.is_network() || !can_speak, "the new refresh token was dropped in silence");
    }
    judge_next_run(after, file, is_lost);
}

/// Checks that the next run is signed in, does not wait, and leaves nothing but the cache.
fn judge_next_run(after: &mut Aftermath<'_>, file: File, is_lost: bool) {
    let (home, provider) = (after.home, after.provider);
    let next = home.tokcache(NEXT);
    let rescued = names(&home.elsewhere());
    after.expect(rescued.is_empty(), &format!("litter elsewhere after the next run: {rescued:?}"));
    // The provider may have answered a request after its sender was gone.
    let is_answered_late = after.is_network() && file == File::Old && provider.is_revoked();
    // The receiver died, the answer was lost, or nothing can be written any more.
    let may_be_gone = after.is_killed() || after.is_network() || after.is_lasting();
    if (is_lost && may_be_gone || is_answered_late) && !next.status.success() {
        return;
    }
    let said = text(&next.stderr);
    after.expect(next.status.success(), &format!("the next run failed: {said}"));
    after.expect(!provider.is_revoked(), "a spent refresh token was spent again");
    after.expect(text(&next.stdout) == format!("AT-{}\n", provider.turn()), "the next run has no new token");
    let names = names(&home.state());
    after.expect(names == ["token_cache.json"], &format!("litter after the next run: {names:?}"));
}

pub(crate) fn holds_turn(bytes: &[u8], turn: usize) -> bool {
    let Ok(cache) = TokenCache::deserialize(bytes) else { return false };
    let access: Vec<_> = cache.access_tokens().into_iter().map(|entry| entry.secret.expose().to_owned()).collect();
    let refresh: Vec<_> = cache.refresh_tokens().into_iter().map(|entry| entry.secret.expose().to_owned()).collect();
    access == [format!("AT-{turn}")] && refresh == [format!("RT-{turn}")] && cache.accounts(None).len() == 1
}
