//! The flags that name the credential of a client. The environment and the profile have the same settings.

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, PossibleValue, TypedValueParser as _};
use clap::{Args, ValueEnum};

use super::profile_format::{ClientAuthMethod, FederatedTokenSource, Profile};
use super::values::{SETTINGS, name_of, not_blank, path, variable};

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

/// The flag that advice names.
pub(in crate::cli) const PASSWORD_FILE: &str = "--client-certificate-password-file";

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

impl CertificatePasswordFlags {
    /// Returns the settings of a profile.
    pub(in crate::cli) fn of_profile(profile: &Profile) -> Self {
        CertificatePasswordFlags {
            client_certificate_password_file: profile.client_certificate_password_file.clone(),
            client_certificate_password_variable: profile.client_certificate_password_variable.clone(),
            client_certificate_password_fd: None,
        }
    }

    /// Replaces the settings of the profile by these. A file descriptor is not saved.
    pub(in crate::cli) fn put_into(self, profile: &mut Profile) {
        profile.client_certificate_password_file = self.client_certificate_password_file;
        profile.client_certificate_password_variable = self.client_certificate_password_variable;
    }

    /// Returns the flags with their values, for a command that the user can paste.
    pub(in crate::cli) fn words(&self) -> [(&'static str, Option<String>); 3] {
        let file = self.client_certificate_password_file.as_ref();
        [
            (PASSWORD_FILE, file.map(|file| file.to_string_lossy().into_owned())),
            ("--client-certificate-password-variable", self.client_certificate_password_variable.clone()),
            ("--client-certificate-password-fd", self.client_certificate_password_fd.map(|number| number.to_string())),
        ]
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
