//! Tests an encrypted store over the other stores, with a key file.

mod recovery;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::keys::tests::settings;
use crate::{Change, FileStore, MemoryStore, Repaired, Saved};
use tokcache_core::time::SystemClock;

const DOCUMENT: &[u8] = b"{\"canary\": 1}";

/// A folder with a key file and caches.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn key(&self, name: &str) -> KeySource {
        KeySource::KeyFile(self.path(name))
    }

    /// Returns the cache with this name.
    fn store(&self, name: &str, encryption: Encryption) -> EncryptedLocalStore {
        let file = FileStore::new(&self.path(name), Duration::from_secs(60), Arc::new(SystemClock::new()));
        EncryptedLocalStore::new(Box::new(file), encryption, settings())
    }

    /// Returns the cache with this name, encrypted with the key of this name, with a document in it.
    fn sealed(&self, name: &str, key: &str) -> EncryptedLocalStore {
        let store = self.store(name, Encryption::By(self.key(key)));
        put(&store, DOCUMENT);
        store
    }
}

fn put(store: &EncryptedLocalStore, document: &[u8]) {
    assert_eq!(store.update(&mut |_| Change::Replace(document.to_vec().into())).unwrap(), Saved::Written);
}

fn loaded(store: &EncryptedLocalStore) -> Result<Option<Vec<u8>>, StoreError> {
    let mut found = None;
    store.load(&mut |bytes| {
        found = Some(bytes.to_vec());
        Validity::Whole
    })?;
    Ok(found)
}

/// Whether the file is encrypted.
fn is_sealed(path: &Path) -> bool {
    let bytes = fs::read(path).unwrap();
    bytes.starts_with(b"tokcache-sealed ") && !bytes.windows(6).any(|part| part == b"canary")
}

