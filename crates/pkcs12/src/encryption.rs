//! Decryption with a password: PBES2 (RFC 8018 §6.2), and the schemes of PKCS#12 itself (RFC 7292 appendix C).

use aes::{Aes128, Aes256};
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt, InnerIvInit, KeyInit, KeyIvInit};
use des::TdesEde3;
use zeroize::Zeroizing;

use crate::ber::{OCTET_STRING, Reader};
use crate::derivation::{Effort, Hash, Pbkdf2, Purpose, derive};
use crate::error::Pkcs12Error;
use crate::oid;
use crate::password::Password;

/// Decrypts data with the algorithm of this identifier.
pub(crate) fn decrypt(
    mut algorithm: Reader<'_>,
    data: Zeroizing<Vec<u8>>,
    password: &Password,
    effort: &mut Effort,
) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    match algorithm.oid()? {
        oid::PBES2 => pbes2(algorithm.sequence()?, data, password, effort),
        oid::PBE_SHA1_3DES => {
            let mut parameters = algorithm.sequence()?;
            let salt = parameters.octets(OCTET_STRING)?;
            let rounds = (salt.as_slice(), parameters.integer()?);
            let (mut key, mut iv) = (Zeroizing::new([0; 24]), [0; 8]);
            derive(&Hash::sha1(), Purpose::Key, rounds, password, effort, key.as_mut())?;
            derive(&Hash::sha1(), Purpose::Iv, rounds, password, effort, &mut iv)?;
            cbc::<TdesEde3>(key.as_ref(), &iv, data)
        }
        oid::PBE_SHA1_RC2_40 | oid::PBE_SHA1_RC2_128 => Err(Pkcs12Error::Rc2),
        other => Err(unsupported(other)),
    }
}

/// Decrypts data with a key and an initialization vector.
type Decrypt = fn(&[u8], &[u8], Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error>;

fn pbes2(
    mut parameters: Reader<'_>,
    data: Zeroizing<Vec<u8>>,
    password: &Password,
    effort: &mut Effort,
) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    let derivation = Pbkdf2::read(parameters.sequence()?)?;
    let mut scheme = parameters.sequence()?;
    let identifier = scheme.oid()?;
    let (length, decrypt): (usize, Decrypt) = match identifier {
        oid::AES_128_CBC => (16, cbc::<Aes128>),
        oid::AES_256_CBC => (32, cbc::<Aes256>),
        oid::DES_EDE3_CBC => (24, cbc::<TdesEde3>),
        other => return Err(unsupported(other)),
    };
    let iv = scheme.octets(OCTET_STRING)?;
    let mut key = Zeroizing::new([0; 32]);
    let key = key.get_mut(..length).ok_or(Pkcs12Error::Damaged)?;
    derivation.derive(password, effort, key)?;
    decrypt(key, &iv, data)
}

/// Decrypts in place with CBC, and removes the padding.
fn cbc<Cipher>(key: &[u8], iv: &[u8], mut data: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error>
where
    Cipher: BlockCipherDecrypt + KeyInit,
    Decryptor<Cipher>: InnerIvInit<Inner = Cipher>,
{
    let cipher = Decryptor::<Cipher>::new_from_slices(key, iv).map_err(|_| Pkcs12Error::Damaged)?;
    let length = cipher.decrypt_padded::<Pkcs7>(&mut data).map_err(|_| Pkcs12Error::WrongPassword)?.len();
    data.truncate(length);
    Ok(data)
}

fn unsupported(identifier: &[u8]) -> Pkcs12Error {
    Pkcs12Error::Unsupported(format!("the encryption {}", oid::dotted(identifier)))
}
