//! Encrypted stores: the contract, rotation, and attacks by a writer of the inner store.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, ClientApplication, Registration, SilentRequest};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Authority, Http, Request, Response, TransportError};
use tokcache_core::store::mutex::locked;
use tokcache_core::store::{
    Change, Description, EncryptedStore, EncryptedStoreError, EncryptionKey, EncryptionKeys, EnvelopeError,
    LeaseAttempt, LeaseRequest, Loaded, MemoryStore, Partition, Reencrypted, Replaced, Replacement, Saved, Store,
    StoreError, Update,
};
use tokcache_core::time::{SystemClock, Timestamp};
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_file::FileStore;
use tokcache_testing::contract::{self, Kind};
use tokcache_testing::{RemoteStore, SteppedClock};

const DOCUMENT: &[u8] = b"{\"canary\": 1}";

fn key() -> EncryptionKey {
    EncryptionKey::generate().unwrap()
}

fn only(key: &EncryptionKey) -> EncryptionKeys {
    EncryptionKeys::new(key.clone())
}

fn encrypted(inner: &MemoryStore, keys: EncryptionKeys) -> EncryptedStore {
    EncryptedStore::new(Arc::new(inner.clone()), keys)
}

fn partition(name: &str) -> Partition {
    Partition::named(name)
}

fn raw(store: &dyn Store, partition: &Partition) -> Vec<u8> {
    store.load(partition).block_on().unwrap().unwrap().bytes.to_vec()
}

/// Writes bytes into the store, whatever it contains.
fn plant(store: &dyn Store, partition: &Partition, bytes: &[u8]) {
    let expected = store.load(partition).block_on().unwrap().map(|loaded| loaded.revision);
    let replacement = Replacement { expected, bytes, keep_until: None, fence: None };
    assert!(matches!(store.replace(partition, replacement).block_on(), Ok(Replaced::Saved(_))));
}

fn update(store: &dyn Store, partition: &Partition, document: &[u8]) -> Result<Saved, StoreError> {
    store.update(partition, Update::default(), &mut |_| Change::Replace(document.to_vec().into())).block_on()
}

fn refusal<T>(outcome: Result<T, StoreError>) -> EnvelopeError {
    let Err(error) = outcome else { panic!("it was accepted") };
    assert!(!error.is_retryable());
    error.backend::<EncryptedStoreError>().unwrap_or_else(|| panic!("{error}")).error.clone()
}

#[test]
fn an_encrypted_store_in_memory_keeps_the_contract() {
    contract::check(Kind::default(), || encrypted(&MemoryStore::new(), only(&key())));
}

#[test]
fn an_encrypted_remote_store_keeps_the_contract() {
    contract::check(Kind::default(), || {
        let remote = RemoteStore::new(Arc::new(SteppedClock::default()), Duration::from_millis(20));
        EncryptedStore::new(Arc::new(remote), only(&key()))
    });
}

#[test]
fn a_store_that_accepts_plain_documents_keeps_the_contract() {
    contract::check(Kind::default(), || encrypted(&MemoryStore::new(), only(&key())).accepting_plain_documents());
}

#[test]
fn the_inner_store_sees_no_document() {
    let inner = MemoryStore::new();
    let (store, user) = (encrypted(&inner, only(&key())), partition("user"));
    update(&store, &user, DOCUMENT).unwrap();
    let raw = raw(&inner, &user);
    assert!(raw.starts_with(b"tokcache-sealed 1 ") && !raw.windows(6).any(|part| part == b"canary"));
}

#[test]
fn an_earlier_key_decrypts_and_the_current_one_encrypts() {
    let (inner, user) = (MemoryStore::new(), partition("user"));
    let (old, new) = (key(), key());
    update(&encrypted(&inner, only(&old)), &user, DOCUMENT).unwrap();
    let store = encrypted(&inner, only(&new).and_decrypting(old.clone()));
    assert_eq!(raw(&store, &user), DOCUMENT);
    assert_eq!(
        refusal(encrypted(&inner, only(&new)).load(&user).block_on()),
        EnvelopeError::UnknownKey { key: old.id() }
    );
    update(&store, &user, b"{}").unwrap();
    assert_eq!(raw(&encrypted(&inner, only(&new)), &user), b"{}");
}

