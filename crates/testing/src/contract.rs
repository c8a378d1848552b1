//! Tests of the [`Store`] contract. [`check`] runs them all; each is a function that can also run alone.

use std::sync::Arc;
use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::store::{
    Change, Lease, LeaseAttempt, LeaseWait, Loaded, Partition, Replaced, Replacement, Revision, Saved, Store,
    StoreError, Turn, Update, Validity,
};
use tokcache_core::time::{Clock, SystemClock};

/// The optional features of a store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Kind {
    /// Whether the store has a document for each partition. Otherwise it has only [`Partition::whole`].
    pub has_partitions: bool,
    /// Whether the store refuses a save under a lease that another process has taken over since.
    pub has_fences: bool,
    /// Whether lease holders can leave notes.
    pub has_notes: bool,
}

impl Default for Kind {
    /// A store with all features.
    fn default() -> Self {
        Kind { has_partitions: true, has_fences: true, has_notes: true }
    }
}

/// A time to live that outlasts every test.
const TIME_TO_LIVE: Duration = Duration::from_secs(60);

/// Tests a store against the contract. `make` returns a new, empty store for each test. A store whose leases have a time
/// to live also needs [`a_lease_that_is_not_renewed_ends`], and tests of its own with several processes and with failures.
pub fn check<S: Store + 'static>(kind: Kind, make: impl Fn() -> S) {
    let all: [fn(&dyn Store); 13] = [
        a_new_store_holds_nothing,
        what_is_saved_is_what_is_loaded,
        a_save_that_expects_another_document_is_a_conflict,
        every_save_makes_another_revision,
        an_empty_document_is_none,
        removing_forgets_and_can_be_repeated,
        a_change_is_made_to_the_newest_document,
        a_change_that_lost_a_race_runs_again,
        a_look_shows_the_newest_document_and_nothing_if_there_is_none,
        bytes_that_nobody_understands_are_damaged_and_left_alone,
        making_sure_of_room_changes_nothing,
        a_lease_excludes_its_credential_until_it_is_given_back,
        a_lease_does_not_stand_in_the_way_of_anything_else,
    ];
    all.iter().for_each(|test| test(&make()));
    if kind.has_partitions {
        partitions_are_apart(&make());
        partitions_are_listed_by_prefix_and_in_order(&make());
    }
    if kind.has_fences {
        an_earlier_holder_s_save_is_refused(&make());
    }
    if kind.has_notes {
        a_note_is_read_until_it_is_taken_back(&make());
    }
    threads_lose_no_update(make());
}

fn whole() -> Partition {
    Partition::whole()
}

fn loaded(store: &dyn Store, partition: &Partition) -> Option<Loaded> {
    store.load(partition).block_on().expect("the store can be read")
}

fn text(store: &dyn Store) -> Option<String> {
    loaded(store, &whole()).map(|loaded| String::from_utf8_lossy(&loaded.bytes).into_owned())
}

fn replace(store: &dyn Store, expected: Option<Revision>, bytes: &[u8]) -> Replaced {
    let replacement = Replacement { expected, bytes, keep_until: None, fence: None };
    store.replace(&whole(), replacement).block_on().expect("the store can be written")
}

fn put(store: &dyn Store, bytes: &[u8]) -> Revision {
    match replace(store, loaded(store, &whole()).map(|loaded| loaded.revision), bytes) {
        Replaced::Saved(revision) => revision,
        Replaced::Conflict => panic!("nobody else writes"),
    }
}

fn update(store: &dyn Store, change: &mut (dyn FnMut(Option<&[u8]>) -> Change + Send)) -> Result<Saved, StoreError> {
    store.update(&whole(), Update::default(), change).block_on()
}

/// Appends a line to the document.
fn adding(line: &str, bytes: Option<&[u8]>) -> Change {
    let mut text = bytes.unwrap_or_default().to_vec();
    text.extend_from_slice(line.as_bytes());
    text.push(b'\n');
    Change::Replace(text.into())
}

fn attempt(store: &dyn Store, partition: &Partition, credential: &str) -> Option<Box<dyn Lease>> {
    let mut request = store.lease(partition, credential, TIME_TO_LIVE).expect("a lease can be asked for");
    match request.attempt().block_on().expect("a lease can be asked for") {
        LeaseAttempt::Held(lease) => Some(lease),
        LeaseAttempt::Taken(_) => None,
    }
}

