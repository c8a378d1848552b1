//! The bags with keys and certificates (RFC 7292 §4.1 and §4.2).

use zeroize::Zeroizing;

use crate::ber::{OCTET_STRING, Reader, SEQUENCE, SET, explicit, implicit};
use crate::derivation::Effort;
use crate::encryption::decrypt;
use crate::error::Pkcs12Error;
use crate::oid;
use crate::password::Password;

/// The greatest depth of bags in bags.
const DEEPEST: usize = 4;

/// The keys and certificates of a file.
#[derive(Default)]
pub(crate) struct Contents {
    /// In PKCS#8.
    pub(crate) keys: Vec<Zeroizing<Vec<u8>>>,
    pub(crate) certificates: Vec<Vec<u8>>,
}

/// Reads an `AuthenticatedSafe`.
pub(crate) fn read(safe: &[u8], password: &Password, effort: &mut Effort) -> Result<Contents, Pkcs12Error> {
    let mut contents = Contents::default();
    let mut outside = Reader::new(safe);
    let mut safe = outside.sequence()?;
    outside.end()?;
    while let Some(content_info) = safe.next()? {
        let mut content_info = content_info.reader();
        let identifier = content_info.oid()?;
        let mut content = content_info.expect(explicit(0))?.reader();
        let bags = match identifier {
            oid::DATA => content.octets(OCTET_STRING)?,
            oid::ENCRYPTED_DATA => encrypted(content.sequence()?, password, effort)?,
            oid::ENVELOPED_DATA => {
                return Err(Pkcs12Error::Unsupported("encryption with a public key".to_owned()));
            }
            _ => return Err(Pkcs12Error::Damaged),
        };
        let mut outside = Reader::new(&bags);
        contents.add_bags(outside.sequence()?, password, effort, DEEPEST)?;
        outside.end()?;
    }
    Ok(contents)
}

/// Decrypts an `EncryptedData` (RFC 5652 §8).
fn encrypted(
    mut data: Reader<'_>,
    password: &Password,
    effort: &mut Effort,
) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    data.integer()?;
    let mut content = data.sequence()?;
    if content.oid()? != oid::DATA {
        return Err(Pkcs12Error::Damaged);
    }
    let algorithm = content.sequence()?;
    decrypt(algorithm, content.octets(implicit(0))?, password, effort)
}

impl Contents {
    /// Adds the keys and certificates of a `SafeContents`. Ignores bags of other kinds.
    fn add_bags(
        &mut self,
        mut bags: Reader<'_>,
        password: &Password,
        effort: &mut Effort,
        depth: usize,
    ) -> Result<(), Pkcs12Error> {
        while let Some(bag) = bags.next()? {
            if bag.tag != SEQUENCE {
                return Err(Pkcs12Error::Damaged);
            }
            let mut bag = bag.reader();
            let identifier = bag.oid()?;
            let mut value = bag.expect(explicit(0))?.reader();
            bag.optional(SET)?;
            bag.end()?;
            match identifier {
                oid::KEY_BAG => self.keys.push(Zeroizing::new(value.expect(SEQUENCE)?.encoded.to_vec())),
                oid::SHROUDED_KEY_BAG => {
                    let mut key = value.sequence()?;
                    let algorithm = key.sequence()?;
                    self.keys.push(decrypt(algorithm, key.octets(OCTET_STRING)?, password, effort)?);
                }
                oid::CERT_BAG => {
                    let mut certificate = value.sequence()?;
                    if certificate.oid()? == oid::X509_CERTIFICATE {
                        let der = certificate.expect(explicit(0))?.reader().octets(OCTET_STRING)?;
                        self.certificates.push(der.to_vec());
                    }
                }
                oid::SAFE_CONTENTS_BAG => {
                    let depth = depth.checked_sub(1).ok_or(Pkcs12Error::Damaged)?;
                    self.add_bags(value.sequence()?, password, effort, depth)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}