#[test]
fn reencrypt_gives_every_document_the_current_key() {
    let inner = MemoryStore::new();
    let (old, new) = (key(), key());
    for user in ["a", "b"] {
        update(&encrypted(&inner, only(&old)), &partition(user), DOCUMENT).unwrap();
    }
    let store = encrypted(&inner, only(&new).and_decrypting(old.clone()));
    for expected in [Reencrypted::Done, Reencrypted::Already] {
        for user in store.partitions("", None).block_on().unwrap() {
            let keep_until = |document: &[u8]| {
                assert_eq!(document, DOCUMENT);
                None
            };
            assert_eq!(store.reencrypt(&user, keep_until).block_on().unwrap(), expected);
        }
    }
    assert_eq!(store.reencrypt(&partition("nobody"), |_| None).block_on().unwrap(), Reencrypted::Absent);
    let store = encrypted(&inner, only(&new));
    assert!(["a", "b"].iter().all(|user| raw(&store, &partition(user)) == DOCUMENT));
}

/// The inner store does not know what is in a document: it must be told how long the document is of use.
#[test]
fn the_inner_store_is_told_how_long_to_keep_a_document() {
    let inner = Arc::new(KeepUntilStore::default());
    let (old, new, user) = (key(), key(), partition("user"));
    let store = |keys| EncryptedStore::new(inner.clone() as Arc<dyn Store>, keys);
    let replace = &mut |_: Option<&[u8]>| Change::ReplaceUntil(DOCUMENT.to_vec().into(), Timestamp(1));
    store(only(&old)).update(&user, Update::default(), replace).block_on().unwrap();
    let keep_until = |document: &[u8]| (document == DOCUMENT).then_some(Timestamp(2));
    let reencrypted = store(only(&new).and_decrypting(old)).reencrypt(&user, keep_until).block_on().unwrap();
    assert_eq!(reencrypted, Reencrypted::Done);
    assert_eq!(*locked(&inner.told), [Some(Timestamp(1)), Some(Timestamp(2))]);
}

/// A store in memory that remembers how long it was told to keep documents.
#[derive(Default)]
struct KeepUntilStore {
    inner: MemoryStore,
    told: Mutex<Vec<Option<Timestamp>>>,
}

impl Store for KeepUntilStore {
    fn load<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<Option<Loaded>, StoreError>> {
        self.inner.load(partition)
    }

    fn replace<'a>(
        &'a self,
        partition: &'a Partition,
        replacement: Replacement<'a>,
    ) -> BoxFuture<'a, Result<Replaced, StoreError>> {
        locked(&self.told).push(replacement.keep_until);
        self.inner.replace(partition, replacement)
    }

    fn remove<'a>(&'a self, partition: &'a Partition) -> BoxFuture<'a, Result<(), StoreError>> {
        self.inner.remove(partition)
    }

    fn lease<'a>(
        &'a self,
        partition: &'a Partition,
        credential: &'a str,
        time_to_live: Duration,
    ) -> Result<Box<dyn LeaseRequest + 'a>, StoreError> {
        self.inner.lease(partition, credential, time_to_live)
    }

    fn partitions<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Partition>,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        self.inner.partitions(prefix, after)
    }

    fn describe(&self) -> Description {
        self.inner.describe()
    }
}

/// Two hosts during a rotation, each with another current key, while an operator reencrypts in a loop.
#[test]
fn hosts_that_save_while_documents_are_reencrypted_lose_nothing() {
    const TURNS: usize = 50;
    let (inner, user) = (MemoryStore::new(), partition("user"));
    let (one, two) = (key(), key());
    let keys = [only(&one).and_decrypting(two.clone()), only(&two).and_decrypting(one)];
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let hosts: Vec<_> = keys
            .iter()
            .enumerate()
            .map(|(host, keys)| {
                let (store, user) = (encrypted(&inner, keys.clone()), &user);
                scope.spawn(move || {
                    for turn in 0..TURNS {
                        let add = &mut |old: Option<&[u8]>| {
                            let line = format!("{host}-{turn}\n");
                            Change::Replace([old.unwrap_or_default(), line.as_bytes()].concat().into())
                        };
                        store.update(user, Update::default(), add).block_on().unwrap();
                    }
                })
            })
            .collect();
        let store = encrypted(&inner, keys[0].clone());
        scope.spawn(|| {
            let store = store;
            while !is_over.load(Ordering::Relaxed) {
                store.reencrypt(&user, |_| None).block_on().unwrap();
            }
        });
        hosts.into_iter().for_each(|host| host.join().unwrap());
        is_over.store(true, Ordering::Relaxed);
    });
    let document = raw(&encrypted(&inner, keys[1].clone()), &user);
    assert_eq!(document.split(|byte| *byte == b'\n').count(), 2 * TURNS + 1);
}

