//! A document in the place of an encrypted one: if it was not encrypted with the key, it cannot be decrypted and is not
//! overwritten. An encrypted document decrypts to the same bytes; with a byte changed or cut off, it does not decrypt.

#![no_main]
#![allow(clippy::disallowed_methods, reason = "the key is the fuzzer's own")]

use std::cell::LazyCell;
use std::fs;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use tokcache_core::secret::Passphrase;
use tokcache_core::store::{Change, StoreError, Validity};
use tokcache_file::LocalStore;
use tokcache_file::{EncryptedLocalStore, Encryption, KeyError, KeySettings, KeySource, PassphraseFor, Passphrases};
use tokcache_fuzz::store::BareStore;

/// The beginning of an encrypted document.
const MAGIC: &[u8] = b"tokcache-sealed ";

/// The key of the encrypted documents among the seeds.
const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// The number of bytes to change in an encrypted document, one at a time.
const CHANGES: usize = 16;

thread_local! {
    static FOLDER: LazyCell<TempDir> = LazyCell::new(|| {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("key"), KEY).expect("a key");
        folder
    });
}

fuzz_target!(|bytes: &[u8]| {
    find(bytes, Encryption::AsItIs);
    find(bytes, Encryption::By(KeySource::Credential));
    find_changed(bytes, &sealed(bytes));
});

/// Puts the document there before tokcache runs.
fn find(bytes: &[u8], encryption: Encryption) {
    let is_welcome = encryption == Encryption::AsItIs && !bytes.starts_with(MAGIC);
    let inner = BareStore::holding(bytes);
    let store = sealing(inner.clone(), encryption);
    match opened(&store) {
        Ok(None) => assert!(bytes.is_empty()),
        Ok(Some(read)) => assert!(is_welcome && read == bytes, "what nobody has sealed was opened"),
        Err(error) => assert!(!is_welcome, "{error}"),
    }
    let saved = store.update(&mut |_| Change::Replace(b"new".to_vec().into()));
    assert_eq!(saved.is_ok(), is_welcome || bytes.is_empty());
    let is_there = inner.contents().document.as_ref().is_some_and(|document| document.as_slice() == bytes);
    assert!(saved.is_ok() || is_there, "what cannot be opened was overwritten");
}

fn sealed(document: &[u8]) -> Vec<u8> {
    let inner = BareStore::default();
    let store = sealing(inner.clone(), Encryption::By(KeySource::Credential));
    store.update(&mut |_| Change::Replace(document.to_vec().into())).expect("it can be sealed");
    let expected = Some(document).filter(|document| !document.is_empty()).map(<[u8]>::to_vec);
    assert_eq!(opened(&store).expect("it can be opened"), expected);
    inner.contents().document.as_ref().expect("it is there").to_vec()
}

fn find_changed(document: &[u8], sealed: &[u8]) {
    // Different positions for each input, but usually the same positions for the same input.
    let seed = document.iter().fold(document.len(), |seed, byte| seed.wrapping_mul(31).wrapping_add((*byte).into()));
    for change in 0..CHANGES {
        let mix = seed.wrapping_add(change).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut changed = sealed.to_vec();
        let at = (mix >> 8) % changed.len();
        match change {
            0 => changed.truncate(at),
            1 => changed.insert(at, 0),
            _ => changed[at] ^= 1 << (mix % 8),
        }
        let store = sealing(BareStore::holding(&changed), Encryption::By(KeySource::Credential));
        match opened(&store) {
            Ok(None) => assert!(changed.is_empty()),
            Ok(Some(_)) => panic!("change {change} at {at} went unnoticed"),
            Err(_) => {}
        }
    }
}

fn opened(store: &EncryptedLocalStore) -> Result<Option<Vec<u8>>, StoreError> {
    let mut opened = None;
    let found = store.load(&mut |bytes| {
        opened = Some(bytes.to_vec());
        Validity::Whole
    })?;
    assert_eq!(found.is_some(), opened.is_some());
    Ok(opened)
}

fn sealing(inner: BareStore, encryption: Encryption) -> EncryptedLocalStore {
    let keys = KeySettings {
        credential: Box::new(|| Some(FOLDER.with(|folder| folder.path().join("key")))),
        has_screen: Box::new(|| false),
        keep_in_kernel: false,
        key_file_made: Box::new(|_| {}),
        keyring_patience: Duration::ZERO,
        passphrases: Box::new(NobodyKnows),
        swappable: Box::new(|| {}),
        unsynced: Box::new(|_, _| {}),
    };
    EncryptedLocalStore::new(Box::new(inner), encryption, keys)
}

struct NobodyKnows;

impl Passphrases for NobodyKnows {
    fn passphrase(&self, _purpose: PassphraseFor) -> Result<Passphrase, KeyError> {
        Err(KeyError::Passphrase { why: "nobody knows it".to_owned() })
    }
}
