//! The client of a sign-in for a resource: a registered one, one that a document describes, or one that the program
//! registers (RFC 7591).

use std::path::PathBuf;

use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, register_client};
use tokcache_core::oauth::{AuthorizationServer, DEVICE_CODE_GRANT_TYPE, Endpoint, RegistrationRequest};
use tokcache_core::time::Clock as _;
use tokcache_core::types::ScopeSet;
use tokcache_http::LoopbackListener;

use super::secret_file;
use crate::cli::context::Context;
use crate::cli::settings::profile_format::{ClientAuthMethod, DynamicClient, Flow, Profile};
use crate::cli::settings::values::is_same_authority;
use crate::cli::{Exit, Failure, profiles};
use crate::output::{plain, tell};

/// The redirect URI of a client that the program registers, with any free port.
const REDIRECT_URI: &str = "http://127.0.0.1/callback";

/// The client of a sign-in.
#[derive(Clone, Debug, Default)]
pub(super) struct ResourceClient {
    pub(super) client_id: String,
    /// The registered redirect URI.
    pub(super) redirect_uri: Option<String>,
    pub(super) secret_file: Option<PathBuf>,
    pub(super) auth_method: Option<ClientAuthMethod>,
    /// The registration, if the program has made it.
    pub(super) dynamic: Option<DynamicClient>,
    /// Whether the registration was made for an earlier sign-in.
    pub(super) is_remembered: bool,
}

/// The choice of a client.
pub(super) struct ClientChoice<'a> {
    pub(super) context: &'a Context,
    pub(super) server: &'a AuthorizationServer,
    /// The profile of the resource.
    pub(super) old: Option<&'a Profile>,
    pub(super) flow: Flow,
    /// The typed URL of the document that describes the client.
    pub(super) client_id_url: Option<&'a str>,
    /// The typed redirect URI.
    pub(super) redirect_uri: Option<&'a str>,
    pub(super) scopes: &'a ScopeSet,
}

