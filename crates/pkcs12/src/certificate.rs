//! The order of certificates, by their keys and names (RFC 5280 §4.1).

use crate::ber::{INTEGER, Malformed, Reader, SEQUENCE, explicit};

/// The parts of a certificate.
#[derive(Clone, Copy)]
struct Certificate<'a> {
    issuer: &'a [u8],
    subject: &'a [u8],
    /// PKCS#1 for RSA, a point for a curve.
    public_key: &'a [u8],
}

impl<'a> Certificate<'a> {
    fn parse(der: &'a [u8]) -> Result<Self, Malformed> {
        let mut fields = Reader::new(der).sequence()?.sequence()?;
        fields.optional(explicit(0))?;
        fields.expect(INTEGER)?;
        fields.expect(SEQUENCE)?;
        let issuer = fields.expect(SEQUENCE)?.encoded;
        fields.expect(SEQUENCE)?;
        let subject = fields.expect(SEQUENCE)?.encoded;
        let mut key = fields.sequence()?;
        key.expect(SEQUENCE)?;
        Ok(Certificate { issuer, subject, public_key: key.bits()? })
    }
}

/// Returns the public keys of the certificates.
pub(crate) fn public_keys(certificates: &[Vec<u8>]) -> impl Iterator<Item = &[u8]> {
    certificates.iter().filter_map(|der| Some(Certificate::parse(der).ok()?.public_key))
}

/// Returns the certificate of the key, followed by that of its issuer, and so on. If no certificate is for the key, all
/// are returned as they are.
pub(crate) fn chain(certificates: Vec<Vec<u8>>, public_key: &[u8]) -> Vec<Vec<u8>> {
    let parsed: Vec<_> = certificates.iter().filter_map(|der| Some((der, Certificate::parse(der).ok()?))).collect();
    let Some((leaf, mut last)) = parsed.iter().find(|(_, it)| it.public_key == public_key).copied() else {
        return certificates;
    };
    let mut chain = vec![leaf.clone()];
    while last.issuer != last.subject && chain.len() < certificates.len() {
        let Some((der, issuer)) = parsed.iter().find(|(_, it)| it.subject == last.issuer) else { break };
        chain.push((*der).clone());
        last = *issuer;
    }
    chain
}