fn refusal(outcome: Result<impl std::fmt::Debug, StoreError>) -> EncryptionError {
    match outcome {
        Err(StoreError::Backend { source, .. }) => *source.downcast().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_a_plain_cache_is_shown_while_it_is_read_and_only_where_no_seal_was_promised() {
    let folder = Folder::new();
    folder.sealed("sealed", "key");
    put(&folder.store("plain", Encryption::None), DOCUMENT);
    let promised = || Encryption::By(folder.key("key"));
    for (name, encryption, expected) in [
        ("plain", Encryption::AsItIs, Some(DOCUMENT)),
        ("plain", Encryption::None, Some(DOCUMENT)),
        ("plain", promised(), None),
        ("sealed", Encryption::AsItIs, None),
        ("sealed", Encryption::None, None),
        ("sealed", promised(), None),
        ("missing", Encryption::AsItIs, None),
    ] {
        let mut seen = None;
        let counts = folder.store(name, encryption).scan(&mut |window| seen = Some(window.text().to_vec()));
        assert_eq!((seen.as_deref(), counts.is_some()), (expected, expected.is_some()), "{name}");
    }
}

#[test]
fn a_new_cache_is_sealed_from_its_first_byte() {
    let folder = Folder::new();
    let store = folder.sealed("cache", "key");
    assert!(is_sealed(&folder.path("cache")));
    assert_eq!(loaded(&store).unwrap().unwrap(), DOCUMENT);
    assert_eq!(store.encrypted_by().unwrap(), Some(folder.key("key")));
}

#[test]
fn a_sealed_cache_is_opened_and_saved_by_whoever_has_the_key() {
    let folder = Folder::new();
    folder.sealed("cache", "key");
    let store = folder.store("cache", Encryption::AsItIs);
    put(&store, b"{\"canary\": 2}");
    assert!(is_sealed(&folder.path("cache")));
    assert_eq!(loaded(&folder.store("cache", Encryption::AsItIs)).unwrap().unwrap(), b"{\"canary\": 2}");
}

#[test]
fn a_document_that_does_not_change_is_not_sealed_again() {
    let folder = Folder::new();
    let store = folder.sealed("cache", "key");
    let before = fs::read(folder.path("cache")).unwrap();
    let same = store.update(&mut |_| Change::Replace(DOCUMENT.to_vec().into()));
    assert_eq!(same.unwrap(), Saved::Unchanged);
    assert_eq!(fs::read(folder.path("cache")).unwrap(), before);
}

#[test]
fn without_the_key_nothing_is_read_and_nothing_written() {
    let folder = Folder::new();
    folder.sealed("cache", "key");
    let before = fs::read(folder.path("cache")).unwrap();
    fs::rename(folder.path("key"), folder.path("elsewhere")).unwrap();
    let store = folder.store("cache", Encryption::By(folder.key("key")));
    for outcome in [
        loaded(&store).map(drop),
        store.update(&mut |_| panic!("there is nothing to change")).map(drop),
        store.ensure_room(1),
    ] {
        assert!(matches!(refusal(outcome), EncryptionError::Key { .. }));
    }
    assert_eq!(fs::read(folder.path("cache")).unwrap(), before);
    assert!(!folder.path("key").exists(), "the key of a cache that exists is never made anew");
}

#[test]
fn a_cache_in_the_place_of_another_with_the_same_key_is_refused() {
    let folder = Folder::new();
    folder.sealed("work", "key");
    let home = folder.sealed("home", "key");
    fs::copy(folder.path("work"), folder.path("home")).unwrap();
    let EncryptionError::Moved { encrypted_for } = refusal(loaded(&home)) else { panic!("not noticed") };
    assert!(encrypted_for.ends_with("/work"), "{encrypted_for}");
    let change = home.update(&mut |_| panic!("it is not this cache"));
    assert!(matches!(refusal(change), EncryptionError::Moved { .. }));
}

#[test]
fn a_cache_that_was_moved_on_purpose_is_bound_to_its_new_place() {
    let folder = Folder::new();
    folder.sealed("old", "key");
    fs::rename(folder.path("old"), folder.path("new")).unwrap();
    let store = folder.store("new", Encryption::AsItIs);
    assert!(matches!(refusal(store.rekey(None, false)), EncryptionError::SameKey | EncryptionError::Moved { .. }));
    assert!(matches!(store.rekey(None, true).unwrap(), Conversion::Done { .. }));
    assert_eq!(loaded(&folder.store("new", Encryption::AsItIs)).unwrap().unwrap(), DOCUMENT);
}

#[test]
#[cfg(unix)]
fn a_cache_is_at_its_place_by_whichever_link_it_is_named() {
    let folder = Folder::new();
    folder.sealed("cache", "key");
    std::os::unix::fs::symlink(folder.path("cache"), folder.path("link")).unwrap();
    let linked = folder.store("link", Encryption::AsItIs);
    put(&linked, b"{\"canary\": 2}");
    assert_eq!(loaded(&folder.store("cache", Encryption::AsItIs)).unwrap().unwrap(), b"{\"canary\": 2}");
}

#[test]
fn a_plain_cache_is_not_taken_for_the_sealed_one_that_was_promised() {
    let folder = Folder::new();
    put(&folder.store("cache", Encryption::AsItIs), DOCUMENT);
    let store = folder.store("cache", Encryption::By(folder.key("key")));
    for outcome in [
        loaded(&store).map(drop),
        store.update(&mut |_| panic!("it is not the promised cache")).map(drop),
        store.ensure_room(1),
    ] {
        assert!(matches!(refusal(outcome), EncryptionError::NotAsWanted { found: None, .. }));
    }
    assert_eq!(fs::read(folder.path("cache")).unwrap(), DOCUMENT);
}

#[test]
fn a_cache_with_another_key_than_promised_is_refused() {
    let folder = Folder::new();
    folder.sealed("cache", "key");
    for encryption in [Encryption::None, Encryption::By(folder.key("other")), Encryption::By(KeySource::Keyring)] {
        let store = folder.store("cache", encryption);
        assert!(matches!(refusal(loaded(&store)), EncryptionError::NotAsWanted { found: Some(_), .. }));
    }
}

#[test]
fn an_emptied_cache_stays_sealed() {
    let folder = Folder::new();
    put(&folder.sealed("cache", "key"), b"");
    let store = folder.store("cache", Encryption::AsItIs);
    assert_eq!(loaded(&store).unwrap(), None);
    put(&store, DOCUMENT);
    assert!(is_sealed(&folder.path("cache")));
}

#[test]
fn a_change_that_is_sealed_by_a_wrong_key_is_damage_and_stays() {
    let folder = Folder::new();
    let store = folder.sealed("cache", "key");
    let mut bytes = fs::read(folder.path("cache")).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    let file = fs::OpenOptions::new().write(true).open(folder.path("cache")).unwrap();
    std::io::Write::write_all(&mut &file, &bytes).unwrap();
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    file.set_times(fs::FileTimes::new().set_modified(long_ago)).unwrap();
    assert!(matches!(loaded(&store), Err(StoreError::Damaged { .. })));
    let change = store.update(&mut |_| panic!("it cannot be opened"));
    assert!(matches!(change, Err(StoreError::Damaged { .. })));
    assert_eq!(fs::read(folder.path("cache")).unwrap(), bytes);
}

#[test]
fn a_cache_goes_from_plain_to_sealed_to_another_key_and_back() {
    let folder = Folder::new();
    let store = folder.store("cache", Encryption::AsItIs);
    put(&store, DOCUMENT);
    let one = folder.key("one");
    let done = |before| Conversion::Done { before, kept: None };
    assert_eq!(store.encrypt(&one, &|_| true).unwrap(), done(None));
    assert!(is_sealed(&folder.path("cache")));
    assert_eq!(store.encrypt(&one, &|_| true).unwrap(), Conversion::Already);
    assert!(matches!(refusal(store.rekey(Some(&one), false)), EncryptionError::SameKey));
    assert_eq!(store.rekey(Some(&folder.key("two")), false).unwrap(), done(Some(one.clone())));
    assert!(matches!(refusal(store.encrypt(&one, &|_| true)), EncryptionError::NotAsWanted { .. }));
    assert_eq!(loaded(&store).unwrap().unwrap(), DOCUMENT);
    assert_eq!(store.decrypt().unwrap(), done(Some(folder.key("two"))));
    assert_eq!(fs::read(folder.path("cache")).unwrap(), DOCUMENT);
    assert_eq!(store.decrypt().unwrap(), Conversion::Already);
}

#[test]
fn a_cache_that_a_foreign_writer_has_torn_is_not_sealed() {
    let folder = Folder::new();
    let store = folder.store("cache", Encryption::AsItIs);
    put(&store, b"{\"canary\":");
    let torn = store.encrypt(&folder.key("key"), &|bytes| bytes.ends_with(b"}"));
    assert!(matches!(torn, Err(StoreError::Damaged { .. })), "{torn:?}");
    assert_eq!(fs::read(folder.path("cache")).unwrap(), b"{\"canary\":");
}

#[test]
fn no_key_is_made_for_a_cache_that_cannot_be_locked() {
    let folder = Folder::new();
    let plain = folder.store("plain", Encryption::None);
    put(&plain, DOCUMENT);
    let sealed = folder.sealed("sealed", "key");
    for name in ["plain", "sealed"] {
        fs::create_dir(folder.path(&format!("{name}.lockfile"))).unwrap();
    }
    plain.encrypt(&folder.key("new"), &|_| true).unwrap_err();
    sealed.rekey(Some(&folder.key("new")), false).unwrap_err();
    assert!(!folder.path("new").exists());
}

#[test]
fn there_is_nothing_to_convert_where_there_is_no_cache() {
    let folder = Folder::new();
    let store = folder.store("cache", Encryption::AsItIs);
    assert_eq!(store.encrypt(&folder.key("key"), &|_| true).unwrap(), Conversion::Absent);
    assert_eq!(store.decrypt().unwrap(), Conversion::Absent);
    assert_eq!(store.rekey(None, false).unwrap(), Conversion::Absent);
    assert!(!folder.path("cache").exists() && !folder.path("key").exists());
}

#[test]
fn a_later_version_is_refused_and_left_alone() {
    let folder = Folder::new();
    let store = folder.store("cache", Encryption::AsItIs);
    put(&store, b"tokcache-sealed 2 {}\n");
    assert!(matches!(refusal(loaded(&store)), EncryptionError::TooNew));
    assert!(matches!(refusal(store.update(&mut |_| panic!("not understood"))), EncryptionError::TooNew));
    assert!(matches!(refusal(store.decrypt()), EncryptionError::TooNew));
}

#[test]
fn threads_that_write_while_the_key_changes_lose_nothing() {
    let folder = Folder::new();
    folder.sealed("cache", "key");
    std::thread::scope(|scope| {
        for thread in 0..3 {
            let folder = &folder;
            scope.spawn(move || {
                for turn in 0..8 {
                    // A new store each time, like a new process: it knows no key.
                    let store = folder.store("cache", Encryption::AsItIs);
                    let line = format!("\n{thread}-{turn}");
                    let add =
                        &mut |old: Option<&[u8]>| Change::Replace([old.unwrap(), line.as_bytes()].concat().into());
                    store.update(add).unwrap();
                }
            });
        }
        scope.spawn(|| {
            for turn in 0..8 {
                let key = folder.key(&format!("key {turn}"));
                folder.store("cache", Encryption::AsItIs).rekey(Some(&key), false).unwrap();
            }
        });
    });
    let document = loaded(&folder.store("cache", Encryption::AsItIs)).unwrap().unwrap();
    assert_eq!(document.split(|byte| *byte == b'\n').count(), 1 + 3 * 8);
}

#[test]
fn threads_that_start_a_sealed_cache_at_once_lose_nothing() {
    let folder = Folder::new();
    std::thread::scope(|scope| {
        for thread in 0..6 {
            let folder = &folder;
            scope.spawn(move || {
                let store = folder.store("cache", Encryption::By(KeySource::Passphrase));
                let line = format!("{thread}\n");
                let add = &mut |old: Option<&[u8]>| {
                    Change::Replace([old.unwrap_or_default(), line.as_bytes()].concat().into())
                };
                store.update(add).unwrap();
            });
        }
    });
    let document = loaded(&folder.store("cache", Encryption::AsItIs)).unwrap().unwrap();
    assert_eq!(document.split(|byte| *byte == b'\n').count(), 1 + 6);
}

#[test]
fn what_was_damaged_before_it_was_sealed_is_repaired_and_stays_sealed() {
    let folder = Folder::new();
    let store = folder.sealed("cache", "key");
    let long_ago = fs::FileTimes::new().set_modified(std::time::SystemTime::UNIX_EPOCH);
    fs::OpenOptions::new().write(true).open(folder.path("cache")).unwrap().set_times(long_ago).unwrap();
    let repaired = store.repair(&mut |bytes| {
        assert_eq!(bytes, DOCUMENT);
        Change::Replace(b"{}".to_vec().into())
    });
    assert!(matches!(repaired, Ok(Repaired::SetAside(copy)) if is_sealed(&copy)));
    assert!(is_sealed(&folder.path("cache")));
    assert_eq!(loaded(&store).unwrap().unwrap(), b"{}");
}

#[test]
fn any_store_can_be_sealed() {
    let folder = Folder::new();
    let memory = Box::new(MemoryStore::default());
    let store = EncryptedLocalStore::new(memory, Encryption::By(folder.key("key")), settings());
    put(&store, DOCUMENT);
    assert_eq!(loaded(&store).unwrap().unwrap(), DOCUMENT);
    store
        .inner
        .load(&mut |bytes| {
            assert!(bytes.starts_with(b"tokcache-sealed 1 "));
            Validity::Whole
        })
        .unwrap();
}
