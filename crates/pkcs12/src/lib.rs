//! Reads a PKCS#12 file (RFC 7292; `.pfx`, `.p12`): a private key with its certificates, protected by a password.
//!
//! The files of OpenSSL 1.1 and 3, Java's `keytool`, Windows and Azure Key Vault are supported: PBES2 with AES, and
//! pbeWithSHAAnd3-KeyTripleDES-CBC. RC2 with 40 bits is not: `openssl pkcs12 -legacy` converts such a file.

mod ber;
mod certificate;
mod derivation;
mod encryption;
mod error;
mod key;
mod mac;
mod oid;
mod password;
mod safe;

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine};
use zeroize::Zeroizing;

use ber::{OCTET_STRING, Reader, SEQUENCE, explicit};
use derivation::Effort;
use password::Password;

pub use error::Pkcs12Error;

/// The usual limit for the rounds of key derivation in one file, which take some seconds. OpenSSL writes 2,048 rounds for
/// each of two or three derivations, Java 10,000, and NSS 600,000.
pub const MOST_ITERATIONS: u32 = 10_000_000;

/// A private key with its certificates.
pub struct Identity {
    key: Zeroizing<Vec<u8>>,
    certificates: Vec<Vec<u8>>,
}

impl Identity {
    /// Reads a file that contains one private key. A file without a password has an empty one. `most_iterations` limits
    /// the time that a hostile file can take: [`MOST_ITERATIONS`].
    ///
    /// # Errors
    /// The file cannot be used, or the password is wrong.
    pub fn from_pkcs12(file: &[u8], password: &str, most_iterations: u32) -> Result<Identity, Pkcs12Error> {
        let mut effort = Effort::new(most_iterations);
        let mut result = Err(Pkcs12Error::WrongPassword);
        for password in Password::spellings(password) {
            result = read(file, &password, &mut effort);
            if !matches!(result, Err(Pkcs12Error::WrongPassword)) {
                break;
            }
        }
        result
    }

    /// Returns the key as PKCS#8, in DER. A key on P-256 or P-384 includes the public key.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// Returns the certificates in DER: first that of the key, then that of its issuer, and so on. Other certificates
    /// are left out. If none belongs to the key, all are returned.
    pub fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        self.certificates.iter().map(Vec::as_slice)
    }

    /// Returns the key and the certificates in PEM (RFC 7468).
    pub fn to_pem(&self) -> Zeroizing<String> {
        let blocks = || {
            let certificates = self.certificates().map(|der| ("CERTIFICATE", der));
            std::iter::once(("PRIVATE KEY", self.key())).chain(certificates)
        };
        // With the final capacity, no reallocation leaves a copy of the key behind.
        let capacity = blocks().map(|(label, der)| der.len() * 3 / 2 + 2 * label.len() + 64).sum();
        let mut pem = Zeroizing::new(String::with_capacity(capacity));
        for (label, der) in blocks() {
            pem.push_str("-----BEGIN ");
            pem.push_str(label);
            pem.push_str("-----\n");
            for line in der.chunks(48) {
                BASE64_STANDARD.encode_string(line, &mut pem);
                pem.push('\n');
            }
            pem.push_str("-----END ");
            pem.push_str(label);
            pem.push_str("-----\n");
        }
        pem
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Identity").field("certificates", &self.certificates.len()).finish_non_exhaustive()
    }
}

/// Reads the `PFX` structure (RFC 7292 §4).
fn read(file: &[u8], password: &Password, effort: &mut Effort) -> Result<Identity, Pkcs12Error> {
    if !is_pfx(file) {
        return Err(Pkcs12Error::NotPkcs12);
    }
    let mut outside = Reader::new(file);
    let mut pfx = outside.sequence()?;
    outside.end()?;
    pfx.integer()?;
    let mut content_info = pfx.sequence()?;
    match content_info.oid()? {
        oid::DATA => {}
        oid::SIGNED_DATA => return Err(Pkcs12Error::Unsupported("protection by a public key".to_owned())),
        _ => return Err(Pkcs12Error::Damaged),
    }
    let safe = content_info.expect(explicit(0))?.reader().octets(OCTET_STRING)?;
    let mac_data = pfx.optional(SEQUENCE)?;
    pfx.end()?;
    let is_verified = mac_data.is_some();
    if let Some(mac_data) = mac_data {
        mac::verify(&safe, mac_data.reader(), password, effort)?;
    }
    let contents = safe::read(&safe, password, effort).map_err(|error| match error {
        // Data that were decrypted with a wrong password make no sense.
        Pkcs12Error::Damaged if !is_verified => Pkcs12Error::WrongPassword,
        error => error,
    })?;
    key::identity(contents)
}

/// Whether the file begins as a `PFX`, with the version 3. Other keys and certificates in DER begin as a sequence too.
fn is_pfx(file: &[u8]) -> bool {
    const VERSION_3: &[u8] = &[0x02, 0x01, 0x03];
    let length = file.get(1).copied().unwrap_or_default();
    let header = if length > 0x80 { 2 + usize::from(length & 0x7F) } else { 2 };
    file.first() == Some(&SEQUENCE) && file.get(header..).is_some_and(|content| content.starts_with(VERSION_3))
}
