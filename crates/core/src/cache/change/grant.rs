use crate::cache::Owner;
use crate::secret::{AccessToken, RawIdToken, RefreshToken};
use crate::types::{AuthorityType, ClientId, FamilyId, Issuer, Realm, ScopeSet};

/// What a token response means for the cache.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The client that asked.
    pub client_id: ClientId,
    /// Who has issued it.
    pub issuer: Issuer,
    /// The authority's realm.
    pub realm: Realm,
    /// The other realms that the authority goes by, where other libraries store its access tokens: a refresh supersedes
    /// those, too.
    pub other_realms: Vec<Realm>,
    /// Whose tokens these are. On a refresh the account's, whatever the response says or leaves out.
    pub owner: Owner,
    /// At sign-in only: a silent refresh never writes an account, so that a sign-out at the same time stands.
    pub sign_in: Option<SignIn>,
    /// On a refresh, what the user is called now. An account that is there is renamed.
    pub username: Option<String>,
    /// The access token.
    pub access_token: AccessToken,
    /// As the server wrote it.
    pub token_type: String,
    /// Granted, or where the response does not say, requested.
    pub scopes: ScopeSet,
    /// What was asked for, where not all of that was granted by its own name; else empty.
    pub requested_scopes: ScopeSet,
    /// What was asked for and not granted by any name.
    pub scopes_not_granted: ScopeSet,
    /// In seconds.
    pub expires_in: u64,
    /// Whether nobody knows the lifetime, so that `expires_in` is only what the schema wants a number for.
    pub is_lifetime_unknown: bool,
    /// Whether the user has set `expires_in`, as the server told none.
    pub is_lifetime_set: bool,
    /// In seconds; as `expires_in` where there is none.
    pub ext_expires_in: Option<u64>,
    /// In seconds.
    pub refresh_in: Option<u64>,
    /// The new one. `None`: the one that was spent stays valid (RFC 6749 §6).
    pub refresh_token: Option<RefreshToken>,
    /// The family that the response names: `foci`.
    pub family_id: Option<FamilyId>,
    /// The ID token. An application's is not kept.
    pub id_token: Option<RawIdToken>,
    /// The refresh token that bought this.
    pub spent: Option<RefreshToken>,
    /// The key that the access token is bound to.
    pub key_id: Option<String>,
    /// [`ext_cache_key`](fn@crate::cache::ext_cache_key) of the request's extra parameters.
    pub ext_cache_key: Option<String>,
}

impl Grant {
    /// A bearer token for `expires_in` seconds, with nothing beside it: no sign-in, no other token.
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
        }
    }
}

/// Who has signed in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// `oid`, else `sub`. Where there is none, the `uid` of the home account id is written: MSAL Node hides accounts
    /// without.
    pub local_account_id: Option<String>,
    /// May be empty.
    pub username: String,
    /// What kind of authority it was.
    pub authority_type: AuthorityType,
    /// The grant type that created the account.
    pub account_source: Option<String>,
}

/// What became of a grant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Recorded {
    /// The refresh token that bought it has been replaced meanwhile, by another process or a new sign-in. That one
    /// stays; the access token is stored where none overlaps with it.
    Overtaken,
    /// The account was signed out meanwhile: nothing is stored.
    SignedOut,
    /// It is stored.
    Stored,
}
