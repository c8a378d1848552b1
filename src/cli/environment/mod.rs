//! Reads the environment. No other module does.

mod clients;
mod platform;
mod terminal;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use clap::ValueEnum;
use directories::{BaseDirs, ProjectDirs};
use tokcache_file::platform::Caller;
use zeroize::Zeroizing;

use crate::cli::credential::{CertificatePasswordFlags, CredentialFlags};
use crate::cli::profile_format::{ClientAuthMethod, FederatedTokenSource, Flow, KeyCache, KindOfAuthority};
use crate::cli::settings::Settings;
use crate::cli::values::{
    LONGEST_PASSWORD, bound, capabilities, name_of, not_blank, password_line, text_of, typed_path, wait,
};
use crate::cli::{Exit, Failure};
use crate::output::ErrorFormat;

pub(in crate::cli) use clients::{
    aws_config, bazelrc, cargo_config, claude_code_servers, claude_code_settings, codex_config, docker_config,
    git_config, go_env, kubeconfig, search_path, terraform_config, terraform_plugins,
};
pub(in crate::cli) use platform::{
    azure_application, azure_client_id, github_actions, has_managed_identity, managed_identity, no_azure_application,
    platform,
};
pub(in crate::cli) use terminal::{has_screen, is_over_ssh, is_terminal_dumb, preferences};

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

/// Returns the variable's value as the system stores it. An empty variable counts as unset. A value that is not UTF-8
/// is returned too, so that it is not mistaken for an unset variable.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Returns a variable that must be text.
///
/// # Errors
/// The value is not one line of text.
fn text(name: &str) -> Result<Option<String>, Failure> {
    let Some(value) = variable(name) else { return Ok(None) };
    let text = value.into_string().map_err(|_| wrong(name, "it is not UTF-8"))?;
    not_blank(&text).map_err(|why| wrong(name, &why))?;
    Ok(Some(text))
}

/// Returns a variable that is a path, in any encoding. A relative path is relative to the current folder.
///
/// # Errors
/// The value cannot be a path.
fn path(name: &str) -> Result<Option<PathBuf>, Failure> {
    let Some(value) = variable(name) else { return Ok(None) };
    typed_path(&value).map(Some).map_err(|why| wrong(name, &why))
}

/// Returns a variable that is text with a path behind `scheme`, such as `file:PATH`.
fn text_with_path(name: &str, scheme: &str) -> Result<Option<String>, Failure> {
    match variable(name) {
        Some(value) if value.to_str().is_none() => text_of(&value, scheme).map(Some).map_err(|why| wrong(name, &why)),
        _ => text(name),
    }
}

/// The error for a wrong variable. It does not repeat the value, which may be a misplaced secret.
fn wrong(name: &str, why: &str) -> Failure {
    Failure::new(Exit::Usage, format!("the variable {name} cannot be used: {why}")).try_shell(format!("unset {name}"))
}

/// The typed folder of the profiles.
static CONFIG_DIR: OnceLock<PathBuf> = OnceLock::new();

/// Returns the folder of the profiles: as typed, else `TOKCACHE_CONFIG_DIR`, else the platform's; `None` without a home.
pub(in crate::cli) fn config_dir() -> Result<Option<PathBuf>, Failure> {
    if let Some(folder) = CONFIG_DIR.get() {
        return Ok(Some(folder.clone()));
    }
    if let Some(folder) = path("TOKCACHE_CONFIG_DIR")? {
        return Ok(Some(folder));
    }
    if cfg!(target_os = "linux") {
        return xdg("XDG_CONFIG_HOME", ".config");
    }
    Ok(project()?.map(|project| project.config_dir().to_owned()))
}

/// Returns the folder of the cache: `TOKCACHE_STATE_DIR`, else the platform's; `None` without a home.
pub(in crate::cli) fn state_dir() -> Result<Option<PathBuf>, Failure> {
    if let Some(folder) = path("TOKCACHE_STATE_DIR")? {
        return Ok(Some(folder));
    }
    if cfg!(target_os = "linux") {
        return xdg("XDG_STATE_HOME", ".local/state");
    }
    let project = project()?;
    Ok(project.map(|project| project.state_dir().unwrap_or_else(|| project.data_local_dir()).to_owned()))
}

/// Whether a variable has moved the folder of the profiles, so that a program without the variable looks elsewhere.
pub(in crate::cli) fn is_config_dir_moved() -> bool {
    variable("TOKCACHE_CONFIG_DIR").is_some() || cfg!(target_os = "linux") && variable("XDG_CONFIG_HOME").is_some()
}

