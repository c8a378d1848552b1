//! Tests the common behaviour of all stores.

use std::sync::Arc;
use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::secret::Passphrase;
use tokcache_core::store::{Change, MemoryStore, Saved, StoreError, Validity};
use tokcache_file::LocalStore;
use tokcache_file::{EncryptedLocalStore, Encryption, KeyError, KeySettings, KeySource, PassphraseFor, Passphrases};

use crate::cache::{Cache, PATIENCE, Wait, adding, document, lease, loaded, replacing};
use crate::support::clock::SleepClock;

type AnyStore = Box<dyn LocalStore + Sync>;

/// Runs a test on a new store of each kind.
fn each(test: impl Fn(&(dyn LocalStore + Sync))) {
    let cache = Cache::new();
    let (memory, sealed) = (|| MemoryStore::new(), Cache::new());
    let stores: [(&str, AnyStore); 5] = [
        ("memory", Box::new(memory())),
        ("sealed memory", Box::new(sealing(Box::new(memory()), &sealed))),
        ("sealed file", Box::new(sealing(Box::new(sealed.patient_store().0), &sealed))),
        ("file", Box::new(cache.patient_store().0)),
        ("file in a new folder", {
            let path = cache.folder.path().join("new/folder/cache.json");
            Box::new(tokcache_file::FileStore::new(&path, PATIENCE, Arc::new(SleepClock::default())))
        }),
    ];
    for (name, store) in &stores {
        println!("{name}");
        test(store.as_ref());
    }
}

/// Returns `inner`, encrypted with a key in the folder of `cache`. The key is created in advance, as before a sign-in.
fn sealing(inner: Box<dyn LocalStore>, cache: &Cache) -> EncryptedLocalStore {
    let keys = KeySettings {
        credential: Box::new(|| None),
        has_screen: Box::new(|| false),
        keep_in_kernel: false,
        key_file_made: Box::new(|_| {}),
        keyring_patience: Duration::ZERO,
        passphrases: Box::new(Nobody),
        swappable: Box::new(|| {}),
        unsynced: Box::new(|_, _| {}),
    };
    let source = KeySource::KeyFile(cache.folder.path().join("key"));
    let store = EncryptedLocalStore::new(inner, Encryption::By(source), keys);
    store.ensure_room(0).unwrap();
    store
}

/// A source without a passphrase.
struct Nobody;

impl Passphrases for Nobody {
    fn passphrase(&self, _purpose: PassphraseFor) -> Result<Passphrase, KeyError> {
        Err(KeyError::Passphrase { why: "nobody knows it".to_owned() })
    }
}

#[test]
fn a_new_store_holds_nothing_and_calls_no_reader() {
    each(|store| {
        assert_eq!(store.load(&mut |_| panic!("there is nothing to read")).unwrap(), None);
    });
}

#[test]
fn what_is_saved_is_what_is_read() {
    each(|store| {
        let bytes = b"any\0bytes\xff";
        assert_eq!(store.update(&mut |_| replacing(bytes)).unwrap(), Saved::Written);
        let mut seen = Vec::new();
        let found = store.load(&mut |read| {
            seen = read.to_vec();
            Validity::Whole
        });
        assert_eq!((found.unwrap().is_some(), seen.as_slice()), (true, &bytes[..]));
    });
}

#[test]
fn a_change_is_made_to_the_newest_bytes() {
    each(|store| {
        let mut seen = Vec::new();
        for line in ["one", "two", "three"] {
            let change = &mut |bytes: Option<&[u8]>| {
                seen.push(bytes.map(<[u8]>::to_vec));
                adding(line, bytes)
            };
            assert_eq!(store.update(change).unwrap(), Saved::Written);
        }
        assert_eq!(seen, [None, Some(document(&["one"])), Some(document(&["one", "two"]))]);
        assert_eq!(loaded(store).unwrap(), ["one", "two", "three"]);
    });
}

#[test]
fn keeping_changes_nothing() {
    each(|store| {
        assert_eq!(store.update(&mut |_| Change::Keep).unwrap(), Saved::Unchanged);
        assert_eq!(loaded(store), None);
        store.update(&mut |bytes| adding("one", bytes)).unwrap();
        assert_eq!(store.update(&mut |_| Change::Keep).unwrap(), Saved::Unchanged);
        assert_eq!(store.update(&mut |bytes| replacing(bytes.unwrap())).unwrap(), Saved::Unchanged);
        assert_eq!(loaded(store).unwrap(), ["one"]);
    });
}

#[test]
fn bytes_that_nobody_understands_are_damaged_and_left_alone() {
    each(|store| {
        store.update(&mut |_| replacing(b"BEGIN\nhalf")).unwrap();
        let read = store.load(&mut |_| Validity::Torn);
        assert!(matches!(read, Err(StoreError::Damaged { .. })), "{read:?}");
        let updated = store.update(&mut |bytes| adding("one", bytes));
        assert!(matches!(updated, Err(StoreError::Damaged { .. })), "{updated:?}");
        store
            .load(&mut |bytes| {
                assert_eq!(bytes, b"BEGIN\nhalf");
                Validity::Whole
            })
            .unwrap();
    });
}