fn lease(store: &dyn Store, credential: &str) -> Box<dyn Lease> {
    attempt(store, &whole(), credential).expect("nobody has the lease")
}

/// Waits for the lease, for much less than its time to live.
fn lease_soon(store: &dyn Store, credential: &str) -> Box<dyn Lease> {
    let (partition, clock) = (whole(), SystemClock::new());
    let request = store.lease(&partition, credential, TIME_TO_LIVE).expect("a lease can be asked for");
    let mut wait = LeaseWait::new(request, TIME_TO_LIVE / 4, &clock);
    loop {
        if let Turn::Held(lease) = wait.next().block_on().expect("nobody has the lease") {
            return lease;
        }
    }
}

/// A new store has no document.
pub fn a_new_store_holds_nothing(store: &dyn Store) {
    assert!(loaded(store, &whole()).is_none());
    assert!(store.partitions("", None).block_on().expect("it can be listed").is_empty());
    let found = store.read(&whole(), &mut |_| panic!("there is nothing to read")).block_on();
    assert!(matches!(found, Ok(None)), "{found:?}");
}

/// A load returns exactly the saved bytes.
pub fn what_is_saved_is_what_is_loaded(store: &dyn Store) {
    let bytes = b"{\"any\": \"bytes\", \"and\": \"\xc3\xa9\"}";
    let saved = put(store, bytes);
    let found = loaded(store, &whole()).expect("a document");
    assert_eq!((found.bytes.as_slice(), found.revision), (&bytes[..], saved));
}

/// Compare-and-set: a save does not overwrite another process's save.
pub fn a_save_that_expects_another_document_is_a_conflict(store: &dyn Store) {
    let first = put(store, b"first");
    assert_eq!(replace(store, None, b"third"), Replaced::Conflict, "there is a document");
    put(store, b"second");
    assert_eq!(replace(store, Some(first), b"third"), Replaced::Conflict, "it is another one");
    assert_eq!(text(store).as_deref(), Some("second"));
    store.remove(&whole()).block_on().expect("it can be removed");
    assert_eq!(replace(store, Some(first), b"third"), Replaced::Conflict, "there is none");
    assert_eq!(text(store), None);
}

/// Every save has a new revision. A store may reuse a revision if the bytes are those of an earlier document, but never
/// for other bytes.
pub fn every_save_makes_another_revision(store: &dyn Store) {
    let revisions = ["one", "two", "three"].map(|text| put(store, text.as_bytes()));
    assert!(revisions[0] != revisions[1] && revisions[1] != revisions[2], "{revisions:?}");
}

/// Empty bytes count as no document.
pub fn an_empty_document_is_none(store: &dyn Store) {
    put(store, b"one");
    put(store, b"");
    assert!(loaded(store, &whole()).is_none_or(|loaded| loaded.bytes.is_empty()));
    let found = store.read(&whole(), &mut |_| panic!("there is nothing to read")).block_on();
    assert!(matches!(found, Ok(None)), "{found:?}");
}

/// Removing a document that does not exist is not an error.
pub fn removing_forgets_and_can_be_repeated(store: &dyn Store) {
    let remove = || store.remove(&whole()).block_on().expect("it can be removed");
    remove();
    put(store, b"one");
    remove();
    remove();
    assert_eq!(text(store), None);
    put(store, b"two");
    assert_eq!(text(store).as_deref(), Some("two"));
}

/// Each change starts from the latest save. A change that keeps the document writes nothing.
pub fn a_change_is_made_to_the_newest_document(store: &dyn Store) {
    assert_eq!(update(store, &mut |_| Change::Keep).expect("nothing to do"), Saved::Unchanged);
    for line in ["one", "two"] {
        assert_eq!(update(store, &mut |bytes| adding(line, bytes)).expect("it is saved"), Saved::Written);
    }
    assert_eq!(text(store).as_deref(), Some("one\ntwo\n"));
    let before = loaded(store, &whole()).map(|loaded| loaded.revision);
    let same = &mut |bytes: Option<&[u8]>| Change::Replace(bytes.unwrap_or_default().to_vec().into());
    assert_eq!(update(store, same).expect("nothing to do"), Saved::Unchanged);
    assert_eq!(loaded(store, &whole()).map(|loaded| loaded.revision), before);
}

