//! The derivation of keys from a password: PBKDF2 (RFC 8018 §5.2), and that of PKCS#12 itself (RFC 7292 appendix B.2).

use std::num::NonZeroU32;

use ring::{digest, hmac, pbkdf2};
use zeroize::Zeroizing;

use crate::ber::{OCTET_STRING, Reader};
use crate::error::Pkcs12Error;
use crate::oid;
use crate::password::Password;

/// The rounds of key derivation that are left. A hostile file may demand any number.
#[derive(Debug)]
pub(crate) struct Effort {
    left: u32,
}

impl Effort {
    pub(crate) fn new(most_iterations: u32) -> Self {
        Effort { left: most_iterations }
    }

    /// Pays for the rounds of one derivation, which are repeated for each piece of the output.
    fn spend(&mut self, iterations: u32, output: usize, digest: usize) -> Result<NonZeroU32, Pkcs12Error> {
        let pieces = u32::try_from(output.div_ceil(digest)).unwrap_or(u32::MAX);
        let left = self.left.checked_sub(iterations.saturating_mul(pieces));
        self.left = left.ok_or(Pkcs12Error::TooManyIterations)?;
        NonZeroU32::new(iterations).ok_or(Pkcs12Error::Damaged)
    }
}

/// The purpose of derived bytes (RFC 7292 appendix B.3).
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Key = 1,
    Iv = 2,
    MacKey = 3,
}

/// A hash function, for all uses.
pub(crate) struct Hash {
    pub(crate) digest: &'static digest::Algorithm,
    pub(crate) hmac: hmac::Algorithm,
    pbkdf2: pbkdf2::Algorithm,
}

impl Hash {
    pub(crate) fn sha1() -> Hash {
        Hash {
            digest: &digest::SHA1_FOR_LEGACY_USE_ONLY,
            hmac: hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            pbkdf2: pbkdf2::PBKDF2_HMAC_SHA1,
        }
    }

    /// Returns the hash function of this identifier, or that of this HMAC.
    pub(crate) fn of(identifier: &[u8]) -> Result<Hash, Pkcs12Error> {
        Ok(match identifier {
            oid::SHA1 | oid::HMAC_SHA1 => Hash::sha1(),
            oid::SHA256 | oid::HMAC_SHA256 => {
                Hash { digest: &digest::SHA256, hmac: hmac::HMAC_SHA256, pbkdf2: pbkdf2::PBKDF2_HMAC_SHA256 }
            }
            oid::SHA384 | oid::HMAC_SHA384 => {
                Hash { digest: &digest::SHA384, hmac: hmac::HMAC_SHA384, pbkdf2: pbkdf2::PBKDF2_HMAC_SHA384 }
            }
            oid::SHA512 | oid::HMAC_SHA512 => {
                Hash { digest: &digest::SHA512, hmac: hmac::HMAC_SHA512, pbkdf2: pbkdf2::PBKDF2_HMAC_SHA512 }
            }
            other => return Err(Pkcs12Error::Unsupported(format!("the hash function {}", oid::dotted(other)))),
        })
    }
}

/// The parameters of PBKDF2 (RFC 8018 appendix A.2).
pub(crate) struct Pbkdf2 {
    salt: Zeroizing<Vec<u8>>,
    iterations: u32,
    pub(crate) key_length: Option<u32>,
    hash: Hash,
}

impl Pbkdf2 {
    /// Reads an algorithm identifier, which must be PBKDF2.
    pub(crate) fn read(mut algorithm: Reader<'_>) -> Result<Pbkdf2, Pkcs12Error> {
        let identifier = algorithm.oid()?;
        if identifier != oid::PBKDF2 {
            let what = format!("the key derivation {}", oid::dotted(identifier));
            return Err(Pkcs12Error::Unsupported(what));
        }
        let mut parameters = algorithm.sequence()?;
        let salt = parameters.octets(OCTET_STRING)?;
        let (iterations, key_length) = (parameters.integer()?, parameters.optional_integer()?);
        let hash = match parameters.next()? {
            Some(prf) => Hash::of(prf.reader().oid()?)?,
            None => Hash::sha1(),
        };
        Ok(Pbkdf2 { salt, iterations, key_length, hash })
    }

    /// Fills `key`.
    pub(crate) fn derive(&self, password: &Password, effort: &mut Effort, key: &mut [u8]) -> Result<(), Pkcs12Error> {
        let iterations = effort.spend(self.iterations, key.len(), self.hash.digest.output_len())?;
        pbkdf2::derive(self.hash.pbkdf2, iterations, &self.salt, password.text.as_bytes(), key);
        Ok(())
    }
}

/// Fills `output` with the bytes that RFC 7292 appendix B.2 derives from the password.
pub(crate) fn derive(
    hash: &Hash,
    purpose: Purpose,
    (salt, iterations): (&[u8], u32),
    password: &Password,
    effort: &mut Effort,
    output: &mut [u8],
) -> Result<(), Pkcs12Error> {
    let (block, length) = (hash.digest.block_len(), hash.digest.output_len());
    let iterations = effort.spend(iterations, output.len(), length)?.get();
    let mut input = Zeroizing::new(Vec::with_capacity(salt.len() + password.bmp.len() + 2 * block));
    for text in [salt, &password.bmp] {
        let filled = text.len().div_ceil(block) * block;
        input.extend(text.iter().cycle().take(filled));
    }
    let diversifier = vec![purpose as u8; block];
    let mut hashed = Zeroizing::new(vec![0; length]);
    for piece in output.chunks_mut(length) {
        let mut first = digest::Context::new(hash.digest);
        first.update(&diversifier);
        first.update(&input);
        hashed.copy_from_slice(first.finish().as_ref());
        for _ in 1..iterations {
            let again = digest::digest(hash.digest, &hashed);
            hashed.copy_from_slice(again.as_ref());
        }
        piece.copy_from_slice(&hashed[..piece.len()]);
        input.chunks_mut(block).for_each(|chunk| add_with_one(chunk, &hashed));
    }
    Ok(())
}

/// Adds a number to `chunk`, and one. The number is `hashed`, repeated to the same length. Both are big-endian.
fn add_with_one(chunk: &mut [u8], hashed: &[u8]) {
    let mut carry = 1;
    for at in (0..chunk.len()).rev() {
        let sum = u16::from(chunk[at]) + u16::from(hashed[at % hashed.len()]) + carry;
        chunk[at] = sum as u8;
        carry = sum >> 8;
    }
}