/// Whether a variable has moved the folder of the cache.
pub(in crate::cli) fn is_state_dir_moved() -> bool {
    variable("TOKCACHE_STATE_DIR").is_some() || cfg!(target_os = "linux") && variable("XDG_STATE_HOME").is_some()
}

/// The error for a missing folder. It names every remedy at once.
pub(in crate::cli) fn no_home() -> Failure {
    let missing = |folder: Result<Option<PathBuf>, Failure>| matches!(folder, Ok(None));
    let folders = [
        ("the profiles", "TOKCACHE_CONFIG_DIR", missing(config_dir())),
        ("the cache", "TOKCACHE_STATE_DIR", missing(state_dir())),
    ];
    let missing: Vec<_> = folders.iter().filter(|(_, _, is_missing)| *is_missing).collect();
    let whats: Vec<_> = missing.iter().map(|(what, ..)| *what).collect();
    let settings: String = missing.iter().map(|(_, variable, _)| format!(" {variable}=FOLDER")).collect();
    let message = format!(
        "there is no home folder for {}: HOME is not set, and the system knows no home of this user",
        whats.join(" and ")
    );
    Failure::new(Exit::Config, message).try_shell(format!("export{settings}"))
}

/// Returns the folders for a refresh token that the cache could not store. The first is usually on another disk and
/// private to this user. All are absolute: the next run may start in another folder.
pub(in crate::cli) fn recovery_folders() -> Vec<PathBuf> {
    let (session, temporary) = (session_folder(), temporary_folder());
    [session, state_dir().ok().flatten(), temporary].into_iter().flatten().collect()
}

/// Returns the folders for a file of this login session, the best first. All are absolute.
pub(in crate::cli) fn session_folders() -> impl Iterator<Item = PathBuf> {
    [session_folder(), temporary_folder()].into_iter().flatten()
}

