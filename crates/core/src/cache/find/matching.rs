//! Matches entries by their fields, never by their keys, which differ between the libraries.

use super::case_rule::CaseRule;
use super::mark::is_marked;
use super::proof::{Origin, Proofs};
use super::query::Owner;
use crate::cache::entry::fields::AUTHORITY;
use crate::cache::entry::fields::Fields;
use crate::cache::text::document::Document;
use crate::cache::{AccessTokenEntry, Section};
use crate::types::{ClientId, Issuer, Realm};

/// The entries of one issuer. Every comparison of entries goes through this type, so that none ignores the issuer.
///
/// Also matches entries that cannot be read in full, as far as their fields allow: a sign-out has to find them.
pub(in crate::cache) struct Within<'q, 't> {
    pub(in crate::cache) issuer: &'q Issuer,
    pub(in crate::cache) case: CaseRule,
    proofs: Proofs<'q, 't>,
}

impl<'q, 't> Within<'q, 't> {
    pub(in crate::cache) fn new(document: Document<'t>, issuer: &'q Issuer) -> Self {
        let case = CaseRule::of(issuer.environment());
        Within { issuer, case, proofs: Proofs::new(document, issuer, None) }
    }

    /// Like `new`, if only the entries of `owner` matter.
    pub(in crate::cache) fn of_owner(document: Document<'t>, issuer: &'q Issuer, owner: &'q Owner) -> Self {
        let case = CaseRule::of(issuer.environment());
        Within { issuer, case, proofs: Proofs::new(document, issuer, owner.home_account_id()) }
    }

    /// Whether the issuer has issued the entry.
    pub(in crate::cache) fn holds(&self, entry: &Fields<'_>) -> bool {
        self.is_in_environment(entry) && self.origin(entry) == Origin::Own
    }

    /// Whether the issuer may have issued the entry: no evidence names another one.
    pub(in crate::cache) fn may_hold(&self, entry: &Fields<'_>) -> bool {
        self.is_in_environment(entry) && self.origin(entry) != Origin::Foreign
    }

    /// Whether the entry has this environment or an alias, whoever has issued it.
    pub(in crate::cache) fn is_in_environment(&self, entry: &Fields<'_>) -> bool {
        let environment = entry.lenient("environment");
        environment.is_some_and(|environment| self.issuer.environment().is_alias_of(&environment))
    }

    /// Whether the ID tokens beside the entry disagree about its issuer.
    pub(in crate::cache) fn is_contested(&self, entry: &Fields<'_>) -> bool {
        self.is_in_environment(entry) && self.origin(entry) == Origin::Contested
    }

    /// Whether the entry names another issuer.
    pub(in crate::cache) fn is_marked_otherwise(&self, entry: &Fields<'_>) -> bool {
        is_marked(entry) && self.origin(entry) == Origin::Foreign
    }

    pub(in crate::cache) fn has_issued(&self, entry: &AccessTokenEntry) -> bool {
        let (client_id, owner) = (entry.client_id.as_str(), entry.home_account_id.as_ref());
        let marked = entry.authority.as_deref();
        self.proofs.origin(marked, Some(client_id), owner.map(|owner| owner.as_str())) == Origin::Own
    }

    pub(in crate::cache) fn is_of_owner(&self, entry: &Fields<'_>, owner: &Owner) -> bool {
        self.has_owner(entry, owner) && self.holds(entry)
    }

    /// Whether the entry has this client, whoever has issued it.
    pub(in crate::cache) fn has_client(&self, entry: &Fields<'_>, client_id: &ClientId) -> bool {
        entry.lenient("client_id").is_some_and(|id| self.case.same(&id, client_id.as_str()))
    }

    /// Whether the entry has this owner, whoever has issued it.
    pub(in crate::cache) fn has_owner(&self, entry: &Fields<'_>, owner: &Owner) -> bool {
        let home_account_id = entry.text("home_account_id");
        home_account_id.is_ok_and(|id| self.case.same_option(id.as_deref(), owner.home_account_id()))
    }

    /// Whether the entry has this realm, whoever has issued it.
    pub(in crate::cache) fn has_realm(&self, entry: &Fields<'_>, realm: &Realm) -> bool {
        self.case.same(&entry.lenient("realm").unwrap_or_default(), realm.as_str())
    }

    fn origin(&self, entry: &Fields<'_>) -> Origin {
        let Ok(marked) = entry.text(AUTHORITY) else { return Origin::Foreign };
        // An ID token is evidence about itself.
        let is_id_token = entry.lenient("credential_type").is_some_and(|kind| kind == Section::IdToken.name());
        match (is_id_token && marked.is_none()).then(|| entry.secret()).flatten() {
            Some(id_token) => self.proofs.origin_of_id_token(&id_token),
            None => {
                let (client_id, owner) = (entry.lenient("client_id"), entry.lenient("home_account_id"));
                self.proofs.origin(marked.as_deref(), client_id.as_deref(), owner.as_deref())
            }
        }
    }
}
