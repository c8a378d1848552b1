//! Determines the authority and the client that a command uses.

use tokcache_core::acquire::Registration;
use tokcache_core::oauth::{Authority, AuthorityKind};
use tokcache_core::types::{ClientId, Realm, ScopeSet};

use super::Context;
use crate::cli::profiles::{self, EndpointNames, Learned, Profile};
use crate::cli::settings::Settings;
use crate::cli::settings::profile_format::{Flow, KindOfAuthority};
use crate::cli::settings::values::is_same_authority;
use crate::cli::{Exit, Failure, environment};

/// The selected authority, typed or from the profile.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::cli) struct Place<'p> {
    url: Option<&'p str>,
    kind: Option<KindOfAuthority>,
}

impl<'p> Place<'p> {
    pub(in crate::cli) fn new(url: Option<&'p str>, kind: Option<KindOfAuthority>) -> Self {
        Place { url, kind }
    }

    /// Returns the typed authority if there is one, else this one.
    pub(super) fn or_typed(self, settings: &'p Settings) -> Self {
        match settings.authority.as_deref() {
            // The kind belongs to the profile's authority, not to the typed one.
            Some(url) if Some(url) != self.url => Place::new(Some(url), settings.authority_kind),
            _ => Place::new(self.url, settings.authority_kind.or(self.kind)),
        }
    }

    /// Whether the authority expresses a resource as a scope. Assumed without an authority, since no request is sent
    /// then.
    pub(in crate::cli) fn is_at_microsoft(self) -> bool {
        let kind = |url| Authority::of_kind(url, None, self.kind.map(Into::into)).map(|authority| authority.kind());
        !matches!(self.url.map(kind), Some(Ok(AuthorityKind::Oidc)))
    }
}

impl Profile {
    /// Returns the authority of the profile.
    pub(in crate::cli) fn place(&self) -> Place<'_> {
        Place::new(self.authority.as_deref(), self.authority_kind)
    }

    /// Whether the selected authority is that of the profile.
    pub(super) fn is_of_authority(&self, settings: &Settings) -> bool {
        let typed = settings.authority.as_ref();
        typed.is_none() || is_same_authority(typed, self.authority.as_ref())
    }

    /// Whether the selected client is that of the profile.
    pub(in crate::cli) fn is_of_client(&self, settings: &Settings) -> bool {
        settings.client_id.is_none() || settings.client_id == self.client_id
    }

    /// Returns the names of the variables that hold secrets, which no browser inherits.
    pub(in crate::cli) fn secret_variables(&self) -> Vec<String> {
        let names = [&self.client_secret_variable, &self.client_certificate_password_variable];
        names.into_iter().flatten().cloned().collect()
    }
}

/// Returns the scope for all permissions at a resource. A slash at the end of the identifier belongs to it and is kept.
pub(super) fn default_scope(resource: &str) -> String {
    if resource.ends_with("/.default") { resource.to_owned() } else { format!("{resource}/.default") }
}

/// Returns the resource that a managed identity gets a token for, as the one scope of the request.
pub(in crate::cli) fn resource_of(scopes: &ScopeSet) -> Result<ScopeSet, Failure> {
    let mut scopes = scopes.iter();
    match (scopes.next(), scopes.next()) {
        (Some(scope), None) => Ok(ScopeSet::parse(scope.strip_suffix("/.default").unwrap_or(scope))),
        _ => {
            let message = "a managed identity gets a token for one resource";
            Err(Failure::new(Exit::Usage, message).try_tokcache(["token", "--resource", "RESOURCE"]))
        }
    }
}

/// Whether one request can ask for all `scopes` at `authority`. At Microsoft, `RESOURCE/.default` cannot be combined.
pub(in crate::cli) fn can_be_asked_together(scopes: &ScopeSet, authority: Place<'_>) -> bool {
    let scopes = scopes.of_resources();
    let is_default = |scope: &str| scope == ".default" || scope.ends_with("/.default");
    scopes.iter().count() < 2 || !scopes.iter().any(is_default) || !authority.is_at_microsoft()
}

impl Context {
    /// Returns the client and the authority that the settings select.
    pub(in crate::cli) fn registration(&self) -> Result<Registration, Failure> {
        let profile = self.profile.clone().unwrap_or_default();
        if self.is_managed_identity() {
            let of_profile = profile.client_id.filter(|_| profile.flow == Some(Flow::ManagedIdentity));
            let identity = self.settings.client_id.clone().or(of_profile);
            let identity = identity.map_or_else(environment::azure_client_id, |identity| Ok(Some(identity)))?;
            return Ok(Registration::managed_identity(identity.as_deref())?);
        }
        let authority = self.settings.authority.clone().or_else(|| profile.authority.clone());
        let client_id = self.settings.client_id.clone().or_else(|| profile.client_id.clone());
        // Endpoints belong to the authority that they were set for.
        let effective = if self.is_authority_of_profile() { profile } else { Profile::default() };
        let authority_kind = self.settings.authority_kind.or(effective.authority_kind);
        self.registration_of(&self.at_tenant(Profile { authority, authority_kind, client_id, ..effective })?)
    }

    /// Whether the selected authority is the profile's.
    pub(in crate::cli) fn is_authority_of_profile(&self) -> bool {
        match &self.profile {
            Some(profile) => profile.is_of_authority(&self.settings),
            None => self.settings.authority.is_none(),
        }
    }

