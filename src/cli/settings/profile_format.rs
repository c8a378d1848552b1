//! The TOML format of a profile. No I/O: `fuzz/` includes this file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tokcache_core::oauth::{AuthorityError, AuthorityKind, Endpoint, Endpoints};

/// Settings, by the names of the flags. None is secret.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authority: Option<String>,
    /// The kind of the authority, if the URL does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authority_kind: Option<KindOfAuthority>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_id: Option<String>,
    /// The capabilities to tell Entra ID, with commas between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_capabilities: Option<String>,
    /// How to sign in; `device` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flow: Option<Flow>,
    /// The address that the browser returns to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect_uri: Option<String>,
    /// The port of that address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect_port: Option<u16>,
    /// `true`: push the authorization request to the provider (RFC 9126).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) par: Option<bool>,
    /// The form in which the browser returns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) response_mode: Option<ReturnMode>,
    /// The account: a user name or a home account id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) scopes: Vec<String>,
    /// The hosts that `curl` and `proxy` may send the token to: `HOST`, `HOST:PORT` or `*.DOMAIN`. Any host if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hosts: Vec<String>,
    /// `false`: do not request `offline_access`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) offline_access: Option<bool>,
    /// How long to serve a token that has no lifetime, such as `30d`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lifetime: Option<String>,
    /// The hosts that get tokens through `tokcache credential`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) helper_hosts: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) store: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encrypt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key_cache: Option<KeyCache>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca_file: Option<PathBuf>,
    /// The file with this client's secret at this authority. The secret itself is never in a profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// `true`: the client secret is in the system's keyring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret_keyring: Option<bool>,
    /// The environment variable with this client's secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret_variable: Option<String>,
    /// The file with the client's certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_certificate: Option<PathBuf>,
    /// The file with the client's private key, unless the certificate's file contains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_key: Option<PathBuf>,
    /// The file with the certificate and private key to present in TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_cert: Option<PathBuf>,
    /// The file with the password of these files, if they are PKCS#12.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_certificate_password_file: Option<PathBuf>,
    /// The environment variable with that password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_certificate_password_variable: Option<String>,
    /// The file with a token of another issuer that proves the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) federated_token_file: Option<PathBuf>,
    /// The shell command that prints such a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) federated_token_command: Option<String>,
    /// The service that issues such a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) federated_token_source: Option<FederatedTokenSource>,
    /// The audience of the token from that service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) federated_token_audience: Option<String>,
    /// The profile of the identity provider that vouches for the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) identity_profile: Option<String>,
    /// The file with an ID token of that provider, instead of a sign-in with its profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) identity_token_file: Option<PathBuf>,
    /// How to send the client secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_auth_method: Option<ClientAuthMethod>,
    /// The URL of the protected resource that the profile is for, which has named the authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) protected_resource: Option<String>,
    /// The client, if `login` has registered it at the authority (RFC 7591).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dynamic_client: Option<DynamicClient>,
    /// The same as `helper_hosts`, by the program for which `configure` has added them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) configured_hosts: BTreeMap<String, Vec<String>>,
    /// Parameters that are sent with each token request.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) parameters: BTreeMap<String, String>,
    /// The unfinished conversion of the cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) converting: Option<Converting>,
    /// Endpoints that the user set, for providers whose metadata lack them.
    #[serde(skip_serializing_if = "EndpointNames::is_empty")]
    pub(crate) endpoints: EndpointNames,
    /// Facts that the server sent at sign-in.
    #[serde(skip_serializing_if = "Learned::is_empty")]
    pub(crate) learned: Learned,
}

/// How to get the first token.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Flow {
    /// With a code, in a browser on any device.
    Device,
    /// Through the browser of this machine.
    Browser,
    /// As an application, with its own credential (RFC 6749 §4.4).
    ClientCredentials,
    /// With an assertion about the user by the company's identity provider (cross-app access).
    IdentityAssertion,
    /// As the machine or app of Azure that the command runs on.
    ManagedIdentity,
    /// By what the environment offers.
    Auto,
}

impl Flow {
    /// Whether a person signs in. Otherwise the profile has no account, and `login` only gets a token and saves the
    /// settings.
    pub(crate) fn needs_person(self) -> bool {
        match self {
            Flow::Device | Flow::Browser | Flow::Auto => true,
            Flow::ClientCredentials | Flow::IdentityAssertion | Flow::ManagedIdentity => false,
        }
    }
}

/// The form of an authorization response (OAuth 2.0 Multiple Response Type Encoding Practices, Form Post Response Mode).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReturnMode {
    /// Parameters in the URL.
    Query,
    /// A form that is posted.
    FormPost,
}

/// How a client secret is sent, by its name in the registry of RFC 8414.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClientAuthMethod {
    /// In the `Authorization` header.
    ClientSecretBasic,
    /// In the form.
    ClientSecretPost,
}

/// A service that issues tokens to the programs that run on it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FederatedTokenSource {
    /// GitHub Actions.
    GithubActions,
}

/// The kind of an authority, which decides the protocol details.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KindOfAuthority {
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

