//! `--for`: a protected resource, such as an MCP server, that is known by its URL alone.
//!
//! A resource has a profile of its own, named after its URL. `login` saves the authorization server that the
//! resource trusts and a client there in the profile. From then on, every command works as with any profile.

mod settings;

use tokcache_core::oauth::ResourceUrl;

use super::settings::profile_format::Profile;
use super::settings::{Settings, resource_name};
use super::{Exit, Failure};

pub(super) use settings::ResourceSettings;

/// Selects the profile of the resource, unless a profile was typed.
pub(super) fn select(settings: Settings) -> Settings {
    match &settings.protected_resource {
        Some(url) if settings.profile.is_none() => Settings { profile: Some(resource_name::of(url)), ..settings },
        _ => settings,
    }
}

/// Whether somebody has signed in for the resource, or for another one of the same server.
///
/// # Errors
/// The profile of the resource cannot be read.
#[cfg(feature = "serve")]
pub(super) fn is_known(url: &ResourceUrl) -> Result<bool, Failure> {
    use super::hosts::Target;
    use super::profiles;
    if profiles::load(&resource_name::of(url))?.is_some() {
        return Ok(true);
    }
    let server = Target::parse(url.as_str());
    let is_of_server = |name: &String| {
        let saved = profiles::load_saved(name).ok().flatten().and_then(|profile| profile.protected_resource);
        saved.is_some_and(|saved| server.is_ok() && Target::parse(&saved) == server)
    };
    Ok(profiles::saved_names()?.iter().any(is_of_server))
}

/// The error for a resource without a sign-in.
pub(super) fn not_signed_in(url: &ResourceUrl) -> Failure {
    Failure::new(Exit::InteractionRequired, format!("nobody has signed in for {url}")).try_tokcache(["login"])
}

/// Refuses a profile that is for something else.
pub(super) fn ensure_for(url: &ResourceUrl, name: &str, profile: &Profile) -> Result<(), Failure> {
    if profile.protected_resource.as_deref() == Some(url.as_str()) {
        return Ok(());
    }
    let own = profile.protected_resource.as_ref().map(|own| format!(" but for {own}")).unwrap_or_default();
    let message = format!("the profile {name:?} is not for {url}{own}");
    Err(Failure::new(Exit::Config, message).try_without_value("--profile"))
}

impl Profile {
    /// Returns the value of `resource` in the requests of this profile, if the protected resource has named its
    /// authorization server. The account and the refresh token are for this resource alone then.
    pub(super) fn bound_resource(&self) -> Option<String> {
        self.protected_resource.as_ref()?;
        self.parameters.get("resource").cloned()
    }
}
