//! The variables for secrets: those that hold one, and those that say where it is.

use std::ffi::OsString;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::platform;
use super::variables::{one_of, parsed, path, text, variable};
use crate::cli::settings::credential_flags::{CertificatePasswordFlags, CredentialFlags};
use crate::cli::settings::profile_format::{ClientAuthMethod, FederatedTokenSource};
use crate::cli::settings::values::{LONGEST_PASSWORD, password_line};
use crate::cli::{Exit, Failure};

/// The variables that hold passwords and tokens, or may.
pub(in crate::cli) const SECRETS: [&str; 11] = [
    platform::AZURE_CLIENT_CERTIFICATE_PASSWORD,
    platform::AZURE_CLIENT_SECRET,
    CLIENT_CERTIFICATE_PASSWORD,
    CLIENT_SECRET,
    "ACCESS_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "IDENTITY_HEADER",
    "TOKCACHE_PROXY_URL",
    "TOKCACHE_STORE",
    "TOKCACHE_STORE_PASSWORD",
    "TOKCACHE_TO_PASSWORD",
];

/// Returns the path of the systemd credential that holds the key (systemd.exec(5)).
pub(in crate::cli) fn credential() -> Option<PathBuf> {
    Some(PathBuf::from(variable("CREDENTIALS_DIRECTORY")?).join("tokcache-key"))
}

/// Returns the path to read the passphrase from: `TOKCACHE_PASSPHRASE_FILE`, else the descriptor
/// `TOKCACHE_PASSPHRASE_FD`. [`ensure_passphrase`] has validated both.
pub(in crate::cli) fn passphrase_file() -> Option<PathBuf> {
    let descriptor = || text("TOKCACHE_PASSPHRASE_FD").ok()??.parse::<u32>().ok();
    let file = variable("TOKCACHE_PASSPHRASE_FILE").map(PathBuf::from);
    file.or_else(|| Some(PathBuf::from(format!("/dev/fd/{}", descriptor()?))))
}

/// Refuses a `TOKCACHE_PASSPHRASE_FILE` that is not a path and a `TOKCACHE_PASSPHRASE_FD` that is not a number. The
/// error does not repeat the value, which may be the passphrase itself.
pub(super) fn ensure_passphrase() -> Result<(), Failure> {
    path("TOKCACHE_PASSPHRASE_FILE")?;
    if variable("TOKCACHE_PASSPHRASE_FD").is_none_or(|text| text.to_str().is_some_and(|it| it.parse::<u32>().is_ok())) {
        return Ok(());
    }
    let message = "TOKCACHE_PASSPHRASE_FD must be a file descriptor number, such as 3";
    Err(Failure::new(Exit::Usage, message).try_shell("unset TOKCACHE_PASSPHRASE_FD"))
}

/// Returns the variables with the password of a shared store: the path of a file, and the password itself. `is_second`:
/// of the store that `cache copy` writes to.
pub(in crate::cli) fn store_password_variables(is_second: bool) -> [&'static str; 2] {
    if is_second {
        ["TOKCACHE_TO_PASSWORD_FILE", "TOKCACHE_TO_PASSWORD"]
    } else {
        ["TOKCACHE_STORE_PASSWORD_FILE", "TOKCACHE_STORE_PASSWORD"]
    }
}

/// Returns the password of a shared store: the content of the file, else the variable. The errors do not repeat it.
pub(in crate::cli) fn store_password(is_second: bool) -> Result<Option<Zeroizing<String>>, Failure> {
    let [name, password] = store_password_variables(is_second);
    let Some(file) = path(name)? else {
        return Ok(text(password)?.map(Zeroizing::new));
    };
    let unusable = |why: String| {
        let message = format!("the password of the store in {} cannot be used: {why}", file.display());
        Failure::new(Exit::Config, message).try_shell(format!("export {name}=FILE"))
    };
    let bytes =
        tokcache_file::platform::read_trusted(&file, LONGEST_PASSWORD).map_err(|error| unusable(error.to_string()))?;
    password_line(&Zeroizing::new(bytes)).map(Some).map_err(|why| unusable(format!("the file {why}")))
}

/// The variable that holds a client secret.
pub(in crate::cli) const CLIENT_SECRET: &str = "TOKCACHE_CLIENT_SECRET";

/// Returns the credential that the environment names, apart from a client secret in a variable ([`CLIENT_SECRET`]).
pub(in crate::cli) fn client_credential() -> Result<CredentialFlags, Failure> {
    Ok(CredentialFlags {
        client_secret_file: path("TOKCACHE_CLIENT_SECRET_FILE")?,
        client_secret_variable: text("TOKCACHE_CLIENT_SECRET_VARIABLE")?,
        client_secret_keyring: false,
        client_secret_fd: parsed(None, "TOKCACHE_CLIENT_SECRET_FD", descriptor)?,
        client_certificate: path("TOKCACHE_CLIENT_CERTIFICATE")?,
        client_key: path("TOKCACHE_CLIENT_KEY")?,
        client_cert: client_cert()?,
        // It is read with the certificate, which may be a typed one.
        certificate_password: CertificatePasswordFlags::default(),
        federated_token_file: path("TOKCACHE_FEDERATED_TOKEN_FILE")?,
        federated_token_command: text("TOKCACHE_FEDERATED_TOKEN_COMMAND")?,
        federated_token_source: parsed(None, "TOKCACHE_FEDERATED_TOKEN_SOURCE", one_of::<FederatedTokenSource>)?,
        federated_token_audience: text("TOKCACHE_FEDERATED_TOKEN_AUDIENCE")?,
        client_auth_method: parsed(None, "TOKCACHE_CLIENT_AUTH_METHOD", one_of::<ClientAuthMethod>)?,
    })
}

/// The variable that holds the password of a PKCS#12 file.
const CLIENT_CERTIFICATE_PASSWORD: &str = "TOKCACHE_CLIENT_CERTIFICATE_PASSWORD";

/// Returns the place of the password of a PKCS#12 file. A variable that names a file or a descriptor takes precedence over
/// the variable with the password itself, as with other secrets.
pub(in crate::cli) fn certificate_password() -> Result<CertificatePasswordFlags, Failure> {
    let file = path("TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FILE")?;
    let number = parsed(None, "TOKCACHE_CLIENT_CERTIFICATE_PASSWORD_FD", descriptor)?;
    let is_in_variable = file.is_none() && number.is_none() && variable(CLIENT_CERTIFICATE_PASSWORD).is_some();
    Ok(CertificatePasswordFlags {
        client_certificate_password_file: file,
        client_certificate_password_fd: number,
        client_certificate_password_variable: is_in_variable.then(|| CLIENT_CERTIFICATE_PASSWORD.to_owned()),
    })
}

fn descriptor(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "type a number, such as 3".to_owned())
}

/// Returns the file with the certificate to present in TLS.
pub(in crate::cli) fn client_cert() -> Result<Option<PathBuf>, Failure> {
    path("TOKCACHE_CLIENT_CERT")
}

/// Returns the secret in a variable.
pub(in crate::cli) fn secret(name: &str) -> Option<Vec<u8>> {
    variable(name).map(OsString::into_encoded_bytes)
}