/// A change that was computed from an outdated document is not saved, but computed again.
pub fn a_change_that_lost_a_race_runs_again(store: &dyn Store) {
    put(store, b"one\n");
    let seen = loaded(store, &whole());
    put(store, b"two\n");
    let (partition, change) = (whole(), &mut |bytes: Option<&[u8]>| adding("three", bytes));
    let saved = store.update(&partition, Update { seen, ..Update::default() }, change).block_on();
    assert_eq!(saved.expect("it is saved"), Saved::Written);
    assert_eq!(text(store).as_deref(), Some("two\nthree\n"));
}

/// A document that cannot be parsed is an error, and is not overwritten.
pub fn bytes_that_nobody_understands_are_damaged_and_left_alone(store: &dyn Store) {
    put(store, b"half");
    let read = store.read(&whole(), &mut |_| Validity::Torn).block_on();
    assert!(matches!(read, Err(StoreError::Damaged { .. })), "{read:?}");
    let peeked = store.peek(&whole(), &mut |_| Validity::Torn).block_on();
    assert!(matches!(peeked, Err(StoreError::Damaged { .. })), "{peeked:?}");
    let updated = update(store, &mut |_| Change::Torn);
    assert!(matches!(updated, Err(StoreError::Damaged { .. })), "{updated:?}");
    assert_eq!(text(store).as_deref(), Some("half"));
}

/// A look without the revision shows what `load` returns.
pub fn a_look_shows_the_newest_document_and_nothing_if_there_is_none(store: &dyn Store) {
    let peek = || {
        let mut seen = Vec::new();
        let mut read = |bytes: &[u8]| {
            seen = bytes.to_vec();
            Validity::Whole
        };
        let is_there = store.peek(&whole(), &mut read).block_on().expect("it can be read");
        is_there.then_some(seen)
    };
    assert_eq!(peek(), None);
    put(store, b"one");
    put(store, b"two");
    assert_eq!(peek().as_deref(), Some(&b"two"[..]));
    store.remove(&whole()).block_on().expect("it is removed");
    assert_eq!(peek(), None);
}

/// `ensure_room` does not change the document.
pub fn making_sure_of_room_changes_nothing(store: &dyn Store) {
    let ensure = || store.ensure_room(&whole(), 100_000).block_on().expect("there is room");
    ensure();
    assert_eq!(text(store), None);
    put(store, b"one");
    ensure();
    assert_eq!(text(store).as_deref(), Some("one"));
}

/// A lease ends when it is returned explicitly or dropped.
pub fn a_lease_excludes_its_credential_until_it_is_given_back(store: &dyn Store) {
    let held = lease(store, "a");
    let other = lease(store, "b");
    assert!(attempt(store, &whole(), "a").is_none(), "somebody has it");
    held.renew().block_on().expect("it is held still");
    held.release().block_on();
    let again = lease(store, "a");
    drop(again);
    // The end of a dropped lease may be on its way to the server.
    lease_soon(store, "a").release().block_on();
    other.release().block_on();
}

/// A lease ends by itself after its time to live, here a second. Its holder then neither renews it nor takes it from the
/// next holder. [`check`] leaves this out, because a store whose leases end with the process may ignore the time.
pub fn a_lease_that_is_not_renewed_ends(store: &dyn Store, clock: &dyn Clock) {
    let partition = whole();
    let mut request = store.lease(&partition, "a", Duration::from_secs(1)).expect("a lease can be asked for");
    let LeaseAttempt::Held(earlier) = request.attempt().block_on().expect("a lease can be asked for") else {
        panic!("nobody has the lease");
    };
    assert!(attempt(store, &partition, "a").is_none(), "it has just begun");
    let request = store.lease(&partition, "a", TIME_TO_LIVE).expect("a lease can be asked for");
    let mut wait = LeaseWait::new(request, TIME_TO_LIVE / 4, clock);
    let later = loop {
        if let Turn::Held(lease) = wait.next().block_on().expect("the lease ends") {
            break lease;
        }
    };
    let renewed = earlier.renew().block_on();
    assert!(matches!(renewed, Err(StoreError::LeaseLost { .. })), "{renewed:?}");
    earlier.release().block_on();
    assert!(attempt(store, &partition, "a").is_none(), "the next holder has it still");
    later.release().block_on();
}

