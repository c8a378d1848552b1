//! The credential with which a client authenticates (RFC 6749 §2.3): a secret, a private key, or a token of another
//! issuer. It is read when a request is sent, because a cached token needs none.

mod certificate;
mod descriptor;
mod federated;
mod flags;
mod key_files;
mod password;
mod pkcs12;
mod secret;
mod source;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use tokcache_core::acquire::{self, CredentialContext};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{ClientAuthentication, Http};
use tokcache_core::secret::ClientSecret;

use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use super::settings::credential_flags::CredentialFlags;
use super::settings::profile_format::{ClientAuthMethod, Profile};
use super::{Exit, Failure, environment};
use crate::output::{plain, tell};

use federated::FederatedSource;

pub(super) use key_files::KeyFiles;
pub(super) use secret::keyring_item;
pub(super) use source::Source;

/// Returns the credential that was typed, else that of the environment, apart from a client secret in a variable.
pub(super) fn typed(settings: &Settings) -> Result<CredentialFlags, Failure> {
    let typed = settings.credential.clone();
    if typed.names_credential() || settings.ignores_credential_variables {
        return Ok(typed);
    }
    let of_environment = environment::client_credential()?;
    Ok(CredentialFlags {
        client_auth_method: typed.client_auth_method.or(of_environment.client_auth_method),
        ..of_environment
    })
}

/// Whether a credential was typed, or is in the environment.
pub(super) fn is_named(settings: &Settings) -> Result<bool, Failure> {
    Ok(typed(settings)?.names_credential() || secret_of_variable(settings).is_some())
}

/// Returns the client secret in the variable for it, unless the variable is for another client.
fn secret_of_variable(settings: &Settings) -> Option<Vec<u8>> {
    let is_read = !settings.ignores_credential_variables;
    is_read.then(|| environment::secret(environment::CLIENT_SECRET)).flatten()
}

/// Returns the file with the certificate to present in TLS: typed, of the environment, or of the profile, whose client and
/// authority are in use; and whether the profile names it.
pub(super) fn client_cert(settings: &Settings, profile: Option<&Profile>) -> Result<Option<(PathBuf, bool)>, Failure> {
    let named = match &settings.credential.client_cert {
        Some(typed) => Some(typed.clone()),
        None if settings.ignores_credential_variables => None,
        None => environment::client_cert()?,
    };
    let of_profile = || profile.and_then(|profile| profile.client_cert.clone());
    Ok(named.map(|path| (path, false)).or_else(|| of_profile().map(|path| (path, true))))
}

/// The credential in use.
struct InUse {
    source: Option<Source>,
    /// How to send a secret.
    method: Option<ClientAuthMethod>,
    /// Whether the profile names the source.
    is_of_profile: bool,
}

/// The credential of one run.
pub(super) struct Credential {
    settings: Settings,
    /// The settings of the profile, if its client and its authority are in use.
    of_profile: CredentialFlags,
    /// Whether the flow requires a credential.
    is_required: AtomicBool,
    network: Arc<dyn Http>,
    /// Whether the keyring may ask a person to unlock it.
    asking: PromptPolicy,
    /// The files of certificates. They exist from the start if one is for TLS.
    key_files: OnceLock<Arc<KeyFiles>>,
    /// The secret once it was read. A file descriptor can be read only once.
    secret: Mutex<Option<ClientSecret>>,
    /// The reason why no request was sent.
    failure: Mutex<Option<Failure>>,
}

impl Credential {
    /// Returns the credential that the settings name, else that of the profile, whose client and authority are in use. An
    /// error in the settings is reported when the credential is read.
    pub(super) fn new(
        settings: &Settings,
        profile: Option<&Profile>,
        network: Arc<dyn Http>,
        asking: PromptPolicy,
    ) -> Self {
        Credential {
            settings: settings.clone(),
            of_profile: profile.map(CredentialFlags::of_profile).unwrap_or_default(),
            is_required: AtomicBool::default(),
            network,
            asking,
            key_files: OnceLock::new(),
            secret: Mutex::default(),
            failure: Mutex::default(),
        }
    }

    /// Shares the files of certificates, whose password may come from a file descriptor.
    pub(super) fn with_key_files(mut self, files: Option<Arc<KeyFiles>>) -> Self {
        self.key_files = files.map(OnceLock::from).unwrap_or_default();
        self
    }

    /// Refuses to send a request without a credential.
    pub(super) fn require(&self) {
        self.is_required.store(true, Ordering::Relaxed);
    }

