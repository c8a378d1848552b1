//! Determines the issuer of each entry of a document, for lists.

use std::collections::{BTreeMap, BTreeSet};

use super::case_rule::CaseRule;
use crate::cache::entry::fields::AUTHORITY;
use crate::cache::entry::fields::Fields;
use crate::cache::entry::id_token::issuer_claims;
use crate::cache::text::document::Document;
use crate::cache::{Account, Section};
use crate::types::{ClientId, Environment, HomeAccountId, Issuer, IssuerClaims, IssuerProof};

/// The evidence about issuers in a document: the `authority` fields and the ID tokens.
pub(in crate::cache) struct Origins {
    /// The evidence about each user, by environment and identifier.
    users: BTreeMap<(String, String), User>,
}

#[derive(Default)]
struct User {
    /// The issuers that ID tokens without an `authority` field prove, and their clients.
    proven: Vec<(String, String)>,
    /// All issuers with any evidence.
    all: BTreeSet<String>,
}

impl Origins {
    pub(in crate::cache) fn of(document: Document<'_>) -> Self {
        let id_tokens: Vec<_> =
            document.entries(Section::IdToken).iter().filter_map(|entry| entry.fields().ok()).collect();
        let claims: Vec<_> = id_tokens.iter().map(|fields| claims(fields)).collect();
        // Maps an issuer's `iss` to the `authority` field beside it.
        let named: BTreeMap<_, _> = id_tokens
            .iter()
            .zip(&claims)
            .filter_map(|(fields, claims)| Some((claims.iss.as_deref()?, fields.lenient(AUTHORITY)?.into_owned())))
            .collect();
        let mut users: BTreeMap<_, User> = BTreeMap::new();
        for (fields, claims) in id_tokens.iter().zip(&claims) {
            let Some((environment, home_account_id)) = owner(fields) else { continue };
            let Some(iss) = &claims.iss else { continue };
            let user = users.entry(key(&environment, &home_account_id)).or_default();
            if fields.lenient(AUTHORITY).is_none() {
                let origin = match named.get(&**iss) {
                    Some(authority) => authority.clone(),
                    None => cloud(&environment, claims).unwrap_or_else(|| iss.trim_end_matches('/').to_owned()),
                };
                user.proven.push((fields.lenient("client_id").unwrap_or_default().into_owned(), origin.clone()));
                user.all.insert(origin);
            }
        }
        // Most documents of other libraries never name an issuer, and then the search is skipped.
        let says_so = str::from_utf8(document.text).is_ok_and(|text| text.contains(AUTHORITY));
        let sections = [Section::AccessToken, Section::Account, Section::IdToken, Section::RefreshToken];
        for section in sections.into_iter().filter(|_| says_so) {
            for fields in document.entries(section).iter().filter_map(|entry| entry.fields().ok()) {
                let (Some((environment, home_account_id)), Some(authority)) =
                    (owner(&fields), fields.lenient(AUTHORITY))
                else {
                    continue;
                };
                users.entry(key(&environment, &home_account_id)).or_default().all.insert(authority.into_owned());
            }
        }
        Origins { users }
    }

    pub(in crate::cache) fn of_account(&self, account: &Account) -> Option<String> {
        self.of_entry(&account.environment, Some(&account.home_account_id), None, account.authority.as_deref())
    }

    /// Returns the issuer of an entry of this client and user with this `authority` field; `None` without evidence.
    pub(in crate::cache) fn of_entry(
        &self,
        environment: &Environment,
        owner: Option<&HomeAccountId>,
        client_id: Option<&ClientId>,
        authority: Option<&str>,
    ) -> Option<String> {
        if let Some(authority) = authority.or(owner?.unnamed_at()) {
            return Some(authority.to_owned());
        }
        let case = CaseRule::of(environment);
        let user = self.users.get(&key(environment, owner?.as_str()));
        let is_clients = |client: &str| client_id.is_none_or(|id| case.same(client, id.as_str()));
        let proven = user.and_then(|user| user.proven.iter().find(|(client, _)| is_clients(client)));
        proven
            .map(|(_, origin)| origin.clone())
            .or_else(|| cloud(environment, &IssuerClaims::default()))
            .or_else(|| user.filter(|user| user.all.len() == 1)?.all.first().cloned())
    }
}

fn claims(fields: &Fields<'_>) -> IssuerClaims {
    fields.lenient("secret").map(|id_token| issuer_claims(&id_token)).unwrap_or_default()
}

fn owner(fields: &Fields<'_>) -> Option<(Environment, String)> {
    Some((Environment::new(&fields.lenient("environment")?), fields.lenient("home_account_id")?.into_owned()))
}

fn key(environment: &Environment, home_account_id: &str) -> (String, String) {
    let home_account_id = CaseRule::of(environment).folded(home_account_id).into_owned();
    (environment.canonical().to_owned(), home_account_id)
}

/// Returns the common issuer of all tenants of a Microsoft cloud, unless the claims name another one.
fn cloud(environment: &Environment, claims: &IssuerClaims) -> Option<String> {
    let identity = format!("https://{}", environment.canonical());
    let issuer = Issuer::new(environment.clone(), identity.clone(), &identity, IssuerProof::Cloud);
    (environment.is_cloud() && issuer.is_named_by(claims)).then_some(identity)
}
