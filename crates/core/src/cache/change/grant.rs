use crate::cache::Owner;
use crate::secret::{AccessToken, RawIdToken, RefreshToken};
use crate::types::{AuthorityType, ClientId, FamilyId, Issuer, Realm, ScopeSet};

/// A token response, in the terms of the cache.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The client that requested the tokens.
    pub client_id: ClientId,
    /// The issuer of the tokens.
    pub issuer: Issuer,
    /// The authority's realm.
    pub realm: Realm,
    /// The other names of the authority's realm, under which other libraries store its access tokens. A refresh
    /// replaces those too.
    pub other_realms: Vec<Realm>,
    /// The owner of the tokens. On a refresh, this is the account's owner, whatever the response says.
    pub owner: Owner,
    /// The account, at a sign-in only. A refresh never creates an account, so that it cannot undo a concurrent
    /// sign-out.
    pub sign_in: Option<SignIn>,
    /// On a refresh, the current user name. An existing account is renamed.
    pub username: Option<String>,
    /// The access token.
    pub access_token: AccessToken,
    /// The token type as the server wrote it.
    pub token_type: String,
    /// The granted scopes. If the response does not name them, the requested ones.
    pub scopes: ScopeSet,
    /// The requested scopes, if some were not granted under their own names; otherwise empty.
    pub requested_scopes: ScopeSet,
    /// The requested scopes that were not granted under any name.
    pub scopes_not_granted: ScopeSet,
    /// The lifetime in seconds.
    pub expires_in: u64,
    /// Whether the lifetime is unknown. `expires_in` is then only a placeholder for the schema.
    pub is_lifetime_unknown: bool,
    /// Whether the user set `expires_in`, because the server sent none.
    pub is_lifetime_set: bool,
    /// The extended lifetime in seconds; `expires_in` if there is none.
    pub ext_expires_in: Option<u64>,
    /// The time until a refresh is recommended, in seconds.
    pub refresh_in: Option<u64>,
    /// The new refresh token. `None`: the redeemed one stays valid (RFC 6749 §6).
    pub refresh_token: Option<RefreshToken>,
    /// The family in the response, `foci`.
    pub family_id: Option<FamilyId>,
    /// The ID token. That of an application is not stored.
    pub id_token: Option<RawIdToken>,
    /// The refresh token that was redeemed for this response.
    pub spent: Option<RefreshToken>,
    /// The id of the key that the access token is bound to.
    pub key_id: Option<String>,
    /// The [`ext_cache_key`](fn@crate::cache::ext_cache_key) of the request's extra parameters.
    pub ext_cache_key: Option<String>,
    /// By how many seconds this machine's clock was ahead of the provider's at the response, if that is worth noting.
    pub clock_offset: Option<i64>,
}

impl Grant {
    /// Returns a grant of a bearer token for `expires_in` seconds, without a sign-in or other tokens.
    pub fn new(
        client_id: ClientId,
        issuer: impl Into<Issuer>,
        realm: Realm,
        owner: Owner,
        access_token: AccessToken,
        scopes: ScopeSet,
        expires_in: u64,
    ) -> Grant {
        Grant {
            client_id,
            issuer: issuer.into(),
            realm,
            other_realms: Vec::new(),
            owner,
            sign_in: None,
            username: None,
            access_token,
            token_type: "Bearer".to_owned(),
            scopes,
            requested_scopes: ScopeSet::default(),
            scopes_not_granted: ScopeSet::default(),
            expires_in,
            is_lifetime_unknown: false,
            is_lifetime_set: false,
            ext_expires_in: None,
            refresh_in: None,
            refresh_token: None,
            family_id: None,
            id_token: None,
            spent: None,
            key_id: None,
            ext_cache_key: None,
            clock_offset: None,
        }
    }
}

/// The account of a sign-in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// `oid`, else `sub`. Without either, the `uid` of the home account id is stored, because MSAL Node hides accounts
    /// without a local account id.
    pub local_account_id: Option<String>,
    /// The user name. May be empty.
    pub username: String,
    /// The type of the authority.
    pub authority_type: AuthorityType,
    /// The grant type that created the account.
    pub account_source: Option<String>,
}

/// The result of recording a grant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Recorded {
    /// Another process or a new sign-in has replaced the redeemed refresh token meanwhile. The replacement stays. The
    /// access token is stored unless it overlaps with another one.
    Overtaken,
    /// The account was signed out meanwhile. Nothing is stored.
    SignedOut,
    /// The grant is stored.
    Stored,
}
