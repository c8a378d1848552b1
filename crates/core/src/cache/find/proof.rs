//! Determines the issuer of an entry that does not name it, because an MSAL library or an older tokcache wrote it.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use super::case_rule::CaseRule;
use super::mark::is_marked;
use crate::cache::Section;
use crate::cache::entry::fields::Fields;
use crate::cache::entry::id_token::issuer_claims;
use crate::cache::text::document::{Document, Entry};
use crate::types::Issuer;

/// The issuer of an entry, according to the document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::cache) enum Origin {
    /// The issuer in question.
    Own,
    /// Another issuer.
    Foreign,
    /// Unknown: there is no evidence.
    Unproven,
    /// Some ID tokens of the entry's client and user name this issuer, others do not.
    Contested,
}

/// The evidence in a document: the ID tokens of the same client and user that do not name their issuer either.
/// Collected when the first entry needs it; an entry that names its issuer does not.
pub(in crate::cache) struct Proofs<'q, 't> {
    document: Document<'t>,
    issuer: &'q Issuer,
    /// The owner of the entries in question; `None` for all owners.
    owner: Option<&'q str>,
    id_tokens: OnceCell<BTreeMap<String, Vec<Fields<'t>>>>,
    /// Cached results, by owner and client.
    known: RefCell<BTreeMap<(String, Option<String>), Origin>>,
}

impl<'q, 't> Proofs<'q, 't> {
    pub(super) fn new(document: Document<'t>, issuer: &'q Issuer, owner: Option<&'q str>) -> Self {
        Proofs { document, issuer, owner, id_tokens: OnceCell::new(), known: RefCell::default() }
    }

    /// Returns the issuer of an entry that is `marked` like this. An account has no client.
    pub(super) fn origin(&self, marked: Option<&str>, client_id: Option<&str>, owner: Option<&str>) -> Origin {
        let Some(identity) = self.issuer.identity() else { return Origin::Own };
        if let Some(marked) = marked {
            return own_if(marked == identity);
        }
        let owner = owner.unwrap_or_default();
        if let Some(is_own) = self.issuer.is_of_unnamed(owner) {
            return own_if(is_own);
        }
        let case = CaseRule::of(self.issuer.environment());
        let owner = case.folded(owner);
        let client_id = client_id.map(|client_id| case.folded(client_id).into_owned());
        let key = (owner.into_owned(), client_id);
        if let Some(origin) = self.known.borrow().get(&key) {
            return *origin;
        }
        let origin = self.judge(&key.0, key.1.as_deref(), case);
        self.known.borrow_mut().insert(key, origin);
        origin
    }

    /// Returns the issuer of an ID token that has no `authority` field.
    pub(super) fn origin_of_id_token(&self, id_token: &str) -> Origin {
        let claims = issuer_claims(id_token);
        match claims.iss {
            None if !self.issuer.is_named_by(&claims) => Origin::Unproven,
            _ => own_if(self.issuer.is_named_by(&claims)),
        }
    }

    /// Judges by the ID tokens, which must all agree. An ID token with an `authority` field proves nothing about
    /// entries without one, which may be older.
    fn judge(&self, owner: &str, client_id: Option<&str>, case: CaseRule) -> Origin {
        let id_tokens = self.id_tokens.get_or_init(|| self.id_tokens(case));
        let of_client = |fields: &&Fields<'t>| {
            client_id.is_none_or(|id| fields.lenient("client_id").is_some_and(|own| case.same(&own, id)))
        };
        let origin = |fields: &Fields<'t>| {
            fields.secret().map_or(Origin::Unproven, |id_token| self.origin_of_id_token(&id_token))
        };
        let evidence: Vec<_> = id_tokens.get(owner).into_iter().flatten().filter(of_client).map(origin).collect();
        let all = |wanted| evidence.iter().all(|origin| *origin == wanted);
        match evidence.is_empty() {
            true if self.issuer.is_proven_by_environment() => Origin::Own,
            true => Origin::Unproven,
            false if all(Origin::Own) => Origin::Own,
            false if all(Origin::Foreign) => Origin::Foreign,
            false if evidence.contains(&Origin::Own) => Origin::Contested,
            false => Origin::Unproven,
        }
    }

    /// Returns the ID tokens by owner, in the case that the environment compares them in.
    fn id_tokens(&self, case: CaseRule) -> BTreeMap<String, Vec<Fields<'t>>> {
        let may_matter = |entry: &Entry<'_>| {
            self.owner.is_none_or(|id| entry.texts().is_none_or(|texts| case.same(texts.home_account_id, id)))
        };
        let mut by_owner: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for entry in self.document.all_entries(Section::IdToken).filter(may_matter) {
            let Ok(fields) = entry.fields() else { continue };
            let is_here = |environment: &str| self.issuer.environment().is_alias_of(environment);
            if !fields.lenient("environment").is_some_and(|environment| is_here(&environment)) {
                continue;
            }
            let Some(owner) = fields.lenient("home_account_id").filter(|_| !is_marked(&fields)) else { continue };
            by_owner.entry(case.folded(&owner).into_owned()).or_default().push(fields);
        }
        by_owner
    }
}

fn own_if(is_own: bool) -> Origin {
    if is_own { Origin::Own } else { Origin::Foreign }
}
