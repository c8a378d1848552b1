//! Determines the scopes that a command requests.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use tokcache_core::acquire::IDENTITY;
use tokcache_core::types::ScopeSet;

use super::Context;
use super::registration::{Place, can_be_asked_together, default_scope, resource_of};
use crate::cli::failure::near::distance;
use crate::cli::settings::profile_format::{Flow, Profile};
use crate::cli::settings::values::duration;
use crate::cli::{Exit, Failure, environment};
use crate::output::{plain, tell};

/// The scopes that were typed, as scopes, resource or audience.
#[derive(clap::Args, Clone, Debug, Default)]
pub(in crate::cli) struct Scopes {
    /// A scope that the token must have; repeat the flag, or separate several scopes with spaces
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(in crate::cli) scopes: Vec<String>,

    /// The API that the token is for, as in RFC 8707; at Microsoft short for --scope RESOURCE/.default
    #[arg(long, value_name = "RESOURCE")]
    pub(in crate::cli) resource: Option<String>,

    /// The API that the token is for, at Auth0 and others; short for --param audience=AUDIENCE
    #[arg(long, value_name = "AUDIENCE")]
    pub(in crate::cli) audience: Option<String>,

    /// Another parameter for the provider; repeatable. A token is served only to requests with the same parameters
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    pub(in crate::cli) parameters: Vec<(String, String)>,

    /// How long to serve a token that has no lifetime [default: until it is revoked]
    #[arg(long, value_name = "DURATION", value_parser = lifetime)]
    pub(in crate::cli) lifetime: Option<Duration>,
}

/// Parameters that tokcache sets itself, that hold secrets, or that select a user rather than a token.
const RESERVED: [&str; 32] = [
    "actor_token",
    "assertion",
    "claims",
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_info",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "device_code",
    "grant_type",
    "id_token_hint",
    "key_id",
    "nonce",
    "password",
    "redirect_uri",
    "refresh_token",
    "req_cnf",
    "requested_token_use",
    "response_type",
    "scope",
    "state",
    "subject_token",
    "token",
    "token_type",
    "token_type_hint",
    "user_federated_identity_credential",
    "user_id",
    "username",
];

fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err("type NAME=VALUE".to_owned()),
    }
}

fn lifetime(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("it must be longer than 0".to_owned()),
        lifetime => Ok(lifetime),
    }
}

impl Scopes {
    /// Whether any of the flags was typed.
    pub(in crate::cli) fn is_any_given(&self) -> bool {
        !self.scopes.is_empty()
            || [&self.resource, &self.audience].into_iter().any(Option::is_some)
            || !self.parameters.is_empty()
            || self.lifetime.is_some()
    }

    /// Returns the typed scopes, split at blanks. An empty scope is an error: it comes from an unset variable, and must
    /// not select the default scopes. At a Microsoft `authority`, a resource becomes a scope.
    pub(in crate::cli) fn set(&self, authority: Place<'_>) -> Result<ScopeSet, Failure> {
        let is_blank = |text: &String| text.trim().is_empty();
        if self.scopes.iter().chain(&self.resource).any(is_blank) {
            let failure = Failure::new(Exit::Usage, "the scope is empty");
            return Err(match self.resource.as_ref().is_some_and(is_blank) {
                true => failure.try_with("--resource", "RESOURCE"),
                false => failure.try_with("--scope", "SCOPE"),
            });
        }
        // Checked here because clap's error would repeat the value.
        if let Some((name, _)) = self.parameters.iter().find(|(name, _)| RESERVED.contains(&name.as_str())) {
            let failure = Failure::new(Exit::Usage, format!("--param cannot set {name}"));
            return Err(failure.try_tokcache(["token", "--help"]));
        }
        match &self.resource {
            Some(_) if authority.is_at_microsoft() && !self.scopes.is_empty() => {
                let message =
                    "--resource is short for --scope RESOURCE/.default here, and cannot be combined with --scope";
                Err(Failure::new(Exit::Usage, message).try_without_value("--resource"))
            }
            Some(resource) if authority.is_at_microsoft() => Ok(ScopeSet::parse(&default_scope(resource))),
            _ => Ok(self.scopes.iter().flat_map(|scopes| scopes.split_whitespace()).collect()),
        }
    }

