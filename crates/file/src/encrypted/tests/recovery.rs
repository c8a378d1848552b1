//! Tests the recovery files of a lease beside an encrypted cache.

use super::*;

#[test]
fn what_is_rescued_is_sealed_and_only_that_is_taken_back() {
    let folder = Folder::new();
    folder.sealed("cache", "key");
    let file = FileStore::new(&folder.path("cache"), Duration::ZERO, Arc::new(SystemClock::new()));
    let rescue = folder.path("");
    let file = file.recovering_in(Box::new(move || vec![rescue.clone()]));
    let store = EncryptedLocalStore::new(Box::new(file), Encryption::AsItIs, settings());
    let lease = || held(&store);
    let kept = lease().keep(b"canary").unwrap();
    assert!(is_sealed(&kept));
    assert_eq!(lease().kept()[0].bytes.as_slice(), b"canary");
    fs::copy(folder.path("cache"), &kept).unwrap();
    assert!(lease().kept().is_empty(), "the cache itself is not what was rescued");
    fs::copy(folder.path("key"), &kept).unwrap();
    assert!(lease().kept().is_empty(), "what is plain was planted");
}

#[test]
fn what_was_rescued_before_a_conversion_is_found_after_it_and_in_plain_only_beside_a_plain_cache() {
    let folder = Folder::new();
    let store = |encryption| {
        let file = FileStore::new(&folder.path("cache"), Duration::ZERO, Arc::new(SystemClock::new()));
        let rescue = folder.path("");
        EncryptedLocalStore::new(
            Box::new(file.recovering_in(Box::new(move || vec![rescue.clone()]))),
            encryption,
            settings(),
        )
    };
    let lease = held;
    put(&store(Encryption::AsItIs), DOCUMENT);
    let kept = lease(&store(Encryption::AsItIs)).keep(b"canary").unwrap();

    type Convert<'a> = &'a dyn Fn() -> Result<Conversion, StoreError>;
    let conversions: [(Convert<'_>, bool); 4] = [
        (&|| store(Encryption::AsItIs).encrypt(&folder.key("key"), &|_| true), true),
        (&|| store(Encryption::AsItIs).rekey(Some(&folder.key("other")), false), true),
        (&|| store(Encryption::AsItIs).decrypt(), false),
        (&|| store(Encryption::AsItIs).encrypt(&folder.key("key"), &|_| true), true),
    ];
    for (convert, seals) in conversions {
        assert!(matches!(convert(), Ok(Conversion::Done { .. })));
        assert_eq!(is_sealed(&kept), seals);
        assert_eq!(lease(&store(Encryption::AsItIs)).kept()[0].bytes.as_slice(), b"canary");
    }
    let left = fs::read_dir(folder.path("")).unwrap().count();
    assert_eq!(left, 4, "the cache, two keys and what was rescued");
}

fn held(store: &EncryptedLocalStore) -> Box<dyn crate::LocalLease> {
    match store.lease("credential").unwrap().attempt().unwrap() {
        crate::Attempt::Held(lease) => lease,
        crate::Attempt::Taken(holder) => panic!("{holder} has it"),
    }
}
