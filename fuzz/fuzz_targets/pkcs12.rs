//! PKCS#12 files: a file with an empty password; or, after `#`, changes of a file that has an authentication code: a
//! position in two bytes, and the new byte.

#![no_main]

use base64::prelude::{BASE64_STANDARD, Engine};
use libfuzzer_sys::fuzz_target;
use tokcache_pkcs12::Identity;

/// Few, so that no input takes long.
const MOST_ITERATIONS: u32 = 5_000;

const AUTHENTICATED: &[u8] = include_bytes!("../../crates/pkcs12/tests/data/openssl_empty_password.pfx");
/// An authenticated file takes 2,048 rounds for the code, and as many for each of two encryptions.
const ROUNDS: u32 = 3 * 2_048;

fuzz_target!(|input: &[u8]| match input.strip_prefix(b"#") {
    Some(changes) => check_changed(changes),
    None => {
        if let Ok(identity) = Identity::from_pkcs12(input, "", MOST_ITERATIONS) {
            check_pem(&identity);
        }
    }
});

fn check_changed(changes: &[u8]) {
    let mut file = AUTHENTICATED.to_vec();
    for change in changes.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([change[0], change[1]])) % file.len();
        file[at] = change[2];
    }
    if let Ok(identity) = Identity::from_pkcs12(&file, "", ROUNDS) {
        let original = Identity::from_pkcs12(AUTHENTICATED, "", ROUNDS).expect("the file is good");
        assert_eq!(identity.to_pem(), original.to_pem(), "what was changed is refused");
    }
}

fn check_pem(identity: &Identity) {
    let pem = identity.to_pem();
    let blocks: Vec<_> = pem.split("-----BEGIN ").skip(1).collect();
    let content = |block: &str| {
        let base64: String = block.lines().skip(1).take_while(|line| !line.starts_with("-----END ")).collect();
        BASE64_STANDARD.decode(base64).expect("base64")
    };
    assert!(blocks[0].starts_with("PRIVATE KEY-----\n"));
    assert_eq!(content(blocks[0]), identity.key());
    let certificates = blocks[1..].iter().map(|block| content(block));
    assert!(certificates.eq(identity.certificates().map(<[u8]>::to_vec)));
}
