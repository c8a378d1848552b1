use std::fmt;

use crate::ber::Malformed;

/// Why a file cannot be used. No variant contains a secret.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Pkcs12Error {
    /// The file is cut off or changed.
    Damaged,
    /// The file contains no private key.
    NoKey,
    /// The file has another format.
    NotPkcs12,
    /// The file is encrypted with RC2, which is too weak.
    Rc2,
    /// The file contains several private keys.
    SeveralKeys,
    /// The password would take too long to check.
    TooManyIterations,
    /// The file uses something that is not supported, by its name or object identifier.
    Unsupported(String),
    /// The password is not that of the file.
    WrongPassword,
}

impl fmt::Display for Pkcs12Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Pkcs12Error::Damaged => "the PKCS#12 file is damaged",
            Pkcs12Error::NoKey => "the PKCS#12 file contains no private key",
            Pkcs12Error::NotPkcs12 => "it is not a PKCS#12 file",
            Pkcs12Error::Rc2 => {
                "the PKCS#12 file is encrypted with RC2, which is too weak; to convert it: \
                 openssl pkcs12 -legacy -nodes -in OLD.pfx -out NEW.pem"
            }
            Pkcs12Error::SeveralKeys => {
                "the PKCS#12 file contains several private keys; export the key and its certificates alone"
            }
            Pkcs12Error::TooManyIterations => "the PKCS#12 file demands too many rounds of key derivation",
            Pkcs12Error::Unsupported(what) => {
                return write!(formatter, "the PKCS#12 file uses {what}, which is not supported");
            }
            Pkcs12Error::WrongPassword => "the password of the PKCS#12 file is wrong",
        })
    }
}

impl std::error::Error for Pkcs12Error {}

impl From<Malformed> for Pkcs12Error {
    fn from(_: Malformed) -> Self {
        Pkcs12Error::Damaged
    }
}