/// A lease may last as long as a provider takes, so it must not block loads and saves.
pub fn a_lease_does_not_stand_in_the_way_of_anything_else(store: &dyn Store) {
    let held = lease(store, "a");
    put(store, b"one");
    assert_eq!(text(store).as_deref(), Some("one"));
    store.remove(&whole()).block_on().expect("it can be removed");
    held.release().block_on();
}

/// Partitions share neither documents nor leases.
pub fn partitions_are_apart(store: &dyn Store) {
    let [one, two] = ["one", "two"].map(Partition::named);
    for (partition, bytes) in [(&one, b"1"), (&two, b"2")] {
        let replacement = Replacement { expected: None, bytes, keep_until: None, fence: None };
        let saved = store.replace(partition, replacement).block_on();
        assert!(matches!(saved, Ok(Replaced::Saved(_))), "{saved:?}");
    }
    let of = |partition: &Partition| loaded(store, partition).map(|loaded| loaded.bytes.to_vec());
    assert_eq!((of(&one), of(&two)), (Some(b"1".to_vec()), Some(b"2".to_vec())));
    let held = attempt(store, &one, "a").expect("nobody has the lease");
    attempt(store, &two, "a").expect("it is another lease").release().block_on();
    store.remove(&one).block_on().expect("it can be removed");
    assert_eq!((of(&one), of(&two)), (None, Some(b"2".to_vec())));
    held.release().block_on();
}

/// Pages are requested by the name of the last partition of the page before.
pub fn partitions_are_listed_by_prefix_and_in_order(store: &dyn Store) {
    for name in ["b.2", "a.1", "b.1", "b.3"] {
        let replacement = Replacement { expected: None, bytes: b"{}", keep_until: None, fence: None };
        store.replace(&Partition::named(name), replacement).block_on().expect("it is saved");
    }
    let mut listed: Vec<Partition> = Vec::new();
    loop {
        let page = store.partitions("b.", listed.last()).block_on().expect("it can be listed");
        if page.is_empty() {
            break;
        }
        listed.extend(page);
    }
    assert_eq!(listed, ["b.1", "b.2", "b.3"].map(Partition::named));
}

/// A process whose lease has expired cannot overwrite the next holder's save.
pub fn an_earlier_holder_s_save_is_refused(store: &dyn Store) {
    let earlier = lease(store, "a");
    let fence = earlier.fence().expect("its leases have numbers");
    earlier.release().block_on();
    let later = lease(store, "a");
    let newer = later.fence().expect("its leases have numbers");
    assert!(newer.number > fence.number, "{newer:?} after {fence:?}");
    let save = |fence| {
        let expected = loaded(store, &whole()).map(|loaded| loaded.revision);
        store.replace(&whole(), Replacement { expected, bytes: b"{}", keep_until: None, fence: Some(fence) }).block_on()
    };
    let saved = save(&fence);
    assert!(matches!(saved, Err(StoreError::LeaseLost { .. })), "{saved:?}");
    assert_eq!(text(store), None);
    let saved = save(&newer);
    assert!(matches!(saved, Ok(Replaced::Saved(_))), "{saved:?}");
    later.release().block_on();
}

/// Everybody can read a note, even after the lease has ended.
pub fn a_note_is_read_until_it_is_taken_back(store: &dyn Store) {
    let noted = |credential| store.note(&whole(), credential).block_on();
    let holder = lease(store, "a");
    assert_eq!(noted("a"), None);
    holder.note(Some(b"first")).block_on();
    holder.note(Some(b"last")).block_on();
    holder.release().block_on();
    assert_eq!((noted("a").as_deref(), noted("b")), (Some(&b"last"[..]), None));
    let holder = lease(store, "a");
    holder.note(None).block_on();
    assert_eq!(noted("a"), None);
    holder.note(Some(b"more")).block_on();
    holder.release().block_on();
    store.forget_notes(&whole()).block_on();
    assert_eq!(noted("a"), None);
}

/// Concurrent threads, and concurrent tasks, lose no update.
pub fn threads_lose_no_update<S: Store + 'static>(store: S) {
    const THREADS: usize = 4;
    const TURNS: usize = 10;
    let store = Arc::new(store);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let store = Arc::clone(&store);
            scope.spawn(move || {
                for turn in 0..TURNS {
                    let line = format!("{thread}-{turn}");
                    update(store.as_ref(), &mut |bytes| adding(&line, bytes)).expect("it is saved");
                }
            });
        }
    });
    let text = text(store.as_ref()).expect("a document");
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), THREADS * TURNS);
}
