//! The client secret.

use std::path::PathBuf;

use tokcache_core::acquire::CredentialContext;
use tokcache_core::secret::ClientSecret;
use zeroize::Zeroizing;

use super::descriptor::read_descriptor;
use crate::cli::secrets::passphrase::PromptPolicy;
use crate::cli::settings::values::LONGEST_PASSWORD;
use crate::cli::store::password::passwords;
use crate::cli::{Exit, Failure, environment, secrets};

/// The place of a client secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::cli) enum SecretSource {
    /// A file.
    File(PathBuf),
    /// An open file descriptor.
    Descriptor(u32),
    /// The system's keyring.
    Keyring,
    /// The variable of this name.
    Variable(String),
}

impl SecretSource {
    /// Reads the secret of the client in `context`.
    pub(super) fn read(&self, context: &CredentialContext<'_>, asking: &PromptPolicy) -> Result<ClientSecret, Failure> {
        let text = self.text(context, asking).map_err(|why| {
            let failure =
                Failure::new(Exit::Config, format!("the client secret in {} cannot be used: {why}", self.name()));
            match self {
                SecretSource::File(_) => failure.try_with("--client-secret-file", "PATH"),
                SecretSource::Descriptor(_) => failure.try_with("--client-secret-fd", "NUMBER"),
                SecretSource::Keyring => failure.try_tokcache(["profile", "secret"]),
                SecretSource::Variable(_) => failure.try_with("--client-secret-variable", "NAME"),
            }
        })?;
        Ok(ClientSecret::new(text.as_str()))
    }

    /// Reads one line of text, without the blanks around it.
    fn text(&self, context: &CredentialContext<'_>, asking: &PromptPolicy) -> Result<Zeroizing<String>, String> {
        let bytes = match self {
            SecretSource::File(path) => {
                secrets::file::read(path, LONGEST_PASSWORD).map_err(|error| error.to_string())?
            }
            SecretSource::Descriptor(number) => read_descriptor(*number).map_err(|error| error.to_string())?,
            SecretSource::Keyring => {
                let item = keyring_item(context.client_id.as_str(), context.authority.url());
                let found = passwords(asking).find(&item).map_err(|fault| fault.to_string())?;
                let found = found.ok_or_else(|| format!("there is none of {item}"))?;
                Zeroizing::new(found.as_bytes().to_vec())
            }
            SecretSource::Variable(name) => Zeroizing::new(environment::secret(name).ok_or("it is not set")?),
        };
        let text = str::from_utf8(&bytes).map_err(|_| "it is not UTF-8".to_owned())?.trim();
        if text.is_empty() || text.contains(char::is_control) {
            return Err("it must contain the secret alone, on one line".to_owned());
        }
        Ok(Zeroizing::new(text.to_owned()))
    }

    pub(super) fn name(&self) -> String {
        match self {
            SecretSource::File(path) => path.display().to_string(),
            SecretSource::Descriptor(number) => format!("file descriptor {number}"),
            SecretSource::Keyring => "the keyring".to_owned(),
            // The name may be the secret itself, by mistake.
            SecretSource::Variable(name) if environment::secret(name).is_none() => "a variable".to_owned(),
            SecretSource::Variable(name) => format!("the variable {name}"),
        }
    }
}

/// Returns the name of the keyring item with the secret of a client.
pub(in crate::cli) fn keyring_item(client_id: &str, authority: &str) -> String {
    format!("the client {client_id} at {authority}")
}
