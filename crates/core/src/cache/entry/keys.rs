//! Keys in MSAL Python's format. They are written so that other libraries find an entry directly, and never parsed.

use super::fields::Fields;
use crate::cache::Grant;
use crate::types::ScopeSet;

/// A key in both spellings.
pub(in crate::cache) struct Key {
    /// The key as MSAL Python writes it.
    pythons: String,
    unfolded: String,
}

impl Key {
    pub(in crate::cache) fn access_token(grant: &Grant) -> Self {
        let (environment, Grant { client_id, realm, .. }) = (grant.issuer.environment(), grant);
        let target = grant.scopes.to_target();
        Key::folded(match &grant.ext_cache_key {
            None => format!("{}-{environment}-AccessToken-{client_id}-{realm}-{target}", owner(grant)),
            Some(digest) => format!("{}-{environment}-atext-{client_id}-{realm}-{target}-{digest}", owner(grant)),
        })
    }

    /// Whether an access token has the key of MSAL Python and tokcache, so that one of them wrote it. MSAL Node's keys
    /// end differently.
    pub(in crate::cache) fn is_pythons_access_token(key: &str, fields: &Fields<'_>) -> bool {
        let text = |name| fields.lenient(name).unwrap_or_default();
        let (owner, environment) = (text("home_account_id"), text("environment"));
        let (client_id, realm) = (text("client_id"), text("realm"));
        let target = ScopeSet::parse(&text("target")).to_target();
        let pythons = format!("{owner}-{environment}-AccessToken-{client_id}-{realm}-{target}");
        key.to_lowercase() == pythons.to_lowercase()
    }

    /// Returns the key of a refresh token. It has no realm, because a user's refresh token serves all realms.
    pub(in crate::cache) fn refresh_token(grant: &Grant) -> Self {
        let (environment, Grant { client_id, .. }) = (grant.issuer.environment(), grant);
        Key::folded(format!("{}-{environment}-RefreshToken-{client_id}--{}", owner(grant), grant.scopes.to_target()))
    }

    pub(in crate::cache) fn id_token(grant: &Grant) -> Self {
        let (environment, Grant { client_id, realm, .. }) = (grant.issuer.environment(), grant);
        Key::folded(format!("{}-{environment}-IdToken-{client_id}-{realm}-", owner(grant)))
    }

    pub(in crate::cache) fn account(grant: &Grant) -> Self {
        Key::folded(format!("{}-{}-{}", owner(grant), grant.issuer.environment(), grant.realm))
    }

    /// Returns the key of a client's metadata, the only key that keeps the case of the client id.
    pub(in crate::cache) fn app_metadata(grant: &Grant) -> Self {
        let key = format!("appmetadata-{}-{}", grant.issuer.environment(), grant.client_id);
        Key { pythons: key.clone(), unfolded: key }
    }

    fn folded(unfolded: String) -> Self {
        Key { pythons: unfolded.to_lowercase(), unfolded }
    }

    /// Returns the key as MSAL Python writes it, followed by alternatives in case another entry has it: Python's keys
    /// are equal for users whose ids differ only in case.
    pub(in crate::cache) fn candidates(self) -> impl Iterator<Item = String> {
        let Key { pythons, unfolded } = self;
        let numbered = unfolded.clone();
        [pythons, unfolded].into_iter().chain((2..).map(move |number: u64| format!("{numbered}-{number}")))
    }
}

fn owner(grant: &Grant) -> &str {
    grant.owner.home_account_id().unwrap_or_default()
}
