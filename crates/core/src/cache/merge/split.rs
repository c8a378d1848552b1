//! Splits a cache of many users into one cache for each.

use std::collections::BTreeMap;
use std::fmt;

use super::verbatim;
use crate::cache::entry::fields::Fields;
use crate::cache::find::case_rule::CaseRule;
use crate::cache::text::document::Entry;
use crate::cache::{Section, TokenCache};
use crate::types::{ClientId, Environment, HomeAccountId, Realm};

/// A cache, split by users.
#[derive(Debug)]
pub struct Split {
    /// The parts. Each has the metadata of all clients, and the members that the schema does not know.
    pub shares: Vec<Share>,
    /// The section and key of each entry without an owner. These entries are in no part.
    pub unowned: Vec<(Section, String)>,
}

/// The part of one user, or of a client's own tokens.
#[derive(Debug)]
pub struct Share {
    /// The owner of the part.
    pub owner: ShareOwner,
    /// The entries of the part.
    pub cache: TokenCache,
}

/// The owner of a part.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ShareOwner {
    /// A client, for the tokens that it gets for itself (RFC 6749 §4.4).
    Application {
        /// The client.
        client_id: ClientId,
        /// The realm of the tokens.
        realm: Realm,
    },
    /// A user.
    User(HomeAccountId),
}

impl fmt::Display for ShareOwner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ShareOwner::Application { client_id, .. } => write!(formatter, "the client {client_id}"),
            ShareOwner::User(home_account_id) => home_account_id.fmt(formatter),
        }
    }
}

impl TokenCache {
    /// Splits the cache by users, for a store with a cache for each user. Entries are copied verbatim.
    /// [Merging](TokenCache::merge) the parts restores this cache, except for entries without an owner.
    pub fn split(&self) -> Split {
        let document = self.document();
        let mut parts: BTreeMap<String, (ShareOwner, Vec<(Section, Entry<'_>)>)> = BTreeMap::new();
        let mut unowned = Vec::new();
        // The accounts come first, because their spelling of the user's identifier is kept.
        for section in [Section::Account, Section::AccessToken, Section::IdToken, Section::RefreshToken] {
            for entry in document.entries(section) {
                match entry.fields().ok().and_then(|fields| owner(section, &fields)) {
                    Some((key, owner)) => parts.entry(key).or_insert((owner, Vec::new())).1.push((section, entry)),
                    None => unowned.push((section, entry.key().into_owned())),
                }
            }
        }
        let metadata: Vec<_> =
            document.entries(Section::AppMetadata).into_iter().map(|entry| (Section::AppMetadata, entry)).collect();
        let share = |(owner, entries): (ShareOwner, Vec<(Section, Entry<'_>)>)| {
            let mut cache = TokenCache::new();
            cache.change(|edit| {
                for (section, entry) in entries.iter().chain(&metadata) {
                    edit.put(*section, entry.key().into_owned(), verbatim(entry.value()));
                }
                for (name, value) in document.unknown_members() {
                    edit.add_member(name.into_owned(), verbatim(value));
                }
            });
            Share { owner, cache }
        };
        Split { shares: parts.into_values().map(share).collect(), unowned }
    }
}

/// Returns the owner of the entry, and a text that is equal for all entries of the same owner.
fn owner(section: Section, fields: &Fields<'_>) -> Option<(String, ShareOwner)> {
    let environment = Environment::new(&fields.lenient("environment")?);
    let folded = |text: &str| CaseRule::of(&environment).folded(text).into_owned();
    if let Some(home_account_id) = fields.lenient("home_account_id") {
        return Some((
            format!("user {}", folded(&home_account_id)),
            ShareOwner::User(HomeAccountId::new(home_account_id)),
        ));
    }
    if section != Section::AccessToken {
        return None;
    }
    let (client_id, realm) = (fields.lenient("client_id")?, fields.lenient("realm").unwrap_or_default());
    let key = format!("client {} {}", folded(&client_id), folded(&realm));
    Some((key, ShareOwner::Application { client_id: ClientId::new(client_id), realm: Realm::new(realm) }))
}
