//! A certificate with its private key (`private_key_jwt`, RFC 7523).

use std::path::{Path, PathBuf};

use tokcache_core::oauth::{AssertionSigner, SigningKey, SigningKeyError};
use tokcache_file::platform;
use zeroize::Zeroizing;

use crate::cli::values::LONGEST_CERTIFICATE;
use crate::cli::{Exit, Failure};

/// The files of a certificate and its key, in PEM.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::cli) struct Certificate {
    /// The certificate, perhaps with its key. `None`: the provider knows the key itself.
    pub(super) certificate: Option<PathBuf>,
    /// The key, if it is in a file of its own.
    pub(super) key: Option<PathBuf>,
}

impl Certificate {
    /// Returns the signer of the assertions.
    pub(super) fn signer(&self) -> Result<AssertionSigner, Failure> {
        let (flag, key_file) = self.key_file();
        let text = read(flag, key_file)?;
        let key = SigningKey::from_pem(&text).map_err(|error| self.wrong_key(&error))?;
        let signer = AssertionSigner::new(key);
        let Some(path) = &self.certificate else { return Ok(signer) };
        let certificate = if path == key_file { text } else { read("--client-certificate", path)? };
        signer
            .with_certificate(&certificate)
            .map_err(|error| unusable("--client-certificate", path, &error.to_string()))
    }

    /// Returns the failure to sign with the key.
    pub(super) fn unusable(&self, why: &str) -> Failure {
        let (flag, path) = self.key_file();
        unusable(flag, path, why)
    }

    /// Returns the file with the key, and the flag that names it.
    fn key_file(&self) -> (&'static str, &Path) {
        match (&self.key, &self.certificate) {
            (Some(key), _) => ("--client-key", key),
            (None, Some(certificate)) => ("--client-certificate", certificate),
            (None, None) => ("--client-key", Path::new("")),
        }
    }

    fn wrong_key(&self, error: &SigningKeyError) -> Failure {
        let (flag, path) = self.key_file();
        let path_text = path.display();
        match error {
            SigningKeyError::NoKey if flag == "--client-certificate" => {
                let message = format!("{path_text} contains no private key, and --client-key names no other file");
                Failure::new(Exit::Config, message).try_with("--client-key", "PATH")
            }
            error => unusable(flag, path, &error.to_string()),
        }
    }
}

fn unusable(flag: &'static str, path: &Path, why: &str) -> Failure {
    Failure::new(Exit::Config, format!("{} cannot be used: {why}", path.display())).try_with(flag, "PATH")
}

fn read(flag: &'static str, path: &Path) -> Result<Zeroizing<String>, Failure> {
    let wrong = |why: &str| unusable(flag, path, why);
    let bytes = platform::read_trusted(path, LONGEST_CERTIFICATE).map_err(|error| wrong(&error.to_string()))?;
    let bytes = Zeroizing::new(bytes);
    let text = str::from_utf8(&bytes).map_err(|_| wrong("it is not PEM (openssl pkcs12 -nodes converts PKCS#12)"))?;
    Ok(Zeroizing::new(text.to_owned()))
}