#[test]
fn a_plain_document_is_refused_and_left_alone() {
    let (inner, user) = (MemoryStore::new(), partition("user"));
    plant(&inner, &user, DOCUMENT);
    let store = encrypted(&inner, only(&key()));
    assert_eq!(refusal(store.load(&user).block_on()), EnvelopeError::NotEncrypted);
    assert_eq!(refusal(update(&store, &user, b"{}")), EnvelopeError::NotEncrypted);
    assert_eq!(refusal(store.reencrypt(&user, |_| None).block_on()), EnvelopeError::NotEncrypted);
    assert_eq!(raw(&inner, &user), DOCUMENT);
}

#[test]
fn a_plain_document_is_encrypted_when_it_is_saved_if_that_was_allowed() {
    let (inner, key) = (MemoryStore::new(), key());
    let (saved, reencrypted) = (partition("saved"), partition("reencrypted"));
    plant(&inner, &saved, DOCUMENT);
    plant(&inner, &reencrypted, DOCUMENT);
    let migrating = encrypted(&inner, only(&key)).accepting_plain_documents();
    assert_eq!(raw(&migrating, &saved), DOCUMENT);
    update(&migrating, &saved, b"{}").unwrap();
    assert_eq!(migrating.reencrypt(&reencrypted, |_| None).block_on().unwrap(), Reencrypted::Done);
    let store = encrypted(&inner, only(&key));
    assert_eq!((raw(&store, &saved).as_slice(), raw(&store, &reencrypted).as_slice()), (&b"{}"[..], DOCUMENT));
}

/// Tries every bit, also while plain documents are accepted.
#[test]
fn an_encrypted_document_with_a_flipped_bit_is_never_taken_for_another_or_for_none() {
    let (inner, user) = (MemoryStore::new(), partition("user"));
    let key = key();
    let strict = encrypted(&inner, only(&key));
    let migrating = encrypted(&inner, only(&key)).accepting_plain_documents();
    update(&strict, &user, DOCUMENT).unwrap();
    let whole = raw(&inner, &user);
    for bit in 0..whole.len() * 8 {
        let mut changed = whole.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        plant(&inner, &user, &changed);
        for store in [&strict, &migrating] {
            assert!(store.load(&user).block_on().is_err(), "bit {bit}");
        }
    }
    refusal(update(&migrating, &user, b"{}"));
}

#[test]
fn what_cannot_be_decrypted_names_the_key_and_the_document() {
    let (inner, user, key) = (MemoryStore::new(), partition("user"), key());
    let store = encrypted(&inner, only(&key));
    update(&store, &user, DOCUMENT).unwrap();
    let mut changed = raw(&inner, &user);
    *changed.last_mut().unwrap() ^= 1;
    plant(&inner, &user, &changed);
    let Err(error) = store.load(&user).block_on() else { panic!("it was changed") };
    let id = key.id();
    let expected = format!("the document of `user` in memory: cannot be decrypted with key {id}");
    assert!(error.to_string().starts_with(&expected), "{error}");
}

/// A file store keeps a refresh token that cannot be saved in another folder.
#[test]
fn what_a_lease_leaves_to_recover_is_encrypted() {
    let folder = tempfile::tempdir().unwrap();
    let recovery = folder.path().to_owned();
    let file = FileStore::new(&folder.path().join("cache"), Duration::from_secs(60), Arc::new(SystemClock::new()));
    let file: Arc<dyn Store> = Arc::new(file.recovering_in(Box::new(move || vec![recovery.clone()])));
    let (old, new) = (key(), key());
    let held = |keys: EncryptionKeys| {
        let store = EncryptedStore::new(Arc::clone(&file), keys);
        let whole = Partition::whole();
        let mut request = store.lease(&whole, "credential", Duration::from_secs(60)).unwrap();
        let LeaseAttempt::Held(lease) = request.attempt().block_on().unwrap() else { panic!("nobody has it") };
        lease
    };
    let state = |keys: EncryptionKeys| {
        let lease = held(keys);
        let recovery = lease.recovery().unwrap();
        let kept: Vec<_> = recovery.kept().iter().map(|kept| kept.bytes.to_vec()).collect();
        (kept, recovery.unreadable())
    };

    let path = held(only(&old)).recovery().unwrap().keep(b"canary").unwrap();
    let bytes = fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"tokcache-sealed 1 ") && !bytes.windows(6).any(|part| part == b"canary"));
    assert_eq!(state(only(&new).and_decrypting(old.clone())), (vec![b"canary".to_vec()], vec![]));
    assert_eq!(state(only(&new)), (vec![], vec![path.clone()]), "the key may come back");
    // As if the process was killed during the write.
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(bytes.len() as u64 - 1).unwrap();
    assert_eq!(state(only(&old)), (vec![vec![]], vec![]));
    // A document of the store itself, copied there by another program.
    plant(&EncryptedStore::new(Arc::clone(&file), only(&old)), &Partition::whole(), b"canary");
    fs::copy(folder.path().join("cache"), &path).unwrap();
    assert_eq!(state(only(&old)), (vec![], vec![path.clone()]));
    let file = fs::OpenOptions::new().write(true).truncate(true).open(&path).unwrap();
    std::io::Write::write_all(&mut &file, b"planted").unwrap();
    assert_eq!(state(only(&old)), (vec![], vec![path]));
}

