//! `--flow auto`: chooses the flow by what the environment offers, in a fixed order and without a request.

use crate::cli::settings::Settings;
use crate::cli::settings::credential_flags::CredentialFlags;
use crate::cli::settings::profile_format::{Flow, Profile};
use crate::cli::{Failure, client_credential, environment};

/// The flow in use, and the reason.
pub(super) struct Choice {
    pub(in crate::cli) flow: Flow,
    /// The settings of the flow, if they do not come from the profile.
    pub(in crate::cli) profile: Option<Profile>,
    pub(in crate::cli) reason: &'static str,
}

/// Chooses the flow: an application with a credential, else a managed identity, else a person who has signed in.
pub(in crate::cli) fn choose(settings: &Settings, profile: Option<&Profile>) -> Result<Choice, Failure> {
    let has_own = profile.is_some_and(|profile| CredentialFlags::of_profile(profile).names_credential());
    if has_own || client_credential::is_named(settings)? {
        let reason = "the settings name a credential of the client";
        return Ok(Choice { flow: Flow::ClientCredentials, profile: None, reason });
    }
    let is_typed = settings.authority.is_some() || settings.client_id.is_some();
    if let Some(application) = environment::azure_application()?.filter(|_| !is_typed) {
        let own = profile.cloned().unwrap_or_default();
        let application = Profile {
            store: own.store,
            encrypt: own.encrypt,
            key_cache: own.key_cache,
            ca_file: own.ca_file,
            ..application
        };
        let reason = "the AZURE_ variables describe an application";
        return Ok(Choice { flow: Flow::ClientCredentials, profile: Some(application), reason });
    }
    if environment::has_managed_identity() {
        let reason = "the platform has a service for managed identities";
        return Ok(Choice { flow: Flow::ManagedIdentity, profile: None, reason });
    }
    let reason = "no credential and no managed identity is here, so a person has to sign in";
    Ok(Choice { flow: Flow::Device, profile: None, reason })
}
