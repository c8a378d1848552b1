//! Reads files that OpenSSL, Java, NSS and GnuTLS have written (`data/make`).

#![allow(clippy::panic, clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use base64::prelude::{BASE64_STANDARD, Engine};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair,
};
use tokcache_pkcs12::{Identity, MOST_ITERATIONS, Pkcs12Error};

const PASSWORD: &str = "made-up";

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn read(name: &str, password: &str) -> Result<Identity, Pkcs12Error> {
    Identity::from_pkcs12(&file(name), password, MOST_ITERATIONS)
}

/// Returns the certificates of PEM files.
fn certificates(names: &[&str]) -> Vec<Vec<u8>> {
    let text: String = names.iter().map(|name| String::from_utf8(file(name)).unwrap()).collect();
    blocks(&text).into_iter().map(|(_, der)| der).collect()
}

/// Returns the labels and the content of the blocks of a PEM text.
fn blocks(pem: &str) -> Vec<(String, Vec<u8>)> {
    let mut blocks = Vec::new();
    let mut lines = pem.lines();
    while let Some(line) = lines.next() {
        let label = line.strip_prefix("-----BEGIN ").unwrap().strip_suffix("-----").unwrap();
        let end = format!("-----END {label}-----");
        let base64: String = lines.by_ref().take_while(|line| *line != end).collect();
        blocks.push((label.to_owned(), BASE64_STANDARD.decode(base64).unwrap()));
    }
    blocks
}

/// Whether `ring` reads the key, with its public key.
fn is_usable(pkcs8: &[u8]) -> bool {
    let random = SystemRandom::new();
    let is_on = |curve| EcdsaKeyPair::from_pkcs8(curve, pkcs8, &random).is_ok();
    RsaKeyPair::from_pkcs8(pkcs8).is_ok()
        || Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).is_ok()
        || is_on(&ECDSA_P256_SHA256_FIXED_SIGNING)
        || is_on(&ECDSA_P384_SHA384_FIXED_SIGNING)
}

#[test]
fn files_of_other_programs_are_read_with_the_certificate_of_the_key_first() {
    for (name, password, chain) in [
        ("openssl_rsa.pfx", PASSWORD, &["rsa.pem", "issuers.pem"][..]),
        ("openssl_ec.pfx", PASSWORD, &["ec.pem", "issuers.pem"]),
        ("openssl_p384.pfx", PASSWORD, &["p384.pem"]),
        ("openssl_ed25519.pfx", PASSWORD, &["ed25519.pem"]),
        ("openssl_3des.pfx", PASSWORD, &["rsa.pem"]),
        ("openssl_pbes2_3des.pfx", PASSWORD, &["ec.pem"]),
        ("openssl_aes128_sha512.pfx", PASSWORD, &["ec.pem"]),
        ("openssl_sha384.pfx", PASSWORD, &["ec.pem"]),
        ("openssl_empty_password.pfx", "", &["ec.pem"]),
        ("openssl_unicode.pfx", "Zażółć-𝄞", &["ec.pem"]),
        ("openssl_unicode_3des.pfx", "Zażółć-𝄞", &["ec.pem"]),
        ("openssl_without_mac.pfx", PASSWORD, &["ec.pem"]),
        ("openssl_without_encryption.pfx", "", &["ec.pem"]),
        ("openssl_without_certificate.pfx", PASSWORD, &[]),
        ("nss_rsa.p12", PASSWORD, &["rsa.pem", "issuers.pem"]),
        ("gnutls_ec.p12", PASSWORD, &["ec.pem"]),
        ("gnutls_null_password.p12", "", &["ec.pem"]),
    ] {
        let identity = read(name, password).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(is_usable(identity.key()), "{name}");
        let found: Vec<_> = identity.certificates().map(<[u8]>::to_vec).collect();
        assert!(found == certificates(chain), "{name}: {} certificates", found.len());
    }
}

#[test]
fn a_keystore_of_java_is_read_although_it_lacks_the_public_key() {
    for (name, certificates) in
        [("keytool_rsa.p12", 1), ("keytool_ec.p12", 1), ("keytool_p384.p12", 1), ("keytool_trusted_ca.p12", 1)]
    {
        let identity = read(name, PASSWORD).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(is_usable(identity.key()), "{name}");
        assert_eq!(identity.certificates().count(), certificates, "{name}");
    }
}