/// A change of the cache's encryption that has not ended, or whose process was killed. Until the cache is read again,
/// both the old and the new encryption are valid.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Converting {
    /// The URL of the cache.
    pub(crate) store: String,
    /// The new value of `--encrypt`, which may be `none`.
    pub(crate) to: String,
}

/// A client that `login` has registered (RFC 7591).
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DynamicClient {
    pub(crate) client_id: String,
    /// When the secret of the client expires, in seconds of the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<i64>,
}

/// The place that holds the key of an encrypted cache between two runs.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KeyCache {
    /// In the kernel's session keyring (Linux).
    Kernel,
    /// Nowhere.
    None,
}

/// Endpoints, by their names in the authorization server metadata (RFC 8414 §2, RFC 8628 §4).
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EndpointNames {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authorization_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) device_authorization_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revocation_endpoint: Option<String>,
    /// Only if the provider requires it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pushed_authorization_request_endpoint: Option<String>,
}

/// Facts that the server sent at sign-in and that are not requested again.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Learned {
    /// The authority that sent these facts. If the profile names another authority, they are ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authority: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tenant: Option<String>,
    /// The identifiers of other tenants, by domain.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tenants: BTreeMap<String, String>,
    /// The account that the next field belongs to. If the profile names another account, the next field is ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) home_account_id: Option<String>,
    #[serde(skip_serializing_if = "EndpointNames::is_empty")]
    pub(crate) endpoints: EndpointNames,
}

impl Profile {
    /// Returns the hosts that get tokens through `tokcache credential`.
    pub(crate) fn all_helper_hosts(&self) -> impl Iterator<Item = &String> {
        self.helper_hosts.iter().chain(self.configured_hosts.values().flatten())
    }

    /// Forgets the hosts, which were meant for the tokens of another provider.
    pub(crate) fn forget_hosts(&mut self) {
        self.hosts.clear();
        self.helper_hosts.clear();
        self.configured_hosts.clear();
    }

    /// Parses a profile. An unknown setting is an error, because it may be mistyped.
    pub(crate) fn parse(text: &str) -> Result<Profile, toml::de::Error> {
        toml::from_str(text)
    }

    pub(crate) fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }
}

impl EndpointNames {
    fn is_empty(&self) -> bool {
        *self == EndpointNames::default()
    }

    /// Parses the endpoints.
    ///
    /// # Errors
    /// The flag of an invalid endpoint, and the reason.
    pub(crate) fn parse(&self) -> Result<Endpoints, (&'static str, AuthorityError)> {
        let parse =
            |flag, url: &Option<String>| url.as_deref().map(Endpoint::parse).transpose().map_err(|error| (flag, error));
        Ok(Endpoints {
            authorization: parse("--authorization-endpoint", &self.authorization_endpoint)?,
            token: parse("--token-endpoint", &self.token_endpoint)?,
            device_authorization: parse("--device-authorization-endpoint", &self.device_authorization_endpoint)?,
            revocation: parse("--revocation-endpoint", &self.revocation_endpoint)?,
            pushed_authorization_request: parse("", &self.pushed_authorization_request_endpoint)?,
            require_pushed_authorization_requests: self.pushed_authorization_request_endpoint.is_some(),
            ..Endpoints::default()
        })
    }

    /// Returns these endpoints, completed from `other`.
    pub(crate) fn or(self, other: EndpointNames) -> EndpointNames {
        EndpointNames {
            authorization_endpoint: self.authorization_endpoint.or(other.authorization_endpoint),
            token_endpoint: self.token_endpoint.or(other.token_endpoint),
            device_authorization_endpoint: self.device_authorization_endpoint.or(other.device_authorization_endpoint),
            revocation_endpoint: self.revocation_endpoint.or(other.revocation_endpoint),
            pushed_authorization_request_endpoint: self
                .pushed_authorization_request_endpoint
                .or(other.pushed_authorization_request_endpoint),
        }
    }

    /// Returns the URLs, in the order in which a sign-in uses them.
    pub(crate) fn urls(self) -> impl Iterator<Item = String> {
        let EndpointNames {
            authorization_endpoint,
            token_endpoint,
            device_authorization_endpoint,
            revocation_endpoint,
            pushed_authorization_request_endpoint,
        } = self;
        let urls = [
            authorization_endpoint,
            pushed_authorization_request_endpoint,
            device_authorization_endpoint,
            token_endpoint,
            revocation_endpoint,
        ];
        urls.into_iter().flatten()
    }

    pub(crate) fn of(endpoints: &Endpoints) -> Self {
        let text = |endpoint: &Option<Endpoint>| endpoint.as_ref().map(|endpoint| endpoint.as_str().to_owned());
        EndpointNames {
            authorization_endpoint: text(&endpoints.authorization),
            token_endpoint: text(&endpoints.token),
            device_authorization_endpoint: text(&endpoints.device_authorization),
            revocation_endpoint: text(&endpoints.revocation),
            pushed_authorization_request_endpoint: text(&endpoints.pushed_authorization_request)
                .filter(|_| endpoints.require_pushed_authorization_requests),
        }
    }
}

impl Learned {
    fn is_empty(&self) -> bool {
        *self == Learned::default()
    }
}
