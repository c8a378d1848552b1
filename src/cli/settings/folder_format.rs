//! The TOML format of `.tokcache.toml`. No I/O.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::profile_format::{EndpointNames, Flow, KindOfAuthority, Profile};

/// The content of the file: the name of the user's profile, and settings for the first sign-in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli) struct FolderFile {
    pub(in crate::cli) profile: String,
    settings: Option<FolderSettings>,
}

/// A trusted file that has selected the profile.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Folder {
    /// The path of the file.
    pub(in crate::cli) path: PathBuf,
    /// The profile that a first sign-in starts with.
    pub(in crate::cli) initial: Option<Profile>,
}

/// The settings of a profile that the file may have. It may not name files, commands, caches, keys or accounts, because
/// they belong to a user and a machine.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FolderSettings {
    authority: Option<String>,
    authority_kind: Option<KindOfAuthority>,
    client_id: Option<String>,
    flow: Option<Flow>,
    redirect_uri: Option<String>,
    redirect_port: Option<u16>,
    scopes: Vec<String>,
    offline_access: Option<bool>,
    lifetime: Option<String>,
    parameters: BTreeMap<String, String>,
    endpoints: EndpointNames,
}

impl FolderFile {
    /// Parses the text of a file.
    pub(in crate::cli) fn parse(text: &str) -> Result<FolderFile, toml::de::Error> {
        toml::from_str(text)
    }

    /// Returns the profile that a first sign-in starts with, if the file has settings.
    pub(in crate::cli) fn initial(self) -> Option<Profile> {
        let FolderSettings {
            authority,
            authority_kind,
            client_id,
            flow,
            redirect_uri,
            redirect_port,
            scopes,
            offline_access,
            lifetime,
            parameters,
            endpoints,
        } = self.settings?;
        Some(Profile {
            authority,
            authority_kind,
            client_id,
            flow,
            redirect_uri,
            redirect_port,
            scopes,
            offline_access,
            lifetime,
            parameters,
            endpoints,
            ..Profile::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_names_a_profile_and_nothing_that_belongs_to_a_user_or_a_machine() {
        let file = |settings: &str| FolderFile::parse(&format!("profile = 'acme'\n[settings]\n{settings}\n"));
        let initial = file("authority = 'https://id.lab.test'\nscopes = ['a']").unwrap().initial().unwrap();
        assert_eq!(initial.authority.as_deref(), Some("https://id.lab.test"));
        assert_eq!(initial.scopes, ["a"]);
        for own in [
            "account = 'alice'",
            "ca_file = '/a'",
            "client_certificate = '/a'",
            "client_certificate_password_file = '/a'",
            "client_key = '/a'",
            "client_secret_file = '/a'",
            "encrypt = 'none'",
            "federated_token_command = 'id'",
            "federated_token_file = '/a'",
            "federated_token_source = 'github-actions'",
            "key_cache = 'kernel'",
            "learned = {}",
            "converting = {}",
            "store = 'file:/a'",
        ] {
            assert!(file(own).unwrap_err().message().contains("unknown field"), "{own}");
        }
        assert!(FolderFile::parse("authority = 'https://id.lab.test'").is_err());
        assert!(FolderFile::parse("profile = 'acme'").unwrap().initial().is_none());
    }
}
