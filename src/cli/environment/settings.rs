//! The settings that the environment fills in.

use std::ffi::OsString;

use clap::ValueEnum;

use super::secrets::ensure_passphrase;
use super::variables::{one_of, parsed, path, text, text_with_path, variable};
use crate::cli::Failure;
use crate::cli::settings::Settings;
use crate::cli::settings::profile_format::{Flow, KeyCache, KindOfAuthority};
use crate::cli::settings::values::{bound, capabilities, wait};
use crate::output::ErrorFormat;

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

/// Parses the number of `-v` flags that the variable stands for.
fn verbosity(text: &str) -> Result<u8, String> {
    match text {
        "0" | "off" => Ok(0),
        "1" | "info" => Ok(1),
        "2" | "debug" | "trace" => Ok(2),
        _ => Err("type info or debug".to_owned()),
    }
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
