//! The credential that the flags name.

use std::path::{Path, PathBuf};

use super::certificate::Certificate;
use super::federated::FederatedSource;
use super::secret::SecretSource;
use super::source::Source;
use crate::cli::settings::credential_flags::{CertificatePasswordFlags, CredentialFlags};
use crate::cli::settings::profile_format::{FederatedTokenSource, Profile};
use crate::cli::{Exit, Failure, profiles};

impl CredentialFlags {
    /// Saves these settings in the profile instead of its own, if any is set. A file descriptor is not saved.
    pub(in crate::cli) fn save_in(&self, profile: &mut Profile) -> Result<(), Failure> {
        self.source()?;
        if self.names_credential() {
            let method = profile.client_auth_method;
            CredentialFlags::default().put_into(profile);
            profile.client_auth_method = method;
            let remembered = |path: &Option<PathBuf>, flag| {
                path.as_deref().map(|path: &Path| profiles::remembered_path(path, flag)).transpose()
            };
            let saved = CredentialFlags {
                client_secret_file: remembered(&self.client_secret_file, "--client-secret-file")?,
                client_certificate: remembered(&self.client_certificate, "--client-certificate")?,
                client_key: remembered(&self.client_key, "--client-key")?,
                client_cert: remembered(&self.client_cert, "--client-cert")?,
                certificate_password: self.certificate_password.clone().remembered()?,
                federated_token_file: remembered(&self.federated_token_file, "--federated-token-file")?,
                client_auth_method: self.client_auth_method.or(method),
                ..self.clone()
            };
            saved.put_into(profile);
        } else {
            if self.client_auth_method.is_some() {
                profile.client_auth_method = self.client_auth_method;
            }
            if self.certificate_password != CertificatePasswordFlags::default() {
                self.certificate_password.clone().remembered()?.put_into(profile);
            }
        }
        Ok(())
    }

    /// Returns the credential, apart from a certificate for TLS, which any other may accompany; `None` if none is named.
    ///
    /// # Errors
    /// More than one is named, or more than one password.
    pub(in crate::cli) fn source(&self) -> Result<Option<Source>, Failure> {
        self.certificate_password.source()?;
        let flags = self.clone();
        let audience = flags.federated_token_audience;
        let is_certificate = flags.client_certificate.is_some() || flags.client_key.is_some();
        let certificate = Certificate { certificate: flags.client_certificate, key: flags.client_key };
        let sources = [
            flags.client_secret_file.map(|path| Source::Secret(SecretSource::File(path))),
            flags.client_secret_variable.map(|name| Source::Secret(SecretSource::Variable(name))),
            flags.client_secret_keyring.then_some(Source::Secret(SecretSource::Keyring)),
            flags.client_secret_fd.map(|number| Source::Secret(SecretSource::Descriptor(number))),
            is_certificate.then_some(Source::Certificate(certificate)),
            flags.federated_token_file.map(|path| Source::Federated(FederatedSource::File(path))),
            flags.federated_token_command.map(|command| Source::Federated(FederatedSource::Command(command))),
            flags.federated_token_source.map(|FederatedTokenSource::GithubActions| {
                Source::Federated(FederatedSource::GithubActions { audience })
            }),
        ];
        let mut sources = sources.into_iter().flatten();
        match (sources.next(), sources.next()) {
            (Some(first), Some(second)) => {
                let message = format!("a client has one credential, and {first} and {second} are two");
                Err(Failure::new(Exit::Usage, message).try_shell("tokcache help settings"))
            }
            (source, _) => Ok(source),
        }
    }
}