#[test]
fn an_empty_document_is_none() {
    each(|store| {
        store.update(&mut |bytes| adding("one", bytes)).unwrap();
        store.update(&mut |_| replacing(b"")).unwrap();
        assert_eq!(store.load(&mut |_| panic!("there is nothing to read")).unwrap(), None);
        store.update(&mut |bytes| adding("two", bytes)).unwrap();
        assert_eq!(loaded(store).unwrap(), ["two"]);
    });
}

#[test]
fn removing_forgets_and_can_be_repeated() {
    each(|store| {
        store.remove().unwrap();
        store.update(&mut |bytes| adding("one", bytes)).unwrap();
        store.remove().unwrap();
        store.remove().unwrap();
        assert_eq!(loaded(store), None);
        store.update(&mut |bytes| adding("two", bytes)).unwrap();
        assert_eq!(loaded(store).unwrap(), ["two"]);
    });
}

#[test]
fn making_sure_of_room_changes_nothing() {
    each(|store| {
        store.ensure_room(100_000).unwrap();
        assert_eq!(loaded(store), None);
        store.update(&mut |bytes| adding("one", bytes)).unwrap();
        store.ensure_room(100_000).unwrap();
        assert_eq!(loaded(store).unwrap(), ["one"]);
    });
}

#[test]
fn a_lease_excludes_its_credential_until_it_is_dropped() {
    each(|store| {
        let no_wait = &mut |_: &_| panic!("there is nothing to wait for");
        let held = lease(store, "a", Duration::ZERO, no_wait).unwrap().unwrap();
        let other = lease(store, "b", Duration::ZERO, no_wait).unwrap().unwrap();
        let busy = lease(store, "a", Duration::from_secs(1), &mut |_| Wait::More).err();
        let Some(StoreError::Busy { holder, waited, .. }) = busy else { panic!("{busy:?}") };
        assert_eq!((holder.pid, waited), (Some(std::process::id()), Duration::from_secs(1)));
        drop(held);
        assert!(lease(store, "a", Duration::ZERO, no_wait).unwrap().is_some());
        drop(other);
    });
}

#[test]
fn a_wait_for_a_lease_ends_when_it_is_not_needed_any_more() {
    each(|store| {
        let _lease = lease(store, "a", PATIENCE, &mut |_| Wait::More).unwrap().unwrap();
        let mut looks = 0;
        let outcome = lease(store, "a", PATIENCE, &mut |holder| {
            assert_eq!(holder.pid, Some(std::process::id()));
            looks += 1;
            if looks == 3 { Wait::Enough } else { Wait::More }
        });
        assert!(outcome.unwrap().is_none());
        assert_eq!(looks, 3);
    });
}

#[test]
fn a_lease_does_not_stand_in_the_way_of_anything_else() {
    each(|store| {
        let _lease = lease(store, "a", PATIENCE, &mut |_| Wait::More).unwrap();
        store.update(&mut |bytes| adding("one", bytes)).unwrap();
        assert_eq!(loaded(store).unwrap(), ["one"]);
        store.remove().unwrap();
    });
}

#[test]
fn threads_lose_no_update() {
    let cache = Cache::new();
    let stores: [AnyStore; 2] = [Box::new(MemoryStore::default()), Box::new(cache.store())];
    for store in &stores {
        std::thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || {
                    for turn in 0..25 {
                        store.update(&mut |bytes| adding(&format!("{thread}-{turn}"), bytes)).unwrap();
                    }
                });
            }
        });
        let mut lines = loaded(store.as_ref()).unwrap();
        lines.sort();
        lines.dedup();
        assert_eq!(lines.len(), 100);
    }
}

#[test]
fn a_store_says_what_it_is() {
    let cache = Cache::new();
    let description = cache.store().describe();
    assert_eq!(description.url, format!("file:{}", cache.path.display()));
    assert_eq!((description.path, description.lock_holder), (Some(cache.path.clone()), None));
    assert_eq!(MemoryStore::default().describe().url, "memory:");
}

#[test]
fn a_note_at_a_lease_is_read_by_all_until_it_is_taken_back() {
    each(|store| {
        let leased = || lease(store, "credential", Duration::ZERO, &mut |_| Wait::More).unwrap().unwrap();
        let noted = || store.note("credential");
        let holder = leased();
        assert_eq!(noted(), None);
        holder.note(Some(b"the first")).block_on();
        holder.note(Some(b"the last")).block_on();
        assert_eq!(noted().as_deref(), Some(&b"the last"[..]));
        assert_eq!(store.note("another"), None);
        drop(holder);
        assert_eq!(noted().as_deref(), Some(&b"the last"[..]), "after the lease");
        leased().note(None).block_on();
        assert_eq!(noted(), None);
        leased().note(Some(b"one more")).block_on();
        store.forget_recovery();
        assert_eq!(noted(), None);
    });
}
