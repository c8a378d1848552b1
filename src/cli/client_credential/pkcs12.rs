//! The conversion of PKCS#12 into PEM, in memory.

use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::{Exit, Failure};
use crate::output::quote;

/// Returns the key and the certificates of a PKCS#12 file in PEM. No password is an empty one.
#[cfg(feature = "pkcs12")]
pub(super) fn pem_of_pkcs12(
    flag: &'static str,
    path: &Path,
    bytes: &[u8],
    password: Option<&str>,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    use tokcache_core::secret::wiping_the_stack;
    use tokcache_pkcs12::{Identity, MOST_ITERATIONS, Pkcs12Error};

    use crate::cli::settings::credential_flags::PASSWORD_FILE;

    let read = || {
        let identity = Identity::from_pkcs12(bytes, password.unwrap_or_default(), MOST_ITERATIONS)?;
        Ok(Zeroizing::new(identity.to_pem().as_bytes().to_vec()))
    };
    wiping_the_stack(read).map_err(|error| match error {
        Pkcs12Error::NotPkcs12 => unusable(flag, path, "it is neither PEM nor PKCS#12"),
        Pkcs12Error::WrongPassword => {
            let why = match password {
                Some(_) => "the password is wrong, or the PKCS#12 file is damaged",
                None => "the PKCS#12 file has a password, and none was given",
            };
            unusable(flag, path, why).try_with(PASSWORD_FILE, "PATH")
        }
        Pkcs12Error::Rc2 => unusable(flag, path, &error.to_string()).try_shell(conversion(path, " -legacy")),
        Pkcs12Error::Unsupported(_) => unusable(flag, path, &error.to_string()).try_shell(conversion(path, "")),
        error => unusable(flag, path, &error.to_string()),
    })
}

#[cfg(not(feature = "pkcs12"))]
pub(super) fn pem_of_pkcs12(
    flag: &'static str,
    path: &Path,
    _bytes: &[u8],
    _password: Option<&str>,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let why = "it is not PEM, and this build of tokcache does not read PKCS#12";
    Err(unusable(flag, path, why).try_shell(conversion(path, "")))
}

/// Returns the failure of a file that cannot be used.
pub(super) fn unusable(flag: &'static str, path: &Path, why: &str) -> Failure {
    Failure::new(Exit::Config, format!("{} cannot be used: {why}", path.display())).try_with(flag, "PATH")
}

/// Returns the command that converts a file into PEM. OpenSSL creates the file for the user alone.
fn conversion(path: &Path, option: &str) -> String {
    let pem = path.with_extension("pem");
    let (path, pem) = (quote(&path.to_string_lossy()), quote(&pem.to_string_lossy()));
    format!("openssl pkcs12{option} -nodes -in {path} -out {pem}")
}
