//! Creates a certificate authority and server certificates, good and bad ones, for each run (RFC 5280).

use base64::prelude::{BASE64_STANDARD, Engine};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const GENERALIZED_TIME: u8 = 0x18;
/// `dNSName` of a `GeneralName`.
const DNS_NAME: u8 = 0x82;
/// The explicit tags of a version and of extensions.
const CONTEXT_0: u8 = 0xa0;
const CONTEXT_3: u8 = 0xa3;

/// 1.2.840.10045.4.3.2
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
/// 1.2.840.10045.2.1
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// 1.2.840.10045.3.1.7
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// 2.5.4.3
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// 2.5.29.19
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
/// 2.5.29.17
const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];

/// The certificates of a server for some names, and of the authority that its clients must trust.
pub(crate) struct Certificates {
    /// The certificate authority, in PEM format.
    pub(crate) authority: String,
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl Certificates {
    pub(crate) fn issue<'a>(hosts: impl IntoIterator<Item = &'a str>) -> Certificates {
        Certificates::issue_for(hosts, GOOD)
    }

    /// Issues a server certificate with this validity.
    pub(crate) fn issue_for<'a>(hosts: impl IntoIterator<Item = &'a str>, validity: Validity) -> Certificates {
        let (authority_key, _) = new_key();
        let (server_key, pkcs8) = new_key();
        let authority = certificate(AUTHORITY, AUTHORITY, GOOD, &authority_key, &authority_key, &is_authority(true));
        let server = certificate("providers", AUTHORITY, validity, &server_key, &authority_key, &names(hosts));
        Certificates {
            authority: pem(&authority),
            chain: vec![CertificateDer::from(server)],
            key: PrivatePkcs8KeyDer::from(pkcs8).into(),
        }
    }

    /// Issues a self-signed certificate that clients trust.
    pub(crate) fn self_signed(host: &str, is_of_authority: bool) -> Certificates {
        let (key, pkcs8) = new_key();
        let extensions = [is_authority(is_of_authority), names([host])].concat();
        let certificate = certificate("server", "server", GOOD, &key, &key, &extensions);
        Certificates {
            authority: pem(&certificate),
            chain: vec![CertificateDer::from(certificate)],
            key: PrivatePkcs8KeyDer::from(pkcs8).into(),
        }
    }
}

/// The start and the end of the validity, as `GeneralizedTime`.
pub(crate) type Validity = [&'static str; 2];

pub(crate) const GOOD: Validity = ["20200101000000Z", "21200101000000Z"];
const AUTHORITY: &str = "tokcache provider tests";

fn new_key() -> (EcdsaKeyPair, Vec<u8>) {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
    (key, pkcs8.as_ref().to_vec())
}

/// Returns the certificate of `key` with this name, signed by `signer`.
fn certificate(
    name: &str,
    issuer: &str,
    validity: Validity,
    key: &EcdsaKeyPair,
    signer: &EcdsaKeyPair,
    extensions: &[u8],
) -> Vec<u8> {
    let serial = if name == issuer { 1 } else { 2 };
    let algorithm = der(SEQUENCE, &der(OBJECT_IDENTIFIER, ECDSA_WITH_SHA256));
    let validity = validity.map(|time| der(GENERALIZED_TIME, time.as_bytes())).concat();
    let key_kind = [der(OBJECT_IDENTIFIER, EC_PUBLIC_KEY), der(OBJECT_IDENTIFIER, P256)].concat();
    let public_key = [der(SEQUENCE, &key_kind), bits(key.public_key().as_ref())].concat();
    let signed = der(
        SEQUENCE,
        &[
            der(CONTEXT_0, &der(INTEGER, &[2])),
            der(INTEGER, &[serial]),
            algorithm.clone(),
            common_name(issuer),
            der(SEQUENCE, &validity),
            common_name(name),
            der(SEQUENCE, &public_key),
            der(CONTEXT_3, &der(SEQUENCE, extensions)),
        ]
        .concat(),
    );
    let signature = signer.sign(&SystemRandom::new(), &signed).unwrap();
    der(SEQUENCE, &[signed, algorithm, bits(signature.as_ref())].concat())
}

/// Returns the extension CA:TRUE or CA:FALSE.
fn is_authority(is_authority: bool) -> Vec<u8> {
    // FALSE is the default, which DER omits.
    let is_authority = if is_authority { der(BOOLEAN, &[0xff]) } else { Vec::new() };
    extension(BASIC_CONSTRAINTS, true, &der(SEQUENCE, &is_authority))
}

fn names<'a>(hosts: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let names: Vec<u8> = hosts.into_iter().flat_map(|host| der(DNS_NAME, host.as_bytes())).collect();
    extension(SUBJECT_ALTERNATIVE_NAME, false, &der(SEQUENCE, &names))
}

fn extension(identifier: &[u8], is_critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if is_critical { der(BOOLEAN, &[0xff]) } else { Vec::new() };
    der(SEQUENCE, &[der(OBJECT_IDENTIFIER, identifier), critical, der(OCTET_STRING, value)].concat())
}

fn common_name(name: &str) -> Vec<u8> {
    let attribute = [der(OBJECT_IDENTIFIER, COMMON_NAME), der(UTF8_STRING, name.as_bytes())].concat();
    der(SEQUENCE, &der(SET, &der(SEQUENCE, &attribute)))
}

/// Returns a bit string of whole bytes.
fn bits(bytes: &[u8]) -> Vec<u8> {
    der(BIT_STRING, &[&[0], bytes].concat())
}

/// Returns a value with its tag and length.
fn der(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len();
    let head = match u8::try_from(length) {
        Ok(short) if short < 0x80 => vec![tag, short],
        Ok(long) => vec![tag, 0x81, long],
        Err(_) => [&[tag, 0x82], &u16::try_from(length).unwrap().to_be_bytes()[..]].concat(),
    };
    [&head, value].concat()
}

fn pem(certificate: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(certificate);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}
