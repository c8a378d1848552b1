//! The files with the client's certificates and keys, in PEM or PKCS#12.

use std::path::Path;
use std::sync::Mutex;

use zeroize::Zeroizing;

use super::password::PasswordSource;
use super::pkcs12::{pem_of_pkcs12, unusable};
use crate::cli::settings::Settings;
use crate::cli::settings::credential_flags::CertificatePasswordFlags;
use crate::cli::settings::profile_format::Profile;
use crate::cli::settings::values::LONGEST_CERTIFICATE;
use crate::cli::{Failure, environment, secrets};
use crate::output::quote;

/// The files of one run, and their password.
#[derive(Debug, Default)]
pub(in crate::cli) struct KeyFiles {
    typed: CertificatePasswordFlags,
    of_profile: CertificatePasswordFlags,
    /// The password once it was read. A file descriptor can be read only once.
    known: Mutex<Option<(PasswordSource, Zeroizing<String>)>>,
    /// The reason why the certificate for TLS could not be read.
    failure: Mutex<Option<Failure>>,
}

impl KeyFiles {
    /// Returns the files that the settings, or a profile whose client and authority are in use, may name.
    pub(in crate::cli) fn new(settings: &Settings, profile: Option<&Profile>) -> Self {
        let of_profile = profile.map(CertificatePasswordFlags::of_profile).unwrap_or_default();
        KeyFiles::of(settings.credential.certificate_password.clone(), of_profile)
    }

    /// Returns the files whose password is in one of these places.
    pub(super) fn of(typed: CertificatePasswordFlags, of_profile: CertificatePasswordFlags) -> Self {
        KeyFiles { typed, of_profile, ..KeyFiles::default() }
    }

    /// Reads a file as PEM. `is_of_profile`: the profile names the file, so that its password is in question too.
    pub(super) fn read(
        &self,
        flag: &'static str,
        path: &Path,
        is_of_profile: bool,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let bytes = secrets::file::read_with(path, LONGEST_CERTIFICATE, may_hold_key);
        let bytes = bytes.map_err(|error| unusable(flag, path, &error.to_string()))?;
        if is_der(&bytes) {
            let source = self.password_source(is_of_profile)?;
            let password = source.map(|source| self.password(source)).transpose()?;
            return pem_of_pkcs12(flag, path, &bytes, password.as_ref().map(|password| password.as_str()));
        }
        if bytes.starts_with(BASE64_OF_DER) {
            let decoded = path.with_extension("pfx");
            let command =
                format!("base64 -d {} >{}", quote(&path.to_string_lossy()), quote(&decoded.to_string_lossy()));
            let why = "it is in base64, as Azure Key Vault hands out PKCS#12";
            return Err(unusable(flag, path, why).try_shell(command));
        }
        Ok(bytes)
    }

    /// Reads the file with the certificate for TLS. A failure is kept for [`KeyFiles::take_failure`].
    pub(in crate::cli) fn read_client_cert(
        &self,
        path: &Path,
        is_of_profile: bool,
    ) -> std::io::Result<Zeroizing<Vec<u8>>> {
        self.read("--client-cert", path, is_of_profile).map_err(|failure| {
            let error = std::io::Error::other(failure.to_string());
            if let Ok(mut kept) = self.failure.lock() {
                *kept = Some(failure);
            }
            error
        })
    }

    /// Returns the failure to read the certificate for TLS, if there was one. A second call returns `None`.
    pub(in crate::cli) fn take_failure(&self) -> Option<Failure> {
        self.failure.lock().ok()?.take()
    }

    /// Returns the place of the password: typed, of the environment, or of the profile.
    pub(super) fn password_source(&self, is_of_profile: bool) -> Result<Option<PasswordSource>, Failure> {
        if let Some(source) = self.typed.source()? {
            return Ok(Some(source));
        }
        match environment::certificate_password()?.source()? {
            None if is_of_profile => self.of_profile.source(),
            source => Ok(source),
        }
    }

    fn password(&self, source: PasswordSource) -> Result<Zeroizing<String>, Failure> {
        let mut known = self.known.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some((_, password)) = known.as_ref().filter(|(of, _)| *of == source) {
            return Ok(password.clone());
        }
        let password = source.read()?;
        *known = Some((source, password.clone()));
        Ok(password)
    }
}

/// The beginning of a long sequence in DER, in base64.
const BASE64_OF_DER: &[u8] = b"MII";

/// Whether a file holds more than certificates.
fn may_hold_key(bytes: &[u8]) -> bool {
    const PRIVATE_KEY: &[u8] = b"PRIVATE KEY-----";
    is_der(bytes) || bytes.windows(PRIVATE_KEY.len()).any(|window| window == PRIVATE_KEY)
}

/// Whether a file begins as PKCS#12 does, and as no text.
fn is_der(bytes: &[u8]) -> bool {
    const SEQUENCE: u8 = 0x30;
    bytes.first() == Some(&SEQUENCE) && bytes.get(1).is_some_and(|length| *length >= 0x80)
}
