//! Signs users out. Matches entries by their fields and all aliases, whatever library wrote them.

use std::collections::BTreeSet;

use super::evidence;
use crate::cache::entry::fields::Fields;
use crate::cache::find::mark::is_marked;
use crate::cache::find::matching::Within;
use crate::cache::find::refresh_token::{self, Membership};
use crate::cache::text::document::Document;
use crate::cache::text::edit::Edit;
use crate::cache::{Owner, RefreshTokenEntry, Section};
use crate::time::Timestamp;
use crate::types::{ClientId, FamilyId, HomeAccountId, Issuer};

/// The tokens to remove.
#[derive(Clone, Debug)]
pub struct AccountRemoval {
    /// The user.
    pub home_account_id: HomeAccountId,
    /// The issuer of the tokens.
    pub issuer: Issuer,
    /// The extent of the removal.
    pub scope: RemovalScope,
}

/// The extent of a removal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RemovalScope {
    /// The tokens of this client and its family. The account is removed if no other client holds a token for it.
    ClientAndFamily(ClientId),
    /// The tokens of all clients, and the account.
    Everything,
}

/// Removes an account and returns its refresh tokens.
pub(in crate::cache) fn remove_account(edit: &mut Edit<'_>, removal: &AccountRemoval) -> Vec<RefreshTokenEntry> {
    let owner = Owner::User(removal.home_account_id.clone());
    let document = edit.document;
    let within = &Within::of_owner(document, &removal.issuer, &owner);
    let leaving = match &removal.scope {
        RemovalScope::ClientAndFamily(client_id) => Some(Leaving::of(document, within, client_id)),
        RemovalScope::Everything => None,
    };
    let leaves = |entry: &Fields<'_>| leaving.as_ref().is_none_or(|leaving| leaving.includes(within, entry));
    evidence::note_contested(edit, within, &owner);
    let mut removed = Vec::new();
    let mut account_stays = false;
    let mut others = false;
    for section in [Section::AccessToken, Section::RefreshToken, Section::IdToken] {
        // Includes shadowed entries, whose secrets are in the file too.
        for entry in document.all_entries(section) {
            let Ok(fields) = entry.fields() else { continue };
            if !within.has_owner(&fields, &owner) || !within.is_in_environment(&fields) {
                continue;
            }
            if !within.holds(&fields) {
                others |= section != Section::IdToken && !is_marked(&fields);
                continue;
            }
            if !leaves(&fields) {
                account_stays |= section != Section::IdToken;
                continue;
            }
            if section == Section::RefreshToken {
                removed.extend(refresh_token::read(&entry));
            }
            edit.remove(section, &entry);
        }
    }
    if !account_stays {
        for entry in document.all_entries(Section::Account) {
            let Ok(fields) = entry.fields() else { continue };
            // An account without an issuer stays if there are tokens of another issuer that do not name it either.
            let is_theirs =
                if is_marked(&fields) { within.holds(&fields) } else { within.is_in_environment(&fields) && !others };
            if within.has_owner(&fields, &owner) && is_theirs {
                edit.remove(Section::Account, &entry);
            }
        }
    }
    distinct(removed)
}

/// Removes the application's own access tokens, and those that it has for callers whose assertions it exchanged.
pub(in crate::cache) fn remove_client_tokens(edit: &mut Edit<'_>, client_id: &ClientId, issuer: &Issuer) {
    let within = Within::new(edit.document, issuer);
    let is_clients = |fields: &Fields<'_>| {
        let is_exchanged = || is_of_exchange(fields) && within.holds(fields);
        within.has_client(fields, client_id) && (within.is_of_owner(fields, &Owner::Application) || is_exchanged())
    };
    remove_access_tokens(edit, is_clients);
}

/// Removes the expired access tokens of callers whose assertions were exchanged.
pub(in crate::cache) fn remove_expired_exchanges(edit: &mut Edit<'_>, now: Timestamp) {
    let is_over = |fields: &Fields<'_>| {
        let expires_on = fields.lenient("expires_on").and_then(|time| time.parse::<i64>().ok());
        is_of_exchange(fields) && expires_on.is_some_and(|time| time <= now.0)
    };
    remove_access_tokens(edit, is_over);
}

