//! The code that authenticates the content (RFC 7292 §4, RFC 9579).

use ring::hmac;
use zeroize::Zeroizing;

use crate::ber::{OCTET_STRING, Reader};
use crate::derivation::{Effort, Hash, Pbkdf2, Purpose, derive};
use crate::error::Pkcs12Error;
use crate::oid;
use crate::password::Password;

/// The longest key of a MAC in bytes.
const LONGEST_KEY: u32 = 64;

/// Verifies the `MacData` of the content.
pub(crate) fn verify(
    content: &[u8],
    mut mac_data: Reader<'_>,
    password: &Password,
    effort: &mut Effort,
) -> Result<(), Pkcs12Error> {
    let mut digest_info = mac_data.sequence()?;
    let mut algorithm = digest_info.sequence()?;
    let expected = digest_info.octets(OCTET_STRING)?;
    let salt = mac_data.octets(OCTET_STRING)?;
    let iterations = mac_data.optional_integer()?.unwrap_or(1);
    let (hash, key) = match algorithm.oid()? {
        oid::PBMAC1 => pbmac1(algorithm.sequence()?, password, effort)?,
        identifier => {
            let hash = Hash::of(identifier)?;
            let mut key = Zeroizing::new(vec![0; hash.digest.output_len()]);
            derive(&hash, Purpose::MacKey, (&salt, iterations), password, effort, &mut key)?;
            (hash, key)
        }
    };
    let key = hmac::Key::new(hash.hmac, &key);
    hmac::verify(&key, content, &expected).map_err(|_| Pkcs12Error::WrongPassword)
}

/// Returns the hash function and the key of the parameters of PBMAC1.
fn pbmac1(
    mut parameters: Reader<'_>,
    password: &Password,
    effort: &mut Effort,
) -> Result<(Hash, Zeroizing<Vec<u8>>), Pkcs12Error> {
    let derivation = Pbkdf2::read(parameters.sequence()?)?;
    let hash = Hash::of(parameters.sequence()?.oid()?)?;
    let length = derivation.key_length.filter(|length| (1..=LONGEST_KEY).contains(length));
    let mut key = Zeroizing::new(vec![0; length.ok_or(Pkcs12Error::Damaged)? as usize]);
    derivation.derive(password, effort, &mut key)?;
    Ok((hash, key))
}