    /// Merges the typed parameters into the `remembered` ones. An empty value removes a parameter.
    pub(in crate::cli) fn parameters(
        &self,
        authority: Place<'_>,
        remembered: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let resource = self.resource.as_ref().filter(|_| !authority.is_at_microsoft());
        let short = [("resource", resource), ("audience", self.audience.as_ref())];
        let mut parameters = remembered.clone();
        parameters.extend(short.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.clone()))));
        parameters.extend(self.parameters.iter().cloned());
        parameters.retain(|name, value| !value.is_empty() && !RESERVED.contains(&name.as_str()));
        parameters
    }
}

impl Context {
    /// Returns the selected authority, typed or from the profile.
    pub(in crate::cli) fn authority(&self) -> Place<'_> {
        if self.is_managed_identity() {
            return Place::default();
        }
        let of_profile = self.profile.as_ref().map(Profile::place).unwrap_or_default();
        of_profile.or_typed(&self.settings)
    }

    /// Returns the typed parameters and those that the profile has for its authority.
    pub(in crate::cli) fn parameters(&self, typed: &Scopes) -> Vec<(String, String)> {
        if self.is_managed_identity() {
            // Not sent. The tokens of one machine are not those of another that shares the cache.
            return vec![("platform".to_owned(), environment::platform())];
        }
        let of_profile = self.profile_of_authority();
        if let Some(profile) = of_profile.filter(|_| self.flow == Some(Flow::IdentityAssertion)) {
            let parameters = typed.parameters(self.authority(), &profile.parameters);
            return parameters.into_iter().chain(identity_parameter(profile)).collect();
        }
        let none = BTreeMap::new();
        let remembered = of_profile.map_or(&none, |profile| &profile.parameters);
        if remembered.is_empty() && typed.resource.is_none() && typed.audience.is_none() && typed.parameters.is_empty()
        {
            return Vec::new();
        }
        typed.parameters(self.authority(), remembered).into_iter().collect()
    }

    /// Whether the profile disables `offline_access`.
    pub(in crate::cli) fn is_without_offline_access(&self) -> bool {
        self.profile_of_authority().is_some_and(|profile| profile.offline_access == Some(false))
    }

    /// Returns how long to serve a token without a lifetime: as typed, else as in the profile.
    pub(in crate::cli) fn lifetime(&self, typed: &Scopes) -> Result<Option<Duration>, Failure> {
        let remembered = self.profile_of_authority().and_then(|profile| profile.lifetime.as_deref());
        match (typed.lifetime, remembered) {
            (None, Some(text)) => lifetime(text).map(Some).map_err(|error| {
                let message = format!("the profile {:?} has a lifetime of {text:?}: {error}", self.profile_name);
                Failure::new(Exit::Config, message).try_tokcache(["login", "--lifetime", "30d"])
            }),
            (typed, _) => Ok(typed),
        }
    }

    /// Returns the typed scopes, else those of the profile.
    pub(in crate::cli) fn scopes(&self, typed: &Scopes) -> Result<ScopeSet, Failure> {
        let typed = typed.set(self.authority())?;
        let scopes = if typed.is_empty() { self.scopes_of_flow() } else { typed };
        if scopes.is_empty() && !self.is_for_bound_resource() {
            let message = "no scope was given, and the profile has none";
            return Err(Failure::new(Exit::Usage, message).try_with("--scope", "SCOPE"));
        }
        if self.is_managed_identity() { resource_of(&scopes) } else { Ok(scopes) }
    }

    /// Whether the parameters name the resource, so that a token without scopes is for something.
    fn is_for_bound_resource(&self) -> bool {
        self.profile_of_authority().is_some_and(|profile| profile.bound_resource().is_some())
    }

    /// Returns the command that signs in for these scopes. It includes the profile's scopes if they have the same
    /// authority and can be requested together.
    pub(in crate::cli) fn login_words(&self, scopes: &ScopeSet) -> Vec<String> {
        let remembered = if self.is_authority_of_profile() { self.remembered_scopes() } else { ScopeSet::default() };
        let all = remembered.union(scopes);
        // A sign-in into the memory store would be lost when its process ends.
        let is_kept = self.store.describe().url != "memory:";
        // `login` would move the profile to another tenant.
        let is_for_profile = is_kept && self.settings.tenant.is_none();
        let mut words: Vec<String> =
            if is_for_profile { vec!["login".into()] } else { vec!["token".into(), "--login".into()] };
        words.extend(self.settings.tenant.iter().flat_map(|tenant| ["--tenant".to_owned(), tenant.clone()]));
        if all != remembered {
            let together = |scopes: &ScopeSet| can_be_asked_together(scopes, self.authority());
            let first = || scopes.iter().take(1).collect();
            let asked = if together(&all) { all } else { Some(scopes.clone()).filter(together).unwrap_or_else(first) };
            words.extend(asked.iter().flat_map(|scope| ["--scope".to_owned(), scope.to_owned()]));
        }
        words
    }

    /// Warns about each unknown scope that is similar to a known one. It may still be correct, so the request is sent.
    pub(in crate::cli) fn warn_of_mistyped(&self, scopes: &ScopeSet) {
        if !self.is_authority_of_profile() {
            return;
        }
        let known = self.known_scopes();
        for scope in scopes.iter().filter(|scope| !known.contains(scope)) {
            if let Some(near) = nearest(scope, &known) {
                let message =
                    format!("warning: the scope {scope} is new here; did you mean {near}? Asking for {scope}.");
                tell(plain(&message));
            }
        }
    }

    /// Adds the likely intended scopes to a failure about a scope: those that were typed with commas between them, or a
    /// known one that is similar.
    pub(super) fn with_scope_meant(&self, failure: Failure, scopes: &ScopeSet) -> Failure {
        let known = self.known_scopes();
        let is_unknown = |scope: &&str| !known.contains(scope);
        let (mut meant, mut why) = (Vec::new(), None);
        for scope in scopes.iter() {
            if !is_unknown(&scope) {
                meant.push(scope);
            } else if scope.contains(',') {
                meant.extend(scope.split(',').filter(|part| !part.is_empty()));
                why = Some("separate scopes with spaces".to_owned());
            } else if let Some(near) = nearest(scope, &known) {
                meant.push(near);
                why = why.or_else(|| Some(format!("did you mean {near}?")));
            } else {
                meant.push(scope);
            }
        }
        match why {
            Some(why) => {
                let meant: ScopeSet = meant.into_iter().collect();
                failure.saying_more(&format!("; {why}")).try_with("--scope", meant.to_string())
            }
            None if self.was_refused_at_sign_in(scopes) => failure.without_advice(),
            None => failure,
        }
    }

    /// Whether the server refused one of the scopes at the sign-in, so that another sign-in would not help.
    fn was_refused_at_sign_in(&self, scopes: &ScopeSet) -> bool {
        let Ok(client_id) = self.registration().map(|registration| registration.client_id) else { return false };
        let Ok(cache) = self.store.load() else { return false };
        let own = cache.refresh_tokens().into_iter().filter(|entry| entry.client_id == client_id);
        own.into_iter().any(|entry| scopes.iter().any(|scope| entry.scopes_not_granted.contains(scope)))
    }

    /// Returns the scopes of the profile and of this client's tokens.
    pub(in crate::cli) fn known_scopes(&self) -> ScopeSet {
        let mut known = self.remembered_scopes();
        let Ok(client_id) = self.registration().map(|registration| registration.client_id) else { return known };
        let Ok(cache) = self.store.load() else { return known };
        for entry in cache.access_tokens().into_iter().filter(|entry| entry.client_id == client_id) {
            known = known
                .union(&entry.scopes)
                .union(&entry.requested_scopes.filtered(|scope| !entry.scopes_not_granted.contains(scope)));
        }
        for entry in cache.refresh_tokens().into_iter().filter(|entry| entry.client_id == client_id) {
            known = known.union(&entry.scopes);
        }
        known
    }

    /// Returns the scopes of the profile. A person's scopes are no resources of a managed identity.
    fn scopes_of_flow(&self) -> ScopeSet {
        let of_profile = self.profile.as_ref().and_then(|profile| profile.flow);
        let is_other = self.is_managed_identity() && of_profile != Some(Flow::ManagedIdentity);
        if is_other { ScopeSet::default() } else { self.remembered_scopes() }
    }

    fn remembered_scopes(&self) -> ScopeSet {
        self.profile.iter().flat_map(|profile| &profile.scopes).map(String::as_str).collect()
    }
}

