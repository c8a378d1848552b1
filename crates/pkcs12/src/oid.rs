//! Object identifiers, encoded.

use std::fmt::Write as _;

/// RFC 5652 §4.
pub(crate) const DATA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01";
pub(crate) const SIGNED_DATA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02";
pub(crate) const ENVELOPED_DATA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03";
pub(crate) const ENCRYPTED_DATA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x06";

/// RFC 7292 §4.2.
pub(crate) const KEY_BAG: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x0A\x01\x01";
pub(crate) const SHROUDED_KEY_BAG: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x0A\x01\x02";
pub(crate) const CERT_BAG: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x0A\x01\x03";
pub(crate) const SAFE_CONTENTS_BAG: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x0A\x01\x06";
pub(crate) const X509_CERTIFICATE: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x16\x01";

/// RFC 7292 appendix C.
pub(crate) const PBE_SHA1_3DES: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x03";
pub(crate) const PBE_SHA1_RC2_128: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x05";
pub(crate) const PBE_SHA1_RC2_40: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x06";

/// RFC 8018 appendix A, and RFC 9579.
pub(crate) const PBKDF2: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0C";
pub(crate) const PBES2: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0D";
pub(crate) const PBMAC1: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0E";

/// RFC 8018 appendix B.
pub(crate) const HMAC_SHA1: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x02\x07";
pub(crate) const HMAC_SHA256: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x02\x09";
pub(crate) const HMAC_SHA384: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x02\x0A";
pub(crate) const HMAC_SHA512: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x02\x0B";
pub(crate) const DES_EDE3_CBC: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x03\x07";

/// RFC 3565 §4.1.
pub(crate) const AES_128_CBC: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x01\x02";
pub(crate) const AES_256_CBC: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x01\x2A";

/// RFC 8017 appendix B.1.
pub(crate) const SHA1: &[u8] = b"\x2B\x0E\x03\x02\x1A";
pub(crate) const SHA256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01";
pub(crate) const SHA384: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x02";
pub(crate) const SHA512: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x03";

/// RFC 5480 §2.1.1.
pub(crate) const EC_PUBLIC_KEY: &[u8] = b"\x2A\x86\x48\xCE\x3D\x02\x01";
pub(crate) const P256: &[u8] = b"\x2A\x86\x48\xCE\x3D\x03\x01\x07";
pub(crate) const P384: &[u8] = b"\x2B\x81\x04\x00\x22";

/// Formats an object identifier in dotted notation (X.690 §8.19), for people.
pub(crate) fn dotted(oid: &[u8]) -> String {
    let mut text = String::new();
    let mut arc: u64 = 0;
    // A hostile file may contain one of any length.
    for byte in oid.iter().take(32) {
        arc = arc << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            let _ = match (text.is_empty(), arc) {
                (true, 0..80) => write!(text, "{}.{}", arc / 40, arc % 40),
                (true, _) => write!(text, "2.{}", arc - 80),
                (false, _) => write!(text, ".{arc}"),
            };
            arc = 0;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_shown_as_other_programs_show_it() {
        assert_eq!(dotted(PBES2), "1.2.840.113549.1.5.13");
        assert_eq!(dotted(AES_256_CBC), "2.16.840.1.101.3.4.1.42");
        assert_eq!(dotted(SHA1), "1.3.14.3.2.26");
    }
}