/// A transport that fails the test on any request.
struct NoNetwork;

impl Http for NoNetwork {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        panic!("{} was asked", request.url)
    }
}

fn token_of(store: &dyn Store, user: &Partition) -> Result<String, AcquireError> {
    let clock = SteppedClock::default();
    let authority = Authority::parse("https://idp.example.com", None).unwrap();
    let registration = Registration::new(authority, ClientId::new("app"));
    let client = ClientApplication {
        partition: user.clone(),
        ..ClientApplication::new(registration, store, &NoNetwork, &clock)
    };
    let request = SilentRequest { scopes: ScopeSet::parse("api.read"), ..SilentRequest::default() };
    client.acquire_token_silent(&request).block_on().map(|token| token.access_token.expose().to_owned())
}

fn cache_of(user: &str) -> Vec<u8> {
    let issuer = "https://idp.example.com";
    let document = serde_json::json!({
        "AccessToken": {"a": {"credential_type": "AccessToken", "secret": format!("token-of-{user}"),
            "home_account_id": user, "environment": "idp.example.com", "client_id": "app", "target": "api.read",
            "realm": "", "cached_at": "1699990000", "expires_on": "1700003600", "authority": issuer}},
        "Account": {"a": {"home_account_id": user, "environment": "idp.example.com", "realm": "", "local_account_id": user,
            "username": user, "authority_type": "OIDC", "authority": issuer}},
    });
    document.to_string().into_bytes()
}

#[test]
fn two_users_whose_documents_were_swapped_get_nobody_s_token_and_are_not_signed_out() {
    let (inner, [alice, bob]) = (MemoryStore::new(), ["alice", "bob"].map(partition));
    let key = key();
    let store = encrypted(&inner, only(&key));
    for user in [&alice, &bob] {
        update(&store, user, &cache_of(user.as_str())).unwrap();
        assert_eq!(token_of(&store, user).unwrap(), format!("token-of-{user}"));
    }
    let [of_alice, of_bob] = [&alice, &bob].map(|user| raw(&inner, user));
    plant(&inner, &alice, &of_bob);
    plant(&inner, &bob, &of_alice);
    for (user, other) in [(&alice, &bob), (&bob, &alice)] {
        let place = format!("partition:{other}");
        match token_of(&store, user) {
            Err(AcquireError::Store(error)) => {
                assert_eq!(refusal::<()>(Err(error)), EnvelopeError::OtherPlace { key: key.id(), place });
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((raw(&inner, &alice), raw(&inner, &bob)), (of_bob, of_alice), "nothing was overwritten");
}

#[test]
fn a_lost_key_is_no_reason_to_sign_in() {
    let (inner, alice) = (MemoryStore::new(), partition("alice"));
    let lost = key();
    update(&encrypted(&inner, only(&lost)), &alice, &cache_of("alice")).unwrap();
    let before = raw(&inner, &alice);
    let store = encrypted(&inner, only(&key()));
    let Err(AcquireError::Store(error)) = token_of(&store, &alice) else { panic!("it has another key") };
    assert_eq!(refusal::<()>(Err(error)), EnvelopeError::UnknownKey { key: lost.id() });
    refusal(update(&store, &alice, b"{}"));
    assert_eq!(raw(&inner, &alice), before);
    store.remove(&alice).block_on().unwrap();
    update(&store, &alice, b"{}").unwrap();
}