    /// Returns the failure to read the credential, if there was one. A second call returns `None`.
    pub(super) fn take_failure(&self) -> Option<Failure> {
        self.failure.lock().ok()?.take()
    }

    /// Returns the failure to read the certificate for TLS, if there was one. A second call returns `None`.
    pub(super) fn take_client_cert_failure(&self) -> Option<Failure> {
        self.key_files.get()?.take_failure()
    }

    /// Returns the credential in use.
    fn in_use(&self) -> Result<InUse, Failure> {
        let typed = typed(&self.settings)?;
        let method = typed.client_auth_method.or(self.of_profile.client_auth_method);
        if let Some(source) = typed.source()? {
            return Ok(InUse { source: Some(source), method, is_of_profile: false });
        }
        if secret_of_variable(&self.settings).is_some() {
            let variable = secret::SecretSource::Variable(environment::CLIENT_SECRET.to_owned());
            return Ok(InUse { source: Some(Source::Secret(variable)), method, is_of_profile: false });
        }
        Ok(InUse { source: self.of_profile.source()?, method, is_of_profile: true })
    }

    /// Whether reading the credential runs a command or sends a request.
    pub(super) fn is_made_elsewhere(&self) -> bool {
        let source = self.in_use().ok().and_then(|in_use| in_use.source);
        matches!(source, Some(Source::Federated(federated)) if !matches!(federated, FederatedSource::File(_)))
    }

    /// Warns that the credential, or its password, is known to this shell only, if it comes from a variable or a file
    /// descriptor and `saved`, the new settings of the profile, do not name it.
    pub(super) fn warn_of_unsaved(&self, saved: &CredentialFlags) {
        let warn = |what: &str, place: String| {
            tell(plain(&format!("warning: the profile does not name {what}; it is needed again in {place}")));
        };
        match self.in_use() {
            Ok(InUse { source: Some(Source::Secret(source)), .. }) if !saved.names_credential() => {
                warn("the credential", source.name());
            }
            Ok(InUse { source: Some(Source::Certificate(_)), is_of_profile, .. })
                if matches!(saved.certificate_password.source(), Ok(None)) =>
            {
                if let Ok(Some(source)) = self.key_files().password_source(is_of_profile) {
                    warn("the password of the certificate", source.name());
                }
            }
            _ => {}
        }
    }

    fn key_files(&self) -> &KeyFiles {
        self.key_files.get_or_init(|| {
            let typed = &self.settings.credential.certificate_password;
            Arc::new(KeyFiles::of(typed.clone(), self.of_profile.certificate_password.clone()))
        })
    }

    async fn read(&self, context: &CredentialContext<'_>) -> Result<ClientAuthentication, Failure> {
        let InUse { source, method, is_of_profile } = self.in_use()?;
        match source {
            None if self.is_required.load(Ordering::Relaxed) && !self.network.presents_certificate() => {
                let message = "an application needs a credential: a client secret, a certificate or a federated token";
                Err(Failure::new(Exit::Config, message).try_with("--client-secret-file", "PATH"))
            }
            None => Ok(ClientAuthentication::None),
            Some(Source::Secret(source)) => {
                let secret = self.secret(&source, context)?;
                Ok(match method {
                    Some(ClientAuthMethod::ClientSecretBasic) => ClientAuthentication::SecretBasic(secret),
                    Some(ClientAuthMethod::ClientSecretPost) | None => ClientAuthentication::SecretPost(secret),
                })
            }
            Some(Source::Certificate(certificate)) => {
                let signer = certificate.signer(self.key_files(), is_of_profile)?;
                acquire::Credential::authentication(&signer, context).await.map_err(|why| certificate.unusable(&why))
            }
            Some(Source::Federated(source)) => {
                Ok(ClientAuthentication::Assertion(source.assertion(self.network.as_ref(), context).await?))
            }
        }
    }

    fn secret(&self, source: &secret::SecretSource, context: &CredentialContext<'_>) -> Result<ClientSecret, Failure> {
        let mut known = self.secret.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if known.is_none() {
            *known = Some(source.read(context, &self.asking)?);
        }
        known.clone().ok_or_else(|| Failure::new(Exit::Unexpected, "the client secret was read and is gone"))
    }
}

impl acquire::Credential for Credential {
    fn authentication<'a>(
        &'a self,
        context: &'a CredentialContext<'a>,
    ) -> BoxFuture<'a, Result<ClientAuthentication, String>> {
        Box::pin(async move {
            self.read(context).await.map_err(|failure| {
                let message = failure.to_string();
                if let Ok(mut kept) = self.failure.lock() {
                    *kept = Some(failure);
                }
                message
            })
        })
    }
}
