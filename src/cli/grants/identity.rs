//! `--flow identity-assertion`: the identity provider of a company vouches for the user (cross-app access).

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use pollster::FutureExt as _;
use tokcache_core::acquire::{AuthenticationResult, ClientApplication, IdentityProvider, SilentRequest};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::RequestError;
use tokcache_core::secret::{SecurityToken, UserAssertion};
use tokcache_core::types::ScopeSet;
use tokcache_file::platform;

use crate::cli::context::Context;
use crate::cli::secrets::passphrase::PromptPolicy;
use crate::cli::settings::Settings;
use crate::cli::settings::credential_flags::CredentialFlags;
use crate::cli::settings::profile_format::Profile;
use crate::cli::settings::values::{LONGEST_TOKEN, token_line};
use crate::cli::{Exit, Failure};

/// The identity provider, by the profile of its client.
struct ProfileOfUser<'a> {
    settings: Settings,
    /// The file with the ID token, instead of a sign-in with the profile.
    file: Option<PathBuf>,
    resource: Option<&'a str>,
    scopes: &'a ScopeSet,
    /// Why there is no assertion.
    failure: Mutex<Option<Failure>>,
}

impl Context {
    /// Returns a token for the user whom the identity provider of the profile vouches for.
    pub(super) fn token_by_assertion(
        &self,
        profile: &Profile,
        client: &ClientApplication<'_>,
        request: &SilentRequest,
    ) -> Result<AuthenticationResult, Failure> {
        let name = profile.identity_profile.clone().ok_or_else(no_identity)?;
        let resource = request.parameters.iter().find(|(name, _)| name == "resource");
        let identity = ProfileOfUser {
            settings: Settings {
                profile: Some(name),
                protected_resource: None,
                authority: None,
                authority_kind: None,
                client_id: None,
                account: None,
                flow: None,
                folder: None,
                tenant: None,
                // The credential is that of the other client.
                credential: CredentialFlags::default(),
                ignores_credential_variables: true,
                ..self.settings.clone()
            },
            file: profile.identity_token_file.clone(),
            resource: resource.map(|(_, resource)| resource.as_str()),
            scopes: &request.scopes,
            failure: Mutex::default(),
        };
        let outcome = client.acquire_token_by_identity_assertion(&identity, request).block_on();
        let of_identity = identity.failure.lock().ok().and_then(|mut failure| failure.take());
        outcome.map_err(|error| of_identity.unwrap_or_else(|| self.failure(error, &request.scopes)))
    }
}

fn no_identity() -> Failure {
    let message = "an identity assertion needs the profile of the identity provider";
    Failure::new(Exit::Config, message).try_tokcache(["login", "--identity-profile", "NAME"])
}

impl ProfileOfUser<'_> {
    fn request(&self, audience: &str) -> Result<Result<UserAssertion, RequestError>, Failure> {
        let context = Context::new(&self.settings, PromptPolicy::never())?;
        let registration = context.registration()?;
        let profile = context.profile.clone().unwrap_or_default();
        let request = SilentRequest {
            scopes: profile.scopes.iter().map(String::as_str).collect(),
            account: context.account(),
            parameters: profile.parameters.clone().into_iter().collect(),
            ..SilentRequest::default()
        };
        let client = context.client_of(registration, request.account.as_deref());
        let client = client.map_err(|error| context.failure(error, &request.scopes))?;
        let id_token = match &self.file {
            Some(file) => read(file)?,
            None => {
                let id_token = client.acquire_id_token(&request).block_on();
                let id_token = id_token.map_err(|error| context.failure(error, &request.scopes));
                SecurityToken::new(id_token.map_err(|failure| of_profile(failure, &self.settings))?.expose())
            }
        };
        Ok(client.request_identity_assertion(&id_token, audience, self.resource, self.scopes).block_on())
    }
}

/// Suggests the sign-in at the identity provider.
fn of_profile(failure: Failure, settings: &Settings) -> Failure {
    let profile = settings.profile.clone().unwrap_or_default();
    failure.try_shell(crate::output::command_line(["tokcache", "login", "--profile", &profile]))
}

impl IdentityProvider for ProfileOfUser<'_> {
    /// Blocks.
    fn assertion<'a>(&'a self, audience: &'a str) -> BoxFuture<'a, Result<UserAssertion, RequestError>> {
        Box::pin(async move {
            self.request(audience).unwrap_or_else(|failure| {
                let message = failure.to_string();
                if let Ok(mut kept) = self.failure.lock() {
                    *kept = Some(failure);
                }
                Err(RequestError::Misconfigured { message })
            })
        })
    }
}

/// Reads an ID token. The errors do not repeat it.
fn read(file: &Path) -> Result<SecurityToken, Failure> {
    let unusable = |why: String| {
        let message = format!("the ID token in {} cannot be used: {why}", file.display());
        Failure::new(Exit::Config, message).try_with("--identity-token-file", "PATH")
    };
    let bytes = platform::read_trusted(file, LONGEST_TOKEN).map_err(|error| unusable(error.to_string()))?;
    token_line(&zeroize::Zeroizing::new(bytes)).map(SecurityToken::new).map_err(unusable)
}
