//! The settings that a sign-in for a resource has found out.

use tokcache_core::oauth::{Endpoints, ResourceUrl};

use crate::cli::hosts::Target;
use crate::cli::settings::profile_format::{DynamicClient, EndpointNames, Learned, Profile};

/// The settings that a sign-in for a resource has found out.
#[derive(Clone, Debug)]
pub(in crate::cli) struct ResourceSettings {
    /// The resource.
    pub(in crate::cli) url: ResourceUrl,
    /// The URL of the authorization server.
    pub(in crate::cli) authority: String,
    /// The endpoints of the authorization server.
    pub(in crate::cli) endpoints: Endpoints,
    /// The client, if the program has registered it.
    pub(in crate::cli) dynamic_client: Option<DynamicClient>,
    /// Whether the client may be unknown to the server by now.
    pub(in crate::cli) is_client_remembered: bool,
}

impl ResourceSettings {
    /// Saves the settings in the profile.
    pub(in crate::cli) fn apply(&self, profile: &mut Profile) {
        profile.protected_resource = Some(self.url.to_string());
        profile.dynamic_client.clone_from(&self.dynamic_client);
        profile.learned = self.learned();
        if profile.hosts.is_empty() {
            // `curl` and `proxy` send the token to no other host.
            profile.hosts.extend(Target::parse(self.url.as_str()).ok().map(|target| target.pattern()));
        }
    }

    /// Returns the facts about the authorization server.
    pub(in crate::cli) fn learned(&self) -> Learned {
        Learned {
            authority: Some(self.authority.clone()),
            issuer: self.endpoints.issuer.clone(),
            endpoints: EndpointNames::of(&self.endpoints),
            ..Learned::default()
        }
    }
}
