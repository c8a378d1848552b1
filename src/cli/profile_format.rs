//! What a profile says, as TOML. Pure: `fuzz/` includes this file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tokcache_core::oauth::{AuthorityError, AuthorityKind, Endpoint, Endpoints};

/// Settings, by the names of the flags. Nothing in it is secret.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) authority: Option<String>,
    /// How to speak to the authority, where its URL does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) authority_kind: Option<KindOfAuthority>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_id: Option<String>,
    /// Whose it is: a user name or home account id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) scopes: Vec<String>,
    /// False: `offline_access` is not asked for beside the scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) offline_access: Option<bool>,
    /// How long a token is served that came without a lifetime, as `30d`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lifetime: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) store: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) encrypt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key_cache: Option<KeyCache>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ca_file: Option<PathBuf>,
    /// Where the secret of this client at this authority is. The secret itself is never in a profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_secret_file: Option<PathBuf>,
    /// Sent with each request for tokens, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) parameters: BTreeMap<String, String>,
    /// What the cache is just becoming.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) converting: Option<Converting>,
    /// Endpoints that the user named, for providers whose discovery lacks them.
    #[serde(skip_serializing_if = "EndpointNames::is_empty")]
    pub(super) endpoints: EndpointNames,
    /// What the server told at sign-in.
    #[serde(skip_serializing_if = "Learned::is_empty")]
    pub(super) learned: Learned,
}

/// How to speak to an authority.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum KindOfAuthority {
    /// Active Directory Federation Services.
    Adfs,
    /// Azure AD B2C.
    B2c,
    /// Microsoft Entra External ID.
    Ciam,
    /// Microsoft Entra ID.
    Entra,
    /// Any other OpenID Connect provider.
    Oidc,
}

impl From<KindOfAuthority> for AuthorityKind {
    fn from(kind: KindOfAuthority) -> Self {
        match kind {
            KindOfAuthority::Adfs => AuthorityKind::Adfs,
            KindOfAuthority::B2c => AuthorityKind::B2c,
            KindOfAuthority::Ciam => AuthorityKind::Ciam,
            KindOfAuthority::Entra => AuthorityKind::Entra,
            KindOfAuthority::Oidc => AuthorityKind::Oidc,
        }
    }
}

/// A command that changes how the cache is encrypted, and has not ended yet, or was killed. Until the cache itself says
/// what became of it, both are as promised: what it was, and what it becomes.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Converting {
    /// The URL of the cache.
    pub(super) store: String,
    /// What will encrypt it, as `--encrypt` has it: `none` too.
    pub(super) to: String,
}

/// Where the key of an encrypted cache is kept at hand.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum KeyCache {
    /// In the kernel's session keyring (Linux).
    Kernel,
    /// Nowhere.
    None,
}

/// Endpoints by the names of the authorization server metadata (RFC 8414 §2, RFC 8628 §4).
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct EndpointNames {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) device_authorization_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) revocation_endpoint: Option<String>,
}

/// What the server told at sign-in, so that it need not be asked again.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Learned {
    /// Who told it: should the profile name another authority by now, it is worth nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) authority: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tenant: Option<String>,
    /// Whom the next one belongs to: should the profile name another account by now, that is worth nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) home_account_id: Option<String>,
    #[serde(skip_serializing_if = "EndpointNames::is_empty")]
    pub(super) endpoints: EndpointNames,
}

impl Profile {
    /// Reads a profile. A setting that is not known is an error: it may be a slip of the pen.
    pub(super) fn parse(text: &str) -> Result<Profile, toml::de::Error> {
        toml::from_str(text)
    }

    pub(super) fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }
}

impl EndpointNames {
    fn is_empty(&self) -> bool {
        *self == EndpointNames::default()
    }

    /// The endpoints, checked.
    ///
    /// # Errors
    /// The flag of one that is none, and why.
    pub(super) fn parse(&self) -> Result<Endpoints, (&'static str, AuthorityError)> {
        let parse =
            |flag, url: &Option<String>| url.as_deref().map(Endpoint::parse).transpose().map_err(|error| (flag, error));
        Ok(Endpoints {
            issuer: None,
            token: parse("--token-endpoint", &self.token_endpoint)?,
            device_authorization: parse("--device-authorization-endpoint", &self.device_authorization_endpoint)?,
            revocation: parse("--revocation-endpoint", &self.revocation_endpoint)?,
            scopes_supported: None,
        })
    }

    pub(super) fn of(endpoints: &Endpoints) -> Self {
        let text = |endpoint: &Option<Endpoint>| endpoint.as_ref().map(|endpoint| endpoint.as_str().to_owned());
        EndpointNames {
            token_endpoint: text(&endpoints.token),
            device_authorization_endpoint: text(&endpoints.device_authorization),
            revocation_endpoint: text(&endpoints.revocation),
        }
    }
}

impl Learned {
    fn is_empty(&self) -> bool {
        *self == Learned::default()
    }
}
