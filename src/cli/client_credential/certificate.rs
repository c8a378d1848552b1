//! A certificate with its private key (`private_key_jwt`, RFC 7523).

use std::path::{Path, PathBuf};

use tokcache_core::oauth::{AssertionSigner, SigningKey, SigningKeyError};

use super::key_files::KeyFiles;
use super::pkcs12::unusable;
use crate::cli::{Exit, Failure};

/// The files of a certificate and its key, in PEM or PKCS#12.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::cli) struct Certificate {
    /// The certificate, perhaps with its key. `None`: the provider knows the key itself.
    pub(super) certificate: Option<PathBuf>,
    /// The key, if it is in a file of its own.
    pub(super) key: Option<PathBuf>,
}

impl Certificate {
    /// Returns the signer of the assertions. `is_of_profile`: the profile names the files.
    pub(super) fn signer(&self, files: &KeyFiles, is_of_profile: bool) -> Result<AssertionSigner, Failure> {
        let (flag, key_file) = self.key_file();
        let pem = files.read(flag, key_file, is_of_profile)?;
        let key = SigningKey::from_pem(text(flag, key_file, &pem)?).map_err(|error| self.wrong_key(&error))?;
        let signer = AssertionSigner::new(key);
        let Some(path) = &self.certificate else { return Ok(signer) };
        let flag = "--client-certificate";
        let pem = if path == key_file { pem } else { files.read(flag, path, is_of_profile)? };
        signer.with_certificate(text(flag, path, &pem)?).map_err(|error| unusable(flag, path, &error.to_string()))
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

fn text<'a>(flag: &'static str, path: &Path, pem: &'a [u8]) -> Result<&'a str, Failure> {
    str::from_utf8(pem).map_err(|_| unusable(flag, path, "it is neither PEM nor PKCS#12"))
}
