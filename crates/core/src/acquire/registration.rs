//! A client as it is registered with an authorization server, and the realms that its tokens are cached under.

use crate::cache::Account;
use crate::oauth::{Authority, AuthorityKind, Endpoints};
use crate::types::{ClientId, Environment, Issuer, Realm};

/// A client as it is registered with an authorization server.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The authorization server.
    pub authority: Authority,
    /// The client.
    pub client_id: ClientId,
    /// Endpoints that were named by the user or learned at sign-in; what is missing is discovered when needed.
    pub endpoints: Endpoints,
    /// The tenant that the server named at sign-in, for authorities that name theirs by a domain.
    pub tenant: Option<Realm>,
}

impl Registration {
    /// Makes a registration whose endpoints are discovered.
    pub fn new(authority: Authority, client_id: ClientId) -> Self {
        Registration { authority, client_id, endpoints: Endpoints::default(), tenant: None }
    }

    /// Who issues the client's tokens.
    pub fn issuer(&self) -> Issuer {
        self.authority.issuer()
    }

    pub(super) fn environment(&self) -> Environment {
        self.authority.environment()
    }

    /// The realm that MSAL Python would store: the first path segment of the token endpoint, and the tenant's
    /// identifier where the authority names the tenant by a domain.
    pub(super) fn realm(&self, endpoints: &Endpoints, tenant: Option<&Realm>) -> Realm {
        let configured = self.authority.realm();
        // An authority without a path has no tenant, wherever its token endpoint is.
        let configured = match endpoints.realm() {
            Some(realm) if !configured.as_str().is_empty() => realm,
            _ => configured,
        };
        match tenant {
            Some(tenant) if self.authority.kind() == AuthorityKind::Entra && is_domain(&configured) => tenant.clone(),
            _ => configured,
        }
    }

    /// The realms that the authority itself goes by.
    pub(super) fn authority_realms(&self) -> Vec<Realm> {
        let configured = self.authority.realm();
        let named = self.tenant.clone().filter(|_| is_domain(&configured));
        let mut realms = vec![configured];
        realms.extend([self.endpoints.realm(), named].into_iter().flatten());
        realms
    }

    /// The realms under which an access token for `account` may stand, whichever library wrote it: MSAL Python and Go
    /// store the authority's, MSAL Node and .NET the tenant of the token. Elsewhere than in a Microsoft cloud, whose tenants
    /// share their accounts, an account is of this very authority, and so is every realm that was stored at sign-in,
    /// even if nobody remembers from which endpoint it came.
    pub(super) fn realms(&self, account: &Account) -> Vec<Realm> {
        let mut realms = self.authority_realms();
        match self.authority.kind() {
            AuthorityKind::Entra if is_for_many_tenants(&realms[0]) => {
                realms.extend(account.home_account_id.home_tenant());
            }
            AuthorityKind::Entra => {}
            _ => realms.extend(account.realms.iter().cloned()),
        }
        realms
    }
}

fn is_for_many_tenants(realm: &Realm) -> bool {
    matches!(realm.as_str(), "organizations" | "common" | "consumers")
}

fn is_domain(realm: &Realm) -> bool {
    realm.as_str().contains('.')
}
