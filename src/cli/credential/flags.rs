//! The flags that name a credential. The environment and the profile have the same settings.

use std::path::{Path, PathBuf};

use clap::builder::{OsStringValueParser, PossibleValue, TypedValueParser as _};
use clap::{Args, ValueEnum};

use super::certificate::Certificate;
use super::federated::FederatedSource;
use super::password::CertificatePasswordFlags;
use super::secret::SecretSource;
use super::source::Source;
use crate::cli::profile_format::{ClientAuthMethod, FederatedTokenSource, Profile};
use crate::cli::settings::SETTINGS;
use crate::cli::values::{name_of, not_blank, path, variable};
use crate::cli::{Exit, Failure, profiles};

/// The settings of a credential. At most one credential may be named.
#[derive(Args, Clone, Debug, Default, Eq, PartialEq)]
#[command(next_help_heading = SETTINGS)]
pub(in crate::cli) struct CredentialFlags {
    /// The file with the client secret, which some providers (Google) require even from native clients
    /// [env: TOKCACHE_CLIENT_SECRET_FILE, or the secret itself in TOKCACHE_CLIENT_SECRET]
    #[arg(long, global = true, value_name = "PATH", value_parser = OsStringValueParser::new().try_map(path))]
    pub(in crate::cli) client_secret_file: Option<PathBuf>,

    /// The environment variable with the client secret [env: TOKCACHE_CLIENT_SECRET_VARIABLE] [default:
    /// TOKCACHE_CLIENT_SECRET]
    #[arg(long, global = true, value_name = "NAME", value_parser = variable)]
    pub(in crate::cli) client_secret_variable: Option<String>,

    /// The client secret is in the system's keyring, where `profile secret` has put it
    #[arg(long, global = true)]
    pub(in crate::cli) client_secret_keyring: bool,

    /// Read the client secret from this file descriptor [env: TOKCACHE_CLIENT_SECRET_FD]
    #[arg(long, global = true, value_name = "NUMBER")]
    pub(in crate::cli) client_secret_fd: Option<u32>,

    /// The file with the certificate that signed assertions name (private_key_jwt), in PEM or PKCS#12; it may contain
    /// the private key too [env: TOKCACHE_CLIENT_CERTIFICATE]
    #[arg(long, global = true, value_name = "PATH", value_parser = OsStringValueParser::new().try_map(path))]
    pub(in crate::cli) client_certificate: Option<PathBuf>,

    /// The file with the private key that signs assertions, in PEM or PKCS#12 [env: TOKCACHE_CLIENT_KEY]
    #[arg(long, global = true, value_name = "PATH", value_parser = OsStringValueParser::new().try_map(path))]
    pub(in crate::cli) client_key: Option<PathBuf>,

    /// The file with the certificate and private key to present in the TLS handshake (mTLS), in PEM or PKCS#12; alone,
    /// it is the credential of tls_client_auth [env: TOKCACHE_CLIENT_CERT]
    #[arg(long, global = true, value_name = "PATH", value_parser = OsStringValueParser::new().try_map(path))]
    pub(in crate::cli) client_cert: Option<PathBuf>,

    #[command(flatten)]
    pub(in crate::cli) certificate_password: CertificatePasswordFlags,

    /// The file with a token of another issuer that proves the client, such as a Kubernetes service account token
    /// [env: TOKCACHE_FEDERATED_TOKEN_FILE]
    #[arg(long, global = true, value_name = "PATH", value_parser = OsStringValueParser::new().try_map(path))]
    pub(in crate::cli) federated_token_file: Option<PathBuf>,

    /// The shell command that prints such a token [env: TOKCACHE_FEDERATED_TOKEN_COMMAND]
    #[arg(long, global = true, value_name = "COMMAND", value_parser = not_blank)]
    pub(in crate::cli) federated_token_command: Option<String>,

    /// The service that issues such a token [env: TOKCACHE_FEDERATED_TOKEN_SOURCE]
    #[arg(long, global = true, value_name = "SERVICE", value_enum)]
    pub(in crate::cli) federated_token_source: Option<FederatedTokenSource>,

    /// The audience of the token from that service [env: TOKCACHE_FEDERATED_TOKEN_AUDIENCE] [default: the one that the
    /// provider expects]
    #[arg(long, global = true, value_name = "AUDIENCE", value_parser = not_blank)]
    pub(in crate::cli) federated_token_audience: Option<String>,

