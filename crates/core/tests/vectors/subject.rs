//! The client, user and scopes of a query, a grant or a removal.

use std::time::Duration;

use serde::Deserialize;
use tokcache_core::cache::{
    AccessTokenQuery, AccountRemoval, Grant, MinValid, Owner, RefreshTokenQuery, RemovalScope, SignIn,
};
use tokcache_core::secret::{AccessToken, RawIdToken, RefreshToken};
use tokcache_core::types::{AuthorityType, ClientId, Environment, FamilyId, HomeAccountId, Realm, ScopeSet};

/// The client, user and scopes; the defaults are those of the usual user.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Subject {
    pub(crate) client_id: String,
    pub(crate) environment: String,
    pub(crate) realms: Vec<String>,
    /// `null` for the application itself.
    pub(crate) home_account_id: Option<String>,
    pub(crate) scopes: String,
    /// The requested scopes, if some were not granted under their own names.
    pub(crate) requested_scopes: String,
    pub(crate) scopes_not_granted: String,
    pub(crate) key_id: Option<String>,
    pub(crate) ext_cache_key: Option<String>,
    /// The required validity in seconds.
    pub(crate) min_valid: Option<u64>,
    pub(crate) access_token: String,
    pub(crate) token_type: String,
    pub(crate) expires_in: u64,
    pub(crate) ext_expires_in: Option<u64>,
    pub(crate) refresh_in: Option<u64>,
    pub(crate) refresh_token: Option<String>,
    pub(crate) family_id: Option<String>,
    pub(crate) id_token: Option<String>,
    pub(crate) spent: Option<String>,
    pub(crate) sign_in: bool,
    pub(crate) local_account_id: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) authority_type: Option<String>,
    pub(crate) account_source: Option<String>,
}

impl Default for Subject {
    fn default() -> Self {
        Subject {
            client_id: "client".to_owned(),
            environment: "login.microsoftonline.com".to_owned(),
            realms: vec!["contoso".to_owned()],
            home_account_id: Some("uid.utid".to_owned()),
            scopes: "User.Read".to_owned(),
            requested_scopes: String::new(),
            scopes_not_granted: String::new(),
            key_id: None,
            ext_cache_key: None,
            min_valid: None,
            access_token: "NEW-AT".to_owned(),
            token_type: "Bearer".to_owned(),
            expires_in: 3600,
            ext_expires_in: None,
            refresh_in: None,
            refresh_token: None,
            family_id: None,
            id_token: None,
            spent: None,
            sign_in: false,
            local_account_id: None,
            username: None,
            authority_type: None,
            account_source: None,
        }
    }
}

impl Subject {
    fn owner(&self) -> Owner {
        self.home_account_id.as_ref().map_or(Owner::Application, |id| Owner::User(HomeAccountId::new(id)))
    }

    pub(crate) fn access_token_query(&self) -> AccessTokenQuery {
        AccessTokenQuery {
            client_id: ClientId::new(&self.client_id),
            issuer: Environment::new(&self.environment).into(),
            realms: self.realms.iter().map(Realm::new).collect(),
            owner: self.owner(),
            scopes: ScopeSet::parse(&self.scopes),
            key_id: self.key_id.clone(),
            ext_cache_key: self.ext_cache_key.clone(),
            lifetime: None,
            min_valid: self.min_valid.map_or(MinValid::Default, |left| MinValid::AtLeast(Duration::from_secs(left))),
        }
    }

    pub(crate) fn refresh_token_query(&self) -> RefreshTokenQuery {
        RefreshTokenQuery {
            client_id: ClientId::new(&self.client_id),
            issuer: Environment::new(&self.environment).into(),
            home_account_id: HomeAccountId::new(self.home_account_id.as_deref().unwrap()),
        }
    }

    pub(crate) fn removal(&self, everything: bool) -> AccountRemoval {
        AccountRemoval {
            home_account_id: HomeAccountId::new(self.home_account_id.as_deref().unwrap_or("nobody")),
            issuer: Environment::new(&self.environment).into(),
            scope: if everything {
                RemovalScope::Everything
            } else {
                RemovalScope::ClientAndFamily(ClientId::new(&self.client_id))
            },
        }
    }

    pub(crate) fn grant(&self) -> Grant {
        Grant {
            client_id: ClientId::new(&self.client_id),
            issuer: Environment::new(&self.environment).into(),
            realm: Realm::new(&self.realms[0]),
            other_realms: self.realms[1..].iter().map(Realm::new).collect(),
            owner: self.owner(),
            username: None,
            sign_in: self.sign_in.then(|| SignIn {
                local_account_id: self.local_account_id.clone(),
                username: self.username.clone().unwrap_or_default(),
                authority_type: match self.authority_type.as_deref() {
                    Some("ADFS") => AuthorityType::Adfs,
                    _ => AuthorityType::Mssts,
                },
                account_source: self.account_source.clone(),
            }),
            access_token: AccessToken::new(&self.access_token),
            token_type: self.token_type.clone(),
            scopes: ScopeSet::parse(&self.scopes),
            requested_scopes: ScopeSet::parse(&self.requested_scopes),
            scopes_not_granted: ScopeSet::parse(&self.scopes_not_granted),
            is_lifetime_unknown: false,
            is_lifetime_set: false,
            expires_in: self.expires_in,
            ext_expires_in: self.ext_expires_in,
            refresh_in: self.refresh_in,
            refresh_token: self.refresh_token.as_ref().map(RefreshToken::new),
            family_id: self.family_id.as_ref().map(FamilyId::new),
            id_token: self.id_token.as_ref().map(RawIdToken::new),
            spent: self.spent.as_ref().map(RefreshToken::new),
            key_id: self.key_id.clone(),
            ext_cache_key: self.ext_cache_key.clone(),
            clock_offset: None,
        }
    }
}