#[test]
fn the_text_has_the_key_and_the_certificates_and_can_be_read_back() {
    let identity = read("openssl_rsa.pfx", PASSWORD).unwrap();
    let pem = identity.to_pem();
    let blocks = blocks(&pem);
    let labels: Vec<_> = blocks.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(labels, ["PRIVATE KEY", "CERTIFICATE", "CERTIFICATE", "CERTIFICATE"]);
    assert!(
        blocks[0].1 == identity.key()
            && blocks.iter().skip(1).map(|(_, der)| der.as_slice()).eq(identity.certificates())
    );
    assert!(pem.lines().all(|line| line.len() <= 64));
    assert!(format!("{identity:?}").len() < 60, "the key is not printed");
}

#[test]
fn a_file_that_cannot_be_used_says_why() {
    for (name, password, expected) in [
        ("openssl_rsa.pfx", "wrong", Pkcs12Error::WrongPassword),
        ("openssl_rsa.pfx", "", Pkcs12Error::WrongPassword),
        ("openssl_3des.pfx", "Made-up", Pkcs12Error::WrongPassword),
        ("openssl_without_mac.pfx", "wrong", Pkcs12Error::WrongPassword),
        ("gnutls_null_password.p12", "wrong", Pkcs12Error::WrongPassword),
        ("openssl_rc2.pfx", PASSWORD, Pkcs12Error::Rc2),
        ("keytool_old.p12", PASSWORD, Pkcs12Error::Rc2),
        ("openssl_aes192.pfx", PASSWORD, Pkcs12Error::Unsupported("the encryption 2.16.840.1.101.3.4.1.22".to_owned())),
        ("openssl_without_key.pfx", PASSWORD, Pkcs12Error::NoKey),
        ("keytool_two_keys.p12", PASSWORD, Pkcs12Error::SeveralKeys),
        ("rsa.pem", "", Pkcs12Error::NotPkcs12),
    ] {
        assert_eq!(read(name, password).unwrap_err(), expected, "{name}");
    }
    let certificate = certificates(&["ec.pem"]).remove(0);
    for other in [&certificate[..], b"", b"0", b"0\x80", b"0\x82\x01"] {
        assert_eq!(Identity::from_pkcs12(other, "", MOST_ITERATIONS).unwrap_err(), Pkcs12Error::NotPkcs12);
    }
}

#[test]
fn a_file_is_refused_wherever_it_is_cut_off_or_changed() {
    for (name, password) in [("openssl_ec.pfx", PASSWORD), ("gnutls_null_password.p12", "")] {
        let (whole, limit) = (file(name), MOST_ITERATIONS);
        let expected = Identity::from_pkcs12(&whole, password, limit).unwrap().to_pem();
        for length in (0..whole.len()).step_by(7) {
            assert!(Identity::from_pkcs12(&whole[..length], password, 0).is_err(), "{name}: {length}");
        }
        if name.starts_with("openssl") {
            for at in (0..whole.len()).step_by(5) {
                let mut changed = whole.clone();
                changed[at] ^= 0x20;
                // A changed number of rounds exceeds this limit, which keeps the test short.
                let read = Identity::from_pkcs12(&changed, password, 20_000);
                assert!(read.is_err() || read.is_ok_and(|identity| identity.to_pem() == expected), "{name}: {at}");
            }
        }
        let longer = [&whole[..], b"\n"].concat();
        assert_eq!(Identity::from_pkcs12(&longer, password, limit).unwrap_err(), Pkcs12Error::Damaged);
    }
}

#[test]
fn the_rounds_of_all_derivations_in_a_file_count_together() {
    let whole = file("openssl_3des.pfx");
    // One of the code, and of each encryption two for the key and one for the initialization vector.
    let rounds = 2048 * (1 + 2 * 3);
    assert!(Identity::from_pkcs12(&whole, PASSWORD, rounds).is_ok());
    for fewer in [0, 2047, 2048, rounds - 1] {
        let error = Identity::from_pkcs12(&whole, PASSWORD, fewer).unwrap_err();
        assert_eq!(error, Pkcs12Error::TooManyIterations, "{fewer}");
    }
}
