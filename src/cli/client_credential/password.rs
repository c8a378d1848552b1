//! The password of a PKCS#12 file: typed as the name of its place, in the environment, or named by the profile.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::descriptor::read_descriptor;
use crate::cli::settings::credential_flags::{CertificatePasswordFlags, PASSWORD_FILE};
use crate::cli::settings::values::{LONGEST_PASSWORD, password_line};
use crate::cli::{Exit, Failure, environment, profiles, secrets};

/// The place of a password.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum PasswordSource {
    /// A file.
    File(PathBuf),
    /// An open file descriptor.
    Descriptor(u32),
    /// The variable of this name.
    Variable(String),
}

impl CertificatePasswordFlags {
    /// Returns the place of the password.
    ///
    /// # Errors
    /// Several are named.
    pub(super) fn source(&self) -> Result<Option<PasswordSource>, Failure> {
        let flags = self.clone();
        let sources = [
            flags.client_certificate_password_file.map(PasswordSource::File),
            flags.client_certificate_password_variable.map(PasswordSource::Variable),
            flags.client_certificate_password_fd.map(PasswordSource::Descriptor),
        ];
        let mut sources = sources.into_iter().flatten();
        match (sources.next(), sources.next()) {
            (Some(_), Some(_)) => {
                let message = "the password of the PKCS#12 file can only be in one place";
                Err(Failure::new(Exit::Usage, message).try_shell("tokcache help settings"))
            }
            (source, _) => Ok(source),
        }
    }

    /// Returns the settings with an absolute path, for a profile.
    pub(super) fn remembered(self) -> Result<Self, Failure> {
        let file = self.client_certificate_password_file.as_deref();
        let file = file.map(|file: &Path| profiles::remembered_path(file, PASSWORD_FILE)).transpose()?;
        Ok(CertificatePasswordFlags { client_certificate_password_file: file, ..self })
    }
}

impl PasswordSource {
    /// Reads the password. The errors do not repeat it.
    pub(super) fn read(&self) -> Result<Zeroizing<String>, Failure> {
        let bytes = match self {
            PasswordSource::File(path) => {
                secrets::file::read(path, LONGEST_PASSWORD).map_err(|error| self.unusable(&error.to_string()))?
            }
            PasswordSource::Descriptor(number) => {
                read_descriptor(*number).map_err(|error| self.unusable(&error.to_string()))?
            }
            PasswordSource::Variable(name) => {
                Zeroizing::new(environment::secret(name).ok_or_else(|| self.unusable("it is not set"))?)
            }
        };
        password_line(&bytes).map_err(|why| self.unusable(&format!("it {why}")))
    }

    fn unusable(&self, why: &str) -> Failure {
        let message = format!("the password of the PKCS#12 file in {} cannot be used: {why}", self.name());
        Failure::new(Exit::Config, message).try_with(PASSWORD_FILE, "PATH")
    }

    pub(super) fn name(&self) -> String {
        match self {
            PasswordSource::File(path) => path.display().to_string(),
            PasswordSource::Descriptor(number) => format!("file descriptor {number}"),
            // The name may be the password itself, by mistake.
            PasswordSource::Variable(name) if environment::secret(name).is_none() => "a variable".to_owned(),
            PasswordSource::Variable(name) => format!("the variable {name}"),
        }
    }
}
