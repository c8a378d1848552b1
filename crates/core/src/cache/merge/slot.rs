//! The slot of an entry: the thing that the entry is about. If two entries have the same slot, the newer one counts.

use std::collections::BTreeMap;

use crate::cache::Section;
use crate::cache::entry::fields::AUTHORITY;
use crate::cache::entry::fields::Fields;
use crate::cache::entry::id_token::issued_at;
use crate::cache::find::case_rule::CaseRule;
use crate::cache::text::document::{Document, Entry};
use crate::time::Timestamp;
use crate::types::{Environment, ScopeSet};

/// Identifies the thing that an entry is about.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Slot {
    /// The identifying fields. The libraries' keys differ.
    Fields(Vec<String>),
    /// The key, if the fields cannot be read.
    Key(String),
}

impl Slot {
    pub(super) fn of(section: Section, entry: &Entry<'_>) -> Slot {
        let by_key = || Slot::Key(entry.key().into_owned());
        let Ok(fields) = entry.fields() else { return by_key() };
        let Some(environment) = fields.lenient("environment") else { return by_key() };
        let environment = Environment::new(&environment);
        let case = CaseRule::of(&environment);
        let text = |name| case.folded(&fields.lenient(name).unwrap_or_default()).into_owned();
        // An entry that names no issuer may belong to either of two issuers on one host.
        let mut parts =
            vec![environment.as_str().to_owned(), fields.lenient(AUTHORITY).unwrap_or_default().into_owned()];
        match section {
            Section::AccessToken => {
                parts.extend(["home_account_id", "client_id", "realm", "ext_cache_key"].map(text));
                let token_type = Some(text("token_type")).filter(|kind| !kind.is_empty());
                parts.push(ScopeSet::parse(&text("target")).to_target());
                parts.push(token_type.unwrap_or_else(|| "Bearer".to_owned()).to_ascii_lowercase());
                parts.push(fields.key_id().ok().flatten().unwrap_or_default().into_owned());
            }
            Section::Account => parts.extend(["home_account_id", "realm"].map(text)),
            Section::IdToken => parts.extend(["home_account_id", "client_id", "realm"].map(text)),
            // The clients of a family share one refresh token.
            Section::RefreshToken => {
                let family = text("family_id");
                let redeemer = if family.is_empty() {
                    ["client".to_owned(), text("client_id")]
                } else {
                    ["family".to_owned(), family]
                };
                parts.push(text("home_account_id"));
                parts.extend(redeemer);
            }
            Section::AppMetadata => parts.push(text("client_id")),
        }
        Slot::Fields(parts)
    }
}

/// The ages of a document's entries.
pub(super) struct Ages(BTreeMap<(String, String), Timestamp>);

impl Ages {
    pub(super) fn of(document: Document<'_>) -> Ages {
        let mut newest = BTreeMap::new();
        for section in [Section::AccessToken, Section::RefreshToken] {
            for fields in document.entries(section).iter().filter_map(|entry| entry.fields().ok()) {
                let (Some(user), Some(time)) = (user(&fields), own_time(section, &fields)) else { continue };
                let newest = newest.entry(user).or_insert(time);
                *newest = time.max(*newest);
            }
        }
        Ages(newest)
    }

    /// Returns when the entry was written; `None` if that is unknown. An account has no time: it is as new as the
    /// newest token of its user.
    pub(super) fn of_entry(&self, section: Section, entry: &Entry<'_>) -> Option<(Timestamp, Timestamp)> {
        let fields = entry.fields().ok()?;
        let expires_on = fields.lenient_time("expires_on").unwrap_or_default();
        let written = match section {
            Section::Account => self.0.get(&user(&fields)?).copied(),
            _ => own_time(section, &fields),
        };
        Some((written?, expires_on))
    }
}

fn own_time(section: Section, fields: &Fields<'_>) -> Option<Timestamp> {
    match section {
        Section::AccessToken => fields.lenient_time("cached_at"),
        Section::RefreshToken => fields.lenient_time("last_modification_time"),
        Section::IdToken => issued_at(&fields.secret()?),
        Section::Account | Section::AppMetadata => None,
    }
}

fn user(fields: &Fields<'_>) -> Option<(String, String)> {
    let environment = Environment::new(&fields.lenient("environment")?);
    let home_account_id = CaseRule::of(&environment).folded(&fields.lenient("home_account_id")?).into_owned();
    Some((environment.as_str().to_owned(), home_account_id))
}