    /// Returns the profile if the selected authority is its own. For another authority, its settings do not apply.
    pub(in crate::cli) fn profile_of_authority(&self) -> Option<&Profile> {
        self.profile.as_ref().filter(|_| self.is_authority_of_profile())
    }

    /// Returns the client and the authority that `profile` alone selects.
    pub(in crate::cli) fn registration_of(&self, profile: &Profile) -> Result<Registration, Failure> {
        let (Some(authority), Some(client_id)) = (&profile.authority, &profile.client_id) else {
            return Err(self.incomplete(profile));
        };
        let of_variable = |error| Failure::from(error).of_variable("TOKCACHE_AUTHORITY", &self.settings);
        let kind = profile.authority_kind.map(Into::into);
        let authority = Authority::of_kind(authority, None, kind).map_err(of_variable)?;
        let is_same =
            |other: &String| Authority::of_kind(other, None, kind).is_ok_and(|other| other.url() == authority.url());
        let learned = profile.learned.clone();
        let learned = if learned.authority.as_ref().is_some_and(is_same) { learned } else { Learned::default() };
        let wrong =
            |(flag, error)| Failure::new(Exit::Config, format!("{flag}: {error}")).try_tokcache(["login", flag, "URL"]);
        let endpoints = |names: &EndpointNames| names.parse().map_err(wrong);
        let mut endpoints = endpoints(&profile.endpoints)?.or(endpoints(&learned.endpoints)?.told_by_provider());
        endpoints.issuer = learned.issuer;
        Ok(Registration {
            authority,
            client_id: ClientId::new(client_id),
            endpoints,
            tenant: learned.tenant.map(Realm::new),
        })
    }

    /// Saves the new endpoints of a provider that has moved them.
    pub(in crate::cli) fn remember_moved(&self) {
        // The endpoints of a typed tenant are not those of the profile.
        let Some(endpoints) = self.observer.take_moved().filter(|_| self.settings.tenant.is_none()) else { return };
        self.learn(|learned| {
            if learned.authority.is_some() {
                learned.endpoints = EndpointNames::of(&endpoints);
            }
        });
    }

    /// Changes what the profile, if it is saved, has learned from the server. Errors are ignored: the next run asks again.
    pub(super) fn learn(&self, change: impl FnOnce(&mut Learned)) {
        let saved = profiles::update(&self.profile_name, self.settings.lock_timeout(), |profile| {
            let changed = profile.map(|mut profile| {
                let before = profile.learned.clone();
                change(&mut profile.learned);
                (profile.learned != before).then_some(profile)
            });
            Ok(changed.flatten())
        });
        if saved.is_err() {
            self.observer.note(|| "the profile could not be changed");
        }
    }

    fn incomplete(&self, profile: &Profile) -> Failure {
        let flags = [("--authority", &profile.authority, "URL"), ("--client-id", &profile.client_id, "ID")];
        let missing = flags.into_iter().filter(|(_, value, _)| value.is_none());
        let missing: Vec<_> = missing.map(|(flag, _, example)| (flag, example.to_owned())).collect();
        let names: Vec<_> = missing.iter().map(|(flag, _)| *flag).collect();
        let names_missing = names.join(" and ");
        if self.is_application() {
            let message = format!("a token of an application needs {names_missing}");
            return Failure::new(Exit::Usage, message).try_with_all(missing);
        }
        let words = missing.into_iter().flat_map(|(flag, example)| [flag.to_owned(), example]);
        let login = std::iter::once("login".to_owned()).chain(words);
        match &self.profile {
            _ if self.creating => {
                let login = login.chain(["--scope", "SCOPE"].map(str::to_owned));
                Failure::new(Exit::Usage, format!("signing in needs {names_missing}")).try_tokcache(login)
            }
            Some(_) => {
                let message = format!("the profile {:?} lacks {}", self.profile_name, names_missing);
                Failure::new(Exit::Config, message).try_tokcache(login)
            }
            None if profiles::saved_names().is_ok_and(|names| !names.is_empty()) => {
                let name = &self.profile_name;
                let message = format!("there is no profile {name:?}; without one this needs {names_missing}");
                Failure::new(Exit::InteractionRequired, message).try_shell("tokcache profile list")
            }
            None => {
                let message = format!("nobody has signed in; this needs {names_missing}");
                let scope = ["--scope", "SCOPE"].map(str::to_owned);
                Failure::new(Exit::InteractionRequired, message).try_tokcache(login.chain(scope))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_keeps_its_own_slash_and_is_never_asked_for_with_another() {
        for (resource, scope) in [
            ("https://graph.microsoft.com", "https://graph.microsoft.com/.default"),
            ("https://management.core.windows.net/", "https://management.core.windows.net//.default"),
            ("https://graph.microsoft.com/.default", "https://graph.microsoft.com/.default"),
        ] {
            assert_eq!(default_scope(resource), scope);
        }
        let entra = Place::new(Some("https://login.microsoftonline.com/t"), None);
        let together = |scopes: &str, authority| can_be_asked_together(&ScopeSet::parse(scopes), authority);
        assert!(together("https://r/.default openid offline_access", entra));
        assert!(together("https://r/a https://r/b", entra));
        assert!(!together("https://r/.default https://s/.default", entra));
        assert!(!together("https://r/.default https://r/a", entra));
        assert!(together("https://r/.default https://s/.default", Place::new(Some("https://idp.example.com"), None)));
    }
}