impl ClientChoice<'_> {
    /// Returns the client: the typed or saved one, the one that a document describes, the one that was registered for
    /// this issuer, or a new one. With `anew`, a registration of the program is not used again.
    pub(super) fn choose(&self, anew: bool) -> Result<ResourceClient, Failure> {
        if let Some(client_id) = &self.context.settings.client_id {
            return Ok(ResourceClient { client_id: client_id.clone(), ..ResourceClient::default() });
        }
        let saved = self.old.filter(|old| self.is_of_server(old) && old.dynamic_client.is_none());
        let saved = saved.and_then(|old| old.client_id.as_deref());
        match (self.client_id_url, saved) {
            (Some(url), _) if self.server.accepts_client_id_metadata_documents => {
                return Ok(ResourceClient { client_id: url.to_owned(), ..ResourceClient::default() });
            }
            (None, Some(client_id)) => {
                return Ok(ResourceClient { client_id: client_id.to_owned(), ..ResourceClient::default() });
            }
            _ => {}
        }
        if !self.flow.needs_person() && self.flow != Flow::ManagedIdentity {
            return Err(Failure::new(Exit::Config, "an application needs --client-id").try_with("--client-id", "ID"));
        }
        if let Some(client) = self.remembered().filter(|_| !anew) {
            return Ok(client);
        }
        let Some(endpoint) = &self.server.registration else {
            return Err(self.no_registration());
        };
        self.register(endpoint)
    }

    fn no_registration(&self) -> Failure {
        let server = self.server.authority.url();
        let mut message = format!("{server} registers no clients by itself: register one there, and name it");
        if self.server.accepts_client_id_metadata_documents && self.client_id_url.is_none() {
            message.push_str(" (or the URL of a client metadata document, with --client-id-url)");
        }
        Failure::new(Exit::Config, message).try_with("--client-id", "ID")
    }

    fn is_of_server(&self, profile: &Profile) -> bool {
        let authority = self.server.authority.url().to_owned();
        is_same_authority(profile.authority.as_ref(), Some(&authority))
    }

    /// Returns the client that the program has registered at this server, for this or another resource.
    fn remembered(&self) -> Option<ResourceClient> {
        let saved = profiles::saved_names().ok()?.into_iter().filter_map(|name| profiles::load_saved(&name).ok()?);
        self.old.cloned().into_iter().chain(saved).find_map(|profile| self.remembered_in(&profile))
    }

    fn remembered_in(&self, profile: &Profile) -> Option<ResourceClient> {
        let dynamic = profile.dynamic_client.as_ref().filter(|_| self.is_of_server(profile))?;
        let issuer = self.server.endpoints.issuer.as_ref();
        let is_expired = dynamic.expires_at.is_some_and(|expiry| expiry <= self.context.clock.now().0);
        if is_expired
            || profile.client_id.as_ref() != Some(&dynamic.client_id)
            || profile.learned.issuer.as_ref() != issuer
        {
            return None;
        }
        let redirect_uri = match (self.flow, &profile.redirect_uri) {
            // Most servers compare the port, which another program may have taken.
            (Flow::Browser, Some(uri)) => {
                let is_typed = self.redirect_uri.is_none_or(|typed| typed == uri);
                Some(uri.clone()).filter(|uri| is_typed && LoopbackListener::bind(uri).is_ok()).map(Some)?
            }
            (Flow::Browser, None) => return None,
            (_, uri) => uri.clone(),
        };
        Some(ResourceClient {
            client_id: dynamic.client_id.clone(),
            redirect_uri,
            secret_file: profile.client_secret_file.clone(),
            auth_method: profile.client_auth_method,
            dynamic: Some(dynamic.clone()),
            is_remembered: true,
        })
    }

    fn register(&self, endpoint: &Endpoint) -> Result<ResourceClient, Failure> {
        let uri = self.redirect_uri.unwrap_or(REDIRECT_URI);
        let listener = LoopbackListener::bind(uri).map_err(|error| {
            Failure::new(Exit::Config, format!("cannot listen at {uri}: {error}")).try_with("--redirect-port", "PORT")
        })?;
        let redirect_uri = listener.redirect_uri().to_owned();
        drop(listener);
        let mut grant_types = vec!["authorization_code", "refresh_token"];
        grant_types.extend(self.server.endpoints.device_authorization.as_ref().map(|_| DEVICE_CODE_GRANT_TYPE));
        let message = RegistrationRequest {
            endpoint,
            client_name: "tokcache",
            redirect_uris: std::slice::from_ref(&redirect_uri),
            grant_types: &grant_types,
            token_endpoint_auth_method: self.auth_method_to_register()?,
            scopes: self.scopes,
        };
        let register = |message: &RegistrationRequest<'_>| register_client(self.context.network(), message).block_on();
        let client = match register(&message) {
            // Some servers do not accept the scopes of their resources here.
            Err(AcquireError::Denied(refusal))
                if refusal.error.as_str() == "invalid_client_metadata" && !self.scopes.is_empty() =>
            {
                register(&RegistrationRequest { scopes: &ScopeSet::default(), ..message })
            }
            outcome => outcome,
        };
        let client = client.map_err(|error| {
            let server = plain(self.server.authority.url());
            let failure = self.context.failure(error, self.scopes);
            failure.saying_more(&format!("; {server} did not register a client")).try_with("--client-id", "ID")
        })?;
        let client_id = client.client_id.to_string();
        let auth_method = match client.token_endpoint_auth_method.as_str() {
            "client_secret_basic" => Some(ClientAuthMethod::ClientSecretBasic),
            "client_secret_post" => Some(ClientAuthMethod::ClientSecretPost),
            _ => None,
        };
        let secret = client.client_secret.as_ref().filter(|_| auth_method.is_some());
        let secret_file =
            secret.map(|secret| secret_file::save(self.server.authority.url(), &client_id, secret)).transpose()?;
        tell(plain(&format!("Registered a client at {}.", self.server.authority.url())));
        let expires_at = client.client_secret_expires_at.map(|expiry| expiry.0).filter(|_| secret_file.is_some());
        Ok(ResourceClient {
            dynamic: Some(DynamicClient { client_id: client_id.clone(), expires_at }),
            client_id,
            redirect_uri: Some(redirect_uri),
            secret_file,
            auth_method,
            is_remembered: false,
        })
    }

    /// Returns the method to register: none if the server takes public clients.
    fn auth_method_to_register(&self) -> Result<&'static str, Failure> {
        let Some(methods) = &self.server.token_endpoint_auth_methods else { return Ok("none") };
        let known = ["none", "client_secret_basic", "client_secret_post"];
        known.into_iter().find(|method| methods.iter().any(|own| own == method)).ok_or_else(|| {
            let message = format!(
                "{} takes none of the ways in which a registered client could authenticate: {}",
                self.server.authority.url(),
                methods.join(", ")
            );
            Failure::new(Exit::Config, message).try_with("--client-id", "ID")
        })
    }
}

/// Returns how to send the secret of a client that a person has registered, if the server does not take the default.
pub(super) fn auth_method_of(server: &AuthorizationServer) -> Option<ClientAuthMethod> {
    let has = |method: &str| match &server.token_endpoint_auth_methods {
        Some(methods) => methods.iter().any(|own| own == method),
        // The default of RFC 8414 §2.
        None => method == "client_secret_basic",
    };
    (!has("client_secret_post") && has("client_secret_basic")).then_some(ClientAuthMethod::ClientSecretBasic)
}
