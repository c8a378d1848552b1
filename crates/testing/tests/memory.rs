//! Checks that no key is left in the memory of this process. A separate test target, so that no other test runs
//! meanwhile.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::fs::{self, File};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use pollster::FutureExt as _;
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom as _, SystemRandom};
use tokcache_core::secret::{Zeroizing, wiping_the_stack};
use tokcache_core::store::{
    Change, EncryptedStore, EncryptionKey, EncryptionKeys, MemoryStore, Partition, Store as _, Update,
};

/// The mask of a needle, so that the search does not find the test's own copy.
const MASK: u8 = 0x5a;

type Needle = [u8; 32];

fn masked(bytes: &[u8]) -> Needle {
    let mut needle = [0; 32];
    needle.iter_mut().zip(bytes).for_each(|(masked, byte)| *masked = byte ^ MASK);
    needle
}

/// Counts the occurrences of the needle in this process's memory.
fn copies(needle: &Needle) -> usize {
    let memory = File::open("/proc/self/mem").unwrap();
    let mut buffer = vec![0; 1 << 20];
    // Skip the buffer itself.
    let own = buffer.as_ptr_range();
    let own = own.start.addr() as u64..own.end.addr() as u64;
    let mut copies = 0;
    for line in fs::read_to_string("/proc/self/maps").unwrap().lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        if !rest.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let (start, end) = (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
        for range in [start..end.min(own.start), start.max(own.end)..end] {
            copies += copies_in(&memory, range, &mut buffer, needle);
        }
    }
    copies
}

fn copies_in(memory: &File, range: Range<u64>, buffer: &mut [u8], needle: &Needle) -> usize {
    let (mut start, mut copies) = (range.start, 0);
    while start < range.end {
        let length = buffer.len().min((range.end - start) as usize);
        let read = memory.read_at(&mut buffer[..length], start).unwrap_or(0);
        buffer[..read].iter_mut().for_each(|byte| *byte ^= MASK);
        copies += memchr::memmem::find_iter(&buffer[..read], needle).count();
        if read < needle.len() || start + read as u64 >= range.end {
            break;
        }
        // A match at the boundary of two pieces is found in the second one.
        start += (read - (needle.len() - 1)) as u64;
    }
    copies
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

/// Returns a new key, and the needles for it and for the key of the partition.
fn new_key(partition: &Partition) -> (EncryptionKey, Needle, Needle) {
    wiping_the_stack(|| {
        let mut bytes = Zeroizing::new([0; 32]);
        SystemRandom::new().fill(bytes.as_mut()).unwrap();
        let mut derived = Zeroizing::new([0; 32]);
        let place = format!("partition:{partition}");
        let prk = Salt::new(HKDF_SHA256, &[]).extract(bytes.as_ref());
        prk.expand(&[b"tokcache place\n", place.as_bytes()], Length).unwrap().fill(derived.as_mut()).unwrap();
        let text = Zeroizing::new(BASE64_STANDARD.encode(bytes.as_ref()));
        (EncryptionKey::from_base64(text.as_bytes()).unwrap(), masked(bytes.as_ref()), masked(derived.as_ref()))
    })
}

#[test]
fn a_key_is_in_one_place_while_it_is_used_and_in_none_afterwards() {
    let partition = Partition::named("user");
    let (key, needle, derived) = new_key(&partition);
    let id = key.id();
    assert_eq!(copies(&needle), 1, "the search finds what is there");

    let inner = Arc::new(MemoryStore::new());
    let store = EncryptedStore::new(inner.clone(), EncryptionKeys::new(key));
    let put = &mut |_: Option<&[u8]>| Change::Replace(b"{}".to_vec().into());
    store.update(&partition, Update::default(), put).block_on().unwrap();
    assert_eq!(store.load(&partition).block_on().unwrap().unwrap().bytes.as_slice(), b"{}");
    assert_eq!((copies(&needle), copies(&derived)), (1, 0), "what the cipher leaves behind is wiped");

    drop(store);
    assert_eq!((copies(&needle), copies(&derived)), (0, 0));

    let Err(error) =
        EncryptedStore::new(inner, EncryptionKeys::new(EncryptionKey::generate().unwrap())).load(&partition).block_on()
    else {
        panic!("it has another key")
    };
    assert!(format!("{error} {error:?}").contains(&id.to_string()));
    assert_eq!(copies(&needle), 0);
}
