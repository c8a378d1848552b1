//! The list of APIs and scopes that programs may get tokens for.

use crate::cli::context::Context;
use crate::cli::context::scopes::Scopes;
use crate::cli::{Exit, Failure};

/// The list, as typed or from the profile.
#[derive(Debug)]
pub(super) struct Allowed {
    resources: Vec<String>,
    scopes: Vec<String>,
}

impl Allowed {
    /// Returns the typed list; if nothing was typed, the scopes of the profile.
    pub(super) fn new(resources: &[String], scopes: &[String], context: &Context) -> Result<Self, Failure> {
        if let Some((flag, value)) = [("--resource", resources), ("--scope", scopes)]
            .into_iter()
            .find_map(|(flag, values)| values.iter().any(|value| value.trim().is_empty()).then_some((flag, "URL")))
        {
            return Err(Failure::new(Exit::Usage, format!("the value of {flag} is empty")).try_with(flag, value));
        }
        let scopes: Vec<String> =
            scopes.iter().flat_map(|scopes| scopes.split_whitespace()).map(str::to_owned).collect();
        let scopes = match resources.is_empty() && scopes.is_empty() {
            true => context.scopes(&Scopes::default())?.iter().map(str::to_owned).collect(),
            false => scopes,
        };
        Ok(Allowed { resources: resources.to_vec(), scopes })
    }

    /// Returns what one token can be requested for, for each entry of the list.
    pub(super) fn all(&self) -> Vec<Scopes> {
        let mut names: Vec<&str> = self.resources.iter().map(String::as_str).collect();
        for scope in &self.scopes {
            let resource = resource_of(scope);
            if !names.iter().any(|name| is_same(name, resource)) {
                names.push(resource);
            }
        }
        names.into_iter().filter_map(|name| self.scopes_for(name)).collect()
    }

    /// Returns what to request for a resource, as a program names it. `None` if it is not in the list.
    pub(super) fn scopes_for(&self, resource: &str) -> Option<Scopes> {
        let of_resource = |scope: &&String| is_same(resource_of(scope), resource) || *scope == resource;
        let scopes: Vec<String> = self.scopes.iter().filter(of_resource).cloned().collect();
        if !scopes.is_empty() {
            return Some(Scopes { scopes, ..Scopes::default() });
        }
        let is_listed = self.resources.iter().any(|listed| is_same(listed, resource));
        is_listed.then(|| Scopes { resource: Some(resource.to_owned()), ..Scopes::default() })
    }
}

/// Returns the resource in the name of a scope, as at Microsoft: `https://vault.azure.net` in
/// `https://vault.azure.net/.default`. A scope without a slash stands for itself.
fn resource_of(scope: &str) -> &str {
    match scope.rsplit_once('/') {
        Some((resource, _)) if resource.contains(':') && !resource.ends_with(":/") => resource,
        Some((resource, ".default")) => resource,
        _ => scope,
    }
}

/// Whether two names are of the same resource. Programs add a slash, or leave it out.
fn is_same(one: &str, other: &str) -> bool {
    let bare = |name| str::strip_suffix(name, "/").unwrap_or(name);
    bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAPH: &str = "https://graph.microsoft.com";

    fn allowed(resources: &[&str], scopes: &[&str]) -> Allowed {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Allowed { resources: owned(resources), scopes: owned(scopes) }
    }

    fn requested(allowed: &Allowed, resource: &str) -> Option<(Vec<String>, Option<String>)> {
        allowed.scopes_for(resource).map(|scopes| (scopes.scopes, scopes.resource))
    }

    #[test]
    fn a_resource_is_requested_as_the_program_names_it() {
        let list = allowed(&["https://vault.azure.net"], &[]);
        for resource in ["https://vault.azure.net", "https://vault.azure.net/"] {
            assert_eq!(requested(&list, resource), Some((Vec::new(), Some(resource.to_owned()))));
        }
        for other in ["https://vault.azure.net.evil.example", "https://vault.azure.net/x", "https://vault", ""] {
            assert_eq!(requested(&list, other), None, "{other}");
        }
    }

    #[test]
    fn a_resource_gets_the_listed_scopes() {
        let (read, send) = ("https://graph.microsoft.com/User.Read", "https://graph.microsoft.com/Mail.Send");
        let list = allowed(&[], &[read, send, "api://x/.default", "api.read"]);
        assert_eq!(requested(&list, GRAPH), Some((vec![read.to_owned(), send.to_owned()], None)));
        assert_eq!(requested(&list, "api://x"), Some((vec!["api://x/.default".to_owned()], None)));
        assert_eq!(requested(&list, "api.read"), Some((vec!["api.read".to_owned()], None)));
        assert_eq!(requested(&list, "https:"), None);
        assert_eq!(requested(&list, "api:/"), None);
        assert_eq!(list.all().len(), 3);
    }
}