    /// How to send the client secret [env: TOKCACHE_CLIENT_AUTH_METHOD] [default: client_secret_post]
    #[arg(long, global = true, value_name = "METHOD", value_enum)]
    pub(in crate::cli) client_auth_method: Option<ClientAuthMethod>,
}

impl CredentialFlags {
    /// Returns the settings of a profile.
    pub(in crate::cli) fn of_profile(profile: &Profile) -> Self {
        CredentialFlags {
            client_secret_file: profile.client_secret_file.clone(),
            client_secret_variable: profile.client_secret_variable.clone(),
            client_secret_keyring: profile.client_secret_keyring == Some(true),
            client_secret_fd: None,
            client_certificate: profile.client_certificate.clone(),
            client_key: profile.client_key.clone(),
            client_cert: profile.client_cert.clone(),
            certificate_password: CertificatePasswordFlags::of_profile(profile),
            federated_token_file: profile.federated_token_file.clone(),
            federated_token_command: profile.federated_token_command.clone(),
            federated_token_source: profile.federated_token_source,
            federated_token_audience: profile.federated_token_audience.clone(),
            client_auth_method: profile.client_auth_method,
        }
    }

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

    /// Replaces the settings of the profile by these.
    pub(in crate::cli) fn put_into(self, profile: &mut Profile) {
        profile.client_secret_file = self.client_secret_file;
        profile.client_secret_variable = self.client_secret_variable;
        profile.client_secret_keyring = self.client_secret_keyring.then_some(true);
        profile.client_certificate = self.client_certificate;
        profile.client_key = self.client_key;
        profile.client_cert = self.client_cert;
        self.certificate_password.put_into(profile);
        profile.federated_token_file = self.federated_token_file;
        profile.federated_token_command = self.federated_token_command;
        profile.federated_token_source = self.federated_token_source;
        profile.federated_token_audience = self.federated_token_audience;
        profile.client_auth_method = self.client_auth_method;
    }

    /// Whether any of the settings is set.
    pub(in crate::cli) fn is_any_given(&self) -> bool {
        *self != CredentialFlags::default()
    }

    /// Whether a credential is named. A password alone is none.
    pub(in crate::cli) fn names_credential(&self) -> bool {
        let certificate_password = CertificatePasswordFlags::default();
        CredentialFlags { client_auth_method: None, certificate_password, ..self.clone() }.is_any_given()
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

    /// Returns the flags with their values, for a command that the user can paste.
    pub(in crate::cli) fn words(&self) -> Vec<(&'static str, Option<String>)> {
        let text = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        let mut words = vec![
            ("--client-secret-file", text(&self.client_secret_file)),
            ("--client-secret-variable", self.client_secret_variable.clone()),
            ("--client-secret-fd", self.client_secret_fd.map(|number| number.to_string())),
            ("--client-certificate", text(&self.client_certificate)),
            ("--client-key", text(&self.client_key)),
            ("--client-cert", text(&self.client_cert)),
            ("--federated-token-file", text(&self.federated_token_file)),
            ("--federated-token-command", self.federated_token_command.clone()),
            ("--federated-token-source", self.federated_token_source.as_ref().and_then(name_of)),
            ("--federated-token-audience", self.federated_token_audience.clone()),
            ("--client-auth-method", self.client_auth_method.as_ref().and_then(name_of)),
        ];
        words.extend(self.certificate_password.words());
        words
    }
}

impl ValueEnum for ClientAuthMethod {
    fn value_variants<'a>() -> &'a [Self] {
        &[ClientAuthMethod::ClientSecretBasic, ClientAuthMethod::ClientSecretPost]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            ClientAuthMethod::ClientSecretBasic => {
                PossibleValue::new("client_secret_basic").help("In the Authorization header")
            }
            ClientAuthMethod::ClientSecretPost => PossibleValue::new("client_secret_post").help("In the form"),
        })
    }
}

impl ValueEnum for FederatedTokenSource {
    fn value_variants<'a>() -> &'a [Self] {
        &[FederatedTokenSource::GithubActions]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            FederatedTokenSource::GithubActions => {
                PossibleValue::new("github-actions").help("GitHub Actions, for the job that runs the command")
            }
        })
    }
}
