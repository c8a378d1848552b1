//! Reads the name of a certificate's issuer (RFC 5280 §4.1.2.4), for messages. Nothing is decided by it.

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
/// The explicit tag of the version.
const VERSION: u8 = 0xa0;
/// 2.5.4.3
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// 2.5.4.10
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];
/// The longest name to show, in characters.
const LONGEST: usize = 100;

/// Returns the common name and the organization of the issuer of a certificate in DER; `None` if it has neither.
pub(super) fn issuer_of(certificate: &[u8]) -> Option<String> {
    let mut certificate = Der(Der(certificate).value(SEQUENCE)?);
    let mut signed = Der(certificate.value(SEQUENCE)?);
    if signed.0.first() == Some(&VERSION) {
        signed.next()?;
    }
    signed.value(INTEGER)?;
    signed.value(SEQUENCE)?;
    let name = signed.value(SEQUENCE)?;
    let parts = [attribute(name, COMMON_NAME), attribute(name, ORGANIZATION)];
    let parts: Vec<_> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let text = parts.join(", ");
    (!text.is_empty()).then(|| text.chars().take(LONGEST).collect())
}

/// Returns the first attribute of this type in a name.
fn attribute(name: &[u8], kind: &[u8]) -> Option<String> {
    let mut sets = Der(name);
    while let Some((_, set)) = sets.next() {
        let mut attribute = Der(Der(set).value(SEQUENCE)?);
        let (_, found) = attribute.next()?;
        let (_, text) = attribute.next()?;
        if found == kind {
            return Some(String::from_utf8_lossy(text).into_owned());
        }
    }
    None
}

/// Values in DER, one after the other.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// Returns the content of the next value, which must have this tag.
    fn value(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }

    /// Returns the tag and the content of the next value.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, length], rest) = self.0.split_first_chunk()?;
        let (length, rest) = match length {
            0..=0x7f => (usize::from(length), rest),
            0x81..=0x83 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(length - 0x80))?;
                (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    use super::*;

    #[test]
    fn the_issuer_is_read_and_damage_is_no_issuer() {
        let certificate = CertificateDer::from_pem_slice(include_bytes!("testdata/server.pem")).unwrap();
        let issuer = issuer_of(&certificate).unwrap();
        assert!(issuer.contains("tokcache"), "{issuer}");
        for end in 0..certificate.len() {
            assert_eq!(issuer_of(&certificate[..end]), None, "{end}");
        }
        for at in 0..certificate.len() {
            let mut damaged = certificate.to_vec();
            damaged[at] ^= 0xff;
            // Any result is right, as long as there is one.
            let _ = issuer_of(&damaged);
        }
    }
}
