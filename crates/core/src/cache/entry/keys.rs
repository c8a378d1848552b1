//! Keys as MSAL Python makes them up. They are written so that other libraries find an entry at once; nothing is
//! ever read from one.

use super::fields::Fields;
use crate::cache::Grant;
use crate::types::ScopeSet;

/// A key in both spellings.
pub(in crate::cache) struct Key {
    /// As Python writes it.
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

    /// Whether an access token stands under the key that MSAL Python and tokcache would give it, and so was written by
    /// one of them: MSAL Node ends its keys in another way.
    pub(in crate::cache) fn is_pythons_access_token(key: &str, fields: &Fields<'_>) -> bool {
        let text = |name| fields.lenient(name).unwrap_or_default();
        let (owner, environment) = (text("home_account_id"), text("environment"));
        let (client_id, realm) = (text("client_id"), text("realm"));
        let target = ScopeSet::parse(&text("target")).to_target();
        let pythons = format!("{owner}-{environment}-AccessToken-{client_id}-{realm}-{target}");
        key.to_lowercase() == pythons.to_lowercase()
    }

    /// Without the realm: a user's refresh token serves all of them.
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

    /// Of a client's metadata: alone among them it keeps the client id's case.
    pub(in crate::cache) fn app_metadata(grant: &Grant) -> Self {
        let key = format!("appmetadata-{}-{}", grant.issuer.environment(), grant.client_id);
        Key { pythons: key.clone(), unfolded: key }
    }

    fn folded(unfolded: String) -> Self {
        Key { pythons: unfolded.to_lowercase(), unfolded }
    }

    /// The key as Python writes it and, should an entry that is not this one stand there, other ones: Python's
    /// keys are the same for users whose ids differ by case only.
    pub(in crate::cache) fn candidates(self) -> impl Iterator<Item = String> {
        let Key { pythons, unfolded } = self;
        let numbered = unfolded.clone();
        [pythons, unfolded].into_iter().chain((2..).map(move |number: u64| format!("{numbered}-{number}")))
    }
}

fn owner(grant: &Grant) -> &str {
    grant.owner.home_account_id().unwrap_or_default()
}
