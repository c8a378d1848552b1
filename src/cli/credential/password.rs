//! The password of a PKCS#12 file: typed as the name of its place, in the environment, or named by the profile.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use zeroize::Zeroizing;

use super::descriptor::read_descriptor;
use crate::cli::profile_format::Profile;
use crate::cli::settings::SETTINGS;
use crate::cli::values::{LONGEST_PASSWORD, password_line, path, variable};
use crate::cli::{Exit, Failure, environment, profiles, secret_file};

/// The flag that advice names.
pub(super) const PASSWORD_FILE: &str = "--client-certificate-password-file";

/// The place of a password. At most one may be named.
#[derive(Args, Clone, Debug, Default, Eq, PartialEq)]
#[command(next_help_heading = SETTINGS)]
pub(in crate::cli) struct CertificatePasswordFlags {
    /// The file with the password of the PKCS#12 file that --client-certificate, --client-key or --client-cert names
    /// [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE, or the password itself in TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]
    #[arg(long, global = true, value_name = "PATH", value_parser = OsStringValueParser::new().try_map(path))]
    pub(in crate::cli) client_certificate_password_file: Option<PathBuf>,

    /// The environment variable with that password [default: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD]
    #[arg(long, global = true, value_name = "NAME", value_parser = variable)]
    pub(in crate::cli) client_certificate_password_variable: Option<String>,

    /// Read that password from this file descriptor [env: TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD]
    #[arg(long, global = true, value_name = "NUMBER")]
    pub(in crate::cli) client_certificate_password_fd: Option<u32>,
}

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
    /// Returns the settings of a profile.
    pub(super) fn of_profile(profile: &Profile) -> Self {
        CertificatePasswordFlags {
            client_certificate_password_file: profile.client_certificate_password_file.clone(),
            client_certificate_password_variable: profile.client_certificate_password_variable.clone(),
            client_certificate_password_fd: None,
        }
    }

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

    /// Replaces the settings of the profile by these. A file descriptor is not saved.
    pub(super) fn put_into(self, profile: &mut Profile) {
        profile.client_certificate_password_file = self.client_certificate_password_file;
        profile.client_certificate_password_variable = self.client_certificate_password_variable;
    }

    /// Returns the flags with their values, for a command that the user can paste.
    pub(super) fn words(&self) -> [(&'static str, Option<String>); 3] {
        let file = self.client_certificate_password_file.as_ref();
        [
            (PASSWORD_FILE, file.map(|file| file.to_string_lossy().into_owned())),
            ("--client-certificate-password-variable", self.client_certificate_password_variable.clone()),
            ("--client-certificate-password-fd", self.client_certificate_password_fd.map(|number| number.to_string())),
        ]
    }
}

impl PasswordSource {
    /// Reads the password. The errors do not repeat it.
    pub(super) fn read(&self) -> Result<Zeroizing<String>, Failure> {
        let bytes = match self {
            PasswordSource::File(path) => {
                secret_file::read(path, LONGEST_PASSWORD).map_err(|error| self.unusable(&error.to_string()))?
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