fn session_folder() -> Option<PathBuf> {
    variable("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute())
}

fn temporary_folder() -> Option<PathBuf> {
    let temporary = Some(std::env::temp_dir()).filter(|folder| folder.is_absolute());
    temporary.or_else(|| cfg!(unix).then(|| PathBuf::from("/tmp")))
}

/// Returns the folder of the Azure CLI: `AZURE_CONFIG_DIR`, else `~/.azure`.
pub(in crate::cli) fn azure_dir() -> Result<Option<PathBuf>, Failure> {
    if let Some(folder) = path("AZURE_CONFIG_DIR")? {
        return Ok(Some(folder));
    }
    own_home()?;
    Ok(BaseDirs::new().map(|folders| folders.home_dir().join(".azure")))
}

/// Returns the folder in which the azure-identity libraries keep the signal files of their caches.
pub(in crate::cli) fn identity_service_dir() -> Option<PathBuf> {
    Some(BaseDirs::new()?.home_dir().join(".IdentityService"))
}

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

/// Returns the request of a Kubernetes client to a credential plugin: JSON, which kubectl ends with a line break.
pub(in crate::cli) fn kubernetes_exec_info() -> Result<Option<String>, Failure> {
    const NAME: &str = "KUBERNETES_EXEC_INFO";
    variable(NAME).map(|info| info.into_string().map_err(|_| wrong(NAME, "it is not UTF-8"))).transpose()
}

/// Returns the file in which a step of GitHub Actions sets variables for the next steps.
pub(in crate::cli) fn github_env() -> Result<Option<PathBuf>, Failure> {
    path("GITHUB_ENV")
}

/// Returns the secret in a variable.
pub(in crate::cli) fn secret(name: &str) -> Option<Vec<u8>> {
    variable(name).map(OsString::into_encoded_bytes)
}

/// Returns the command lines that open a browser, by the user's own wish.
pub(in crate::cli) fn browser() -> Option<String> {
    variable("BROWSER")?.into_string().ok()
}

/// Uses this folder of profiles in place of the environment's.
pub(in crate::cli) fn use_config_dir(folder: &Path) {
    // Only this process uses it, and parses its command line once.
    let _ = CONFIG_DIR.set(folder.to_owned());
}

/// Returns the URL of the MCP server for which Claude Code runs a `headersHelper`.
pub(in crate::cli) fn mcp_server_url() -> Option<String> {
    variable("CLAUDE_CODE_MCP_SERVER_URL")?.into_string().ok()
}

/// Returns the user on whose behalf root runs the program.
pub(in crate::cli) fn caller() -> Caller {
    let home = variable("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    Caller { home, sudo_user: variable("SUDO_UID").and_then(|user| user.to_str()?.parse().ok()) }
}

/// Returns the home folder, as the system's variable names it.
pub(in crate::cli) fn home() -> Option<PathBuf> {
    variable(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(PathBuf::from)
}

/// Returns the user's shell, by the path that the system has set.
pub(in crate::cli) fn shell() -> Option<PathBuf> {
    variable("SHELL").map(PathBuf::from)
}

/// Returns the folder for the data of programs (XDG Base Directory Specification), if it is set.
pub(in crate::cli) fn data_home() -> Option<PathBuf> {
    variable("XDG_DATA_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute())
}

/// Returns the folder for the settings of programs (XDG Base Directory Specification), if it is set.
pub(in crate::cli) fn config_home() -> Option<PathBuf> {
    variable("XDG_CONFIG_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute())
}

/// Returns a proxy variable by `name`. [`unreadable_proxy`] has refused values that are not text.
pub(in crate::cli) fn proxy(name: &str) -> Option<String> {
    variable(name)?.into_string().ok()
}

/// Returns the variables for a program that sends requests to this machine, if it uses a proxy for others.
#[cfg(feature = "serve")]
pub(in crate::cli) fn no_proxy_of_child() -> Vec<(&'static str, String)> {
    const THIS_MACHINE: &str = "127.0.0.1,localhost";
    if ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"].into_iter().all(|name| variable(name).is_none()) {
        return Vec::new();
    }
    let exceptions = proxy("no_proxy").or_else(|| proxy("NO_PROXY")).unwrap_or_default();
    let exceptions =
        if exceptions.is_empty() { THIS_MACHINE.to_owned() } else { format!("{exceptions},{THIS_MACHINE}") };
    ["no_proxy", "NO_PROXY"].map(|name| (name, exceptions.clone())).to_vec()
}

/// Returns an error for a proxy variable that is not text. Ignoring the variable would send requests by another route.
pub(in crate::cli) fn unreadable_proxy() -> Option<Failure> {
    const NAMES: [&str; 6] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"];
    let name = NAMES.into_iter().find(|name| variable(name).is_some_and(|value| value.to_str().is_none()))?;
    Some(wrong(name, "it is not UTF-8"))
}

impl Settings {
    /// Fills in the settings that were not typed from the environment. An empty variable counts as unset.
    pub(in crate::cli) fn or_environment(self) -> Result<Settings, Failure> {
        ensure_passphrase()?;
        if self.credential.is_any_given() {
            self.credential.source()?;
        }
        let mut variables = Vec::new();
        // A resource that is named by its URL has a provider and a client of its own.
        let is_for_resource = self.protected_resource.is_some();
        let is_of_client = |name| matches!(name, "TOKCACHE_ACCOUNT" | "TOKCACHE_AUTHORITY" | "TOKCACHE_CLIENT_ID");
        let mut or = |typed: Option<String>, name, read: &dyn Fn(&str) -> Result<Option<String>, Failure>| {
            if typed.is_some() || is_for_resource && is_of_client(name) {
                return Ok(typed);
            }
            let value = read(name)?;
            variables.extend(value.is_some().then_some(name));
            Ok::<_, Failure>(value)
        };
        let (authority_kind, flow) = match is_for_resource {
            true => (self.authority_kind, self.flow),
            false => (
                parsed(self.authority_kind, "TOKCACHE_AUTHORITY_KIND", one_of::<KindOfAuthority>)?,
                parsed(self.flow, "TOKCACHE_FLOW", one_of::<Flow>)?,
            ),
        };
        Ok(Settings {
            profile: or(self.profile, "TOKCACHE_PROFILE", &text)?,
            account: or(self.account, "TOKCACHE_ACCOUNT", &text)?,
            authority: or(self.authority, "TOKCACHE_AUTHORITY", &text)?,
            client_id: or(self.client_id, "TOKCACHE_CLIENT_ID", &text)?,
            store: or(self.store, "TOKCACHE_STORE", &|name| text_with_path(name, "file:"))?,
            encrypt: or(self.encrypt, "TOKCACHE_ENCRYPT", &|name| text_with_path(name, "key-file:"))?,
            authority_kind,
            client_capabilities: parsed(self.client_capabilities, "TOKCACHE_CLIENT_CAPABILITIES", capabilities)?,
            key_cache: parsed(self.key_cache, "TOKCACHE_KEY_CACHE", one_of::<KeyCache>)?,
            ca_file: match self.ca_file {
                None => {
                    let file = path("TOKCACHE_CA_FILE")?;
                    variables.extend(file.is_some().then_some("TOKCACHE_CA_FILE"));
                    file
                }
                typed => typed,
            },
            flow,
            // The credential's variables are read when a credential is needed.
            credential: self.credential,
            folder: self.folder,
            timeout: parsed(self.timeout, "TOKCACHE_TIMEOUT", bound)?,
            lock_timeout: parsed(self.lock_timeout, "TOKCACHE_LOCK_TIMEOUT", wait)?,
            error_format: parsed(self.error_format, "TOKCACHE_ERROR_FORMAT", one_of::<ErrorFormat>)?,
            verbose: parsed(Some(self.verbose).filter(|verbose| *verbose > 0), "TOKCACHE_LOG", verbosity)?.unwrap_or(0),
            tenant: self.tenant,
            protected_resource: self.protected_resource,
            config_dir: self.config_dir,
            ignores_credential_variables: self.ignores_credential_variables,
            variables,
        })
    }
}

/// Returns the command line that a completion script wants to complete, up to the cursor.
pub(in crate::cli) fn line_to_complete() -> String {
    variable("COMP_LINE").map(|line| line.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Returns the error format for a command line without `--error-format`. An invalid variable is reported in the default
/// format.
pub(in crate::cli) fn error_format() -> ErrorFormat {
    let format = variable("TOKCACHE_ERROR_FORMAT");
    format.and_then(|format| ErrorFormat::from_str(format.to_str()?, true).ok()).unwrap_or_default()
}

/// Returns the error format of a command line that clap could not parse.
pub(in crate::cli) fn error_format_of(arguments: impl Iterator<Item = OsString>) -> ErrorFormat {
    let arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
    // Words after `--` belong to the program that `exec` runs.
    let arguments: Vec<_> = arguments.take_while(|argument| argument != "--").collect();
    let typed = arguments.iter().enumerate().rev().find_map(|(at, argument)| match argument.split_once('=') {
        Some(("--error-format", format)) => Some(format),
        _ if argument == "--error-format" => arguments.get(at + 1).map(String::as_str),
        _ => None,
    });
    typed.and_then(|format| ErrorFormat::from_str(format, false).ok()).unwrap_or_else(error_format)
}

fn parsed<T>(typed: Option<T>, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, Failure> {
    if typed.is_some() {
        return Ok(typed);
    }
    let Some(text) = text(name)? else { return Ok(None) };
    parse(&text).map(Some).map_err(|error| {
        Failure::new(Exit::Usage, format!("{name} is set to {text:?}: {error}")).try_shell(format!("unset {name}"))
    })
}

/// Parses one of the values of an enumeration.
fn one_of<T: ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(text, true).map_err(|_| {
        let names: Vec<_> = T::value_variants().iter().filter_map(name_of).collect();
        format!("type {}", names.join(" or "))
    })
}

/// Refuses a `TOKCACHE_PASSPHRASE_FILE` that is not a path and a `TOKCACHE_PASSPHRASE_FD` that is not a number. The
/// error does not repeat the value, which may be the passphrase itself.
fn ensure_passphrase() -> Result<(), Failure> {
    path("TOKCACHE_PASSPHRASE_FILE")?;
    if variable("TOKCACHE_PASSPHRASE_FD").is_none_or(|text| text.to_str().is_some_and(|it| it.parse::<u32>().is_ok())) {
        return Ok(());
    }
    let message = "TOKCACHE_PASSPHRASE_FD must be a file descriptor number, such as 3";
    Err(Failure::new(Exit::Usage, message).try_shell("unset TOKCACHE_PASSPHRASE_FD"))
}

/// Parses the number of `-v` flags that the variable stands for.
fn verbosity(text: &str) -> Result<u8, String> {
    match text {
        "0" | "off" => Ok(0),
        "1" | "info" => Ok(1),
        "2" | "debug" | "trace" => Ok(2),
        _ => Err("type info or debug".to_owned()),
    }
}

/// Returns the folder of this program in a folder of the XDG Base Directory Specification: that of the variable `name`,
/// else `default` in the home. The crate `directories` would look up a dozen others too.
fn xdg(name: &str, default: &str) -> Result<Option<PathBuf>, Failure> {
    // The specification says to ignore relative paths; a mistyped one is refused.
    let named = path(name)?.filter(|folder| folder.is_absolute());
    let Some(home) = own_home()?.or_else(|| Some(BaseDirs::new()?.home_dir().to_owned())) else { return Ok(None) };
    Ok(Some(named.unwrap_or_else(|| home.join(default)).join("tokcache")))
}

/// Returns the platform's folders.
fn project() -> Result<Option<ProjectDirs>, Failure> {
    own_home()?;
    Ok(ProjectDirs::from("", "", "tokcache"))
}

/// Returns `HOME`. Refuses a relative one, which would name another folder in each working directory.
fn own_home() -> Result<Option<PathBuf>, Failure> {
    match path("HOME")? {
        Some(home) if cfg!(unix) && !Path::is_absolute(&home) => Err(wrong("HOME", "it is not an absolute path")),
        home => Ok(home),
    }
}