/// Returns the known scope that was probably meant.
fn nearest<'k>(scope: &str, known: &'k ScopeSet) -> Option<&'k str> {
    let near = known.iter().filter_map(|own| Some((slips(scope, own)?, own)));
    near.min_by_key(|(slips, _)| *slips).map(|(_, own)| own)
}

/// Returns the number of typing errors between two scopes; `None` if they are different scopes. `a.read` and `b.read`
/// are different, and so are `v1` and `v2`: short words and numbers are assumed to be correct.
fn slips(one: &str, other: &str) -> Option<usize> {
    let parts =
        |scope: &str| -> Vec<String> { scope.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect() };
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (own, others) = (parts(one), parts(other));
    if digits(one) != digits(other) {
        return None;
    }
    // A separator may be missing.
    if own.len() != others.len() {
        return (one.len() >= 5 && distance(one, other) == 1).then_some(1);
    }
    own.iter().zip(&others).try_fold(0, |slips, (one, other)| {
        let tolerated = match one.len().min(other.len()) {
            0..3 => 0,
            3..7 => 1,
            _ => 2,
        };
        Some(slips + Some(distance(one, other)).filter(|distance| *distance <= tolerated)?)
    })
}

/// Returns the parameter that tells the tokens of this user from those of others.
pub(in crate::cli) fn identity_parameter(profile: &Profile) -> Option<(String, String)> {
    let name = profile.identity_profile.as_ref()?;
    let file = profile.identity_token_file.as_deref().unwrap_or(Path::new("")).to_string_lossy();
    Some((IDENTITY.to_owned(), format!("{name}\n{file}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::settings::profile_format::KindOfAuthority;

    #[test]
    fn a_slip_of_the_pen_is_near_and_another_scope_is_not() {
        let known = ScopeSet::parse("notes.read notes.write b.read");
        for (typed, meant) in [
            ("notes.raed", Some("notes.read")),
            ("note.read", Some("notes.read")),
            ("notes.writ", Some("notes.write")),
            ("b.rea", Some("b.read")),
            ("mail.send", None),
            ("c.read", None),
            ("b", None),
            ("notesread", Some("notes.read")),
            ("Notes.Read", Some("notes.read")),
        ] {
            assert_eq!(nearest(typed, &known), meant, "{typed}");
        }
    }

    #[test]
    fn a_parameter_that_is_not_for_the_user_to_set_is_refused() {
        for text in ["=x", "x", "a b=c"] {
            assert!(parameter(text).is_err(), "{text}");
        }
        for name in ["actor_token", "client_secret", "grant_type", "scope", "refresh_token", "subject_token"] {
            let parameters = vec![(name.to_owned(), "canary".to_owned())];
            let failure = Scopes { parameters, ..Scopes::default() }.set(Place::default()).unwrap_err();
            assert!(!format!("{failure:?}").contains("canary"), "{name}");
        }
        assert_eq!(parameter("prompt=a=b"), Ok(("prompt".to_owned(), "a=b".to_owned())));
    }

    #[test]
    fn a_resource_is_a_scope_at_microsoft_and_a_parameter_elsewhere() {
        let typed = Scopes { resource: Some("https://r".to_owned()), ..Scopes::default() };
        let at = |url, kind| Place::new(Some(url), kind);
        let (entra, other) = (at("https://login.microsoftonline.com/t", None), at("https://idp.example.com", None));
        let custom = at("https://login.example.com/t/v2.0", Some(KindOfAuthority::Ciam));
        assert_eq!(typed.set(custom).unwrap().to_string(), "https://r/.default");
        let none = BTreeMap::new();
        assert_eq!(typed.set(entra).unwrap().to_string(), "https://r/.default");
        assert!(typed.parameters(entra, &none).is_empty());
        assert!(typed.set(other).unwrap().is_empty());
        assert_eq!(typed.parameters(other, &none)["resource"], "https://r");
        let both = Scopes { scopes: vec!["a".to_owned()], ..typed };
        assert!(both.set(entra).is_err());
        assert_eq!(both.set(other).unwrap().to_string(), "a");
    }

    #[test]
    fn what_is_typed_beats_what_is_remembered_and_an_empty_value_takes_it_back() {
        let remembered =
            BTreeMap::from([("audience", "a"), ("prompt", "b")].map(|(k, v)| (k.to_owned(), v.to_owned())));
        let typed = Scopes {
            audience: Some("c".to_owned()),
            parameters: vec![("prompt".to_owned(), String::new())],
            ..Scopes::default()
        };
        let parameters = typed.parameters(Place::default(), &remembered);
        assert_eq!(parameters.into_iter().collect::<Vec<_>>(), [("audience".to_owned(), "c".to_owned())]);
    }
}