fn remove_access_tokens(edit: &mut Edit<'_>, is_chosen: impl Fn(&Fields<'_>) -> bool) {
    for entry in edit.document.all_entries(Section::AccessToken) {
        if entry.fields().is_ok_and(|fields| is_chosen(&fields)) {
            edit.remove(Section::AccessToken, &entry);
        }
    }
}

/// Returns the refresh tokens of this client and its family that `issuer` issued.
pub(in crate::cache) fn refresh_tokens_of(
    document: Document<'_>,
    issuer: &Issuer,
    client_id: &ClientId,
) -> Vec<RefreshTokenEntry> {
    let within = &Within::new(document, issuer);
    let leaving = Leaving::of(document, within, client_id);
    let is_own = |fields: &Fields<'_>| leaving.includes(within, fields) && within.holds(fields);
    let own =
        document.all_entries(Section::RefreshToken).filter(|entry| entry.fields().is_ok_and(|fields| is_own(&fields)));
    distinct(own.filter_map(|entry| refresh_token::read(&entry).ok()))
}

/// Empties the five sections and returns the refresh tokens.
pub(in crate::cache) fn clear(edit: &mut Edit<'_>) -> Vec<RefreshTokenEntry> {
    let document = edit.document;
    for section in Section::ALL {
        for entry in document.all_entries(section) {
            edit.remove(section, &entry);
        }
    }
    distinct(document.all_entries(Section::RefreshToken).filter_map(|entry| refresh_token::read(&entry).ok()))
}

/// The clients of a sign-out.
struct Leaving {
    /// The client ids, in the case that the environment compares them in.
    clients: BTreeSet<String>,
    family_id: Option<FamilyId>,
}

impl Leaving {
    fn of(document: Document<'_>, within: &Within<'_, '_>, client_id: &ClientId) -> Self {
        let folded = |client_id: &str| within.case.folded(client_id).into_owned();
        let mut clients = BTreeSet::from([folded(client_id.as_str())]);
        let Membership::Member(family_id) = document.membership(within, client_id) else {
            return Leaving { clients, family_id: None };
        };
        for section in [Section::AppMetadata, Section::RefreshToken] {
            let fields = document.all_entries(section).filter_map(|entry| entry.fields().ok());
            let members = fields.filter(|fields| within.is_in_environment(fields) && is_of_family(fields, &family_id));
            clients.extend(members.filter_map(|fields| fields.lenient("client_id").map(|id| folded(&id))));
        }
        Leaving { clients, family_id: Some(family_id) }
    }

    fn includes(&self, within: &Within<'_, '_>, entry: &Fields<'_>) -> bool {
        let client_id = entry.lenient("client_id");
        client_id.is_some_and(|id| self.clients.contains(&*within.case.folded(&id)))
            || self.family_id.as_ref().is_some_and(|family_id| is_of_family(entry, family_id))
    }
}

fn is_of_exchange(fields: &Fields<'_>) -> bool {
    fields.lenient("home_account_id").is_some_and(|owner| HomeAccountId::is_of_exchange(&owner))
}

fn is_of_family(entry: &Fields<'_>, family_id: &FamilyId) -> bool {
    entry.lenient("family_id").as_deref() == Some(family_id.as_str())
}

/// Returns each secret once, at its first position.
fn distinct(entries: impl IntoIterator<Item = RefreshTokenEntry>) -> Vec<RefreshTokenEntry> {
    let entries: Vec<_> = entries.into_iter().collect();
    let mut seen = BTreeSet::new();
    let is_new: Vec<_> = entries.iter().map(|entry| seen.insert(entry.secret.expose())).collect();
    entries.into_iter().zip(is_new).filter_map(|(entry, is_new)| is_new.then_some(entry)).collect()
}
