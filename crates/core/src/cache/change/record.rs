//! Records a token response in MSAL Python's format and under its keys, so that every library can read it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::evidence;
use crate::cache::entry::access_token::{CLOCK_OFFSET, LIFETIME, SET, UNKNOWN};
use crate::cache::entry::asked;
use crate::cache::entry::fields::AUTHORITY;
use crate::cache::entry::fields::Fields;
use crate::cache::entry::keys::Key;
use crate::cache::find::matching::Within;
use crate::cache::find::refresh_token::Membership;
use crate::cache::text::edit::Edit;
use crate::cache::text::rewrite::with_fields;
use crate::cache::{Grant, Owner, Recorded, Section, SignIn};
use crate::time::Timestamp;
use crate::types::{HomeAccountId, ScopeSet};

/// Scopes that are ignored when two access tokens are checked for overlap.
const IDENTITY_SCOPES: [&str; 4] = ["openid", "profile", "offline_access", "email"];

/// The nesting depth of an entry, or member, in the file.
const ENTRY_DEPTH: usize = 2;

/// Returns the scopes in the schema's format; `None` if there are none.
pub(in crate::cache) fn target_of(scopes: &ScopeSet) -> Option<String> {
    (!scopes.is_empty()).then(|| scopes.to_target())
}

/// The recording of a grant in a document.
pub(in crate::cache) struct Recording<'e, 't> {
    pub(in crate::cache) edit: &'e mut Edit<'t>,
    pub(in crate::cache) grant: &'e Grant,
    pub(in crate::cache) within: Within<'e, 't>,
    pub(in crate::cache) now: Timestamp,
}

impl<'e> Recording<'e, '_> {
    pub(in crate::cache) fn record(mut self) -> Recorded {
        let recorded = self.standing();
        let grant = self.grant;
        let user = match &grant.owner {
            Owner::User(home_account_id) => Some(home_account_id),
            Owner::Application => None,
        };
        // The client's own tokens leave the ID tokens as they are, and with them what they prove.
        if recorded != Recorded::SignedOut && user.is_some() {
            evidence::note_contested(self.edit, &self.within, &self.grant.owner);
            evidence::note_proven(self.edit, &self.within, &self.grant.owner);
        }
        match recorded {
            Recorded::SignedOut => return recorded,
            // The faster process knows better: a sign-in may have obtained more consent.
            Recorded::Overtaken if self.has_overlapping_access_token() => return recorded,
            Recorded::Overtaken => {}
            Recorded::Stored => self.refresh_token(),
        }
        self.access_token();
        if let Some(home_account_id) = user {
            match &grant.sign_in {
                Some(sign_in) => self.account(sign_in, home_account_id),
                None => self.rename(),
            }
            self.id_token(home_account_id);
        }
        self.app_metadata();
        recorded
    }

    fn access_token(&mut self) {
        for entry in self.edit.document.entries(Section::AccessToken) {
            if entry.fields().is_ok_and(|fields| self.is_superseded(&fields)) {
                self.edit.remove(Section::AccessToken, &entry);
            }
        }
        let grant = self.grant;
        let after = |seconds| self.now.plus(Duration::from_secs(seconds)).to_string();
        let target = grant.scopes.to_target();
        let (cached_at, expires_on) = (self.now.to_string(), after(grant.expires_in));
        let extended_expires_on = after(grant.ext_expires_in.unwrap_or(grant.expires_in));
        let refresh_on = grant.refresh_in.map(after);
        let mut fields = vec![
            ("credential_type", Some(Section::AccessToken.name())),
            ("secret", Some(grant.access_token.expose())),
            ("home_account_id", grant.owner.home_account_id()),
            ("environment", Some(grant.issuer.environment().as_str())),
            ("client_id", Some(grant.client_id.as_str())),
            ("target", Some(&target)),
            ("realm", Some(grant.realm.as_str())),
            ("token_type", Some(&grant.token_type)),
            ("cached_at", Some(&cached_at)),
            ("expires_on", Some(&expires_on)),
            ("extended_expires_on", Some(&extended_expires_on)),
        ];
        let (requested, not_granted) = (target_of(&grant.requested_scopes), target_of(&grant.scopes_not_granted));
        let lifetime = match (grant.is_lifetime_unknown, grant.is_lifetime_set) {
            (true, _) => Some(UNKNOWN.to_owned()),
            (_, true) => Some(SET.to_owned()),
            _ => None,
        };
        let clock_offset = grant.clock_offset.map(|offset| offset.to_string());
        let optional = [
            ("key_id", &grant.key_id),
            ("ext_cache_key", &grant.ext_cache_key),
            ("refresh_on", &refresh_on),
            (asked::REQUESTED, &requested),
            (asked::NOT_GRANTED, &not_granted),
            (LIFETIME, &lifetime),
            (CLOCK_OFFSET, &clock_offset),
        ];
        fields.extend(
            optional.into_iter().filter(|(_, value)| value.is_some()).map(|(name, value)| (name, value.as_deref())),
        );
        fields.extend(self.mark());
        self.put_new(Section::AccessToken, Key::access_token(grant), &fields, Self::is_superseded);
    }

    fn has_overlapping_access_token(&self) -> bool {
        let entries = self.edit.document.entries(Section::AccessToken);
        entries.iter().any(|entry| entry.fields().is_ok_and(|fields| self.is_superseded(&fields)))
    }

    /// Whether the grant replaces the entry. A sign-in replaces everything of its client and user, because the server
    /// may have revoked it. A refresh replaces what it overlaps with.
    fn is_superseded(&self, entry: &Fields<'_>) -> bool {
        let is_sign_in = self.grant.sign_in.is_some();
        is_sign_in && self.is_own(entry)
            || self.is_own_in_any_realm(entry) && self.is_same_kind_of_access_token(entry) && self.overlaps(entry)
    }

    /// Whether the entry could be served to a silent request of this client and owner, whatever library stored it.
    fn is_own_in_any_realm(&self, entry: &Fields<'_>) -> bool {
        let mut realms = self.grant.other_realms.iter().chain([&self.grant.realm]);
        realms.any(|realm| self.within.has_realm(entry, realm)) && self.is_own(entry)
    }

    fn is_same_kind_of_access_token(&self, entry: &Fields<'_>) -> bool {
        let token_type = entry.lenient("token_type");
        entry.key_id() == Ok(self.grant.key_id.as_deref().map(Into::into))
            && entry.lenient("ext_cache_key").as_deref() == self.grant.ext_cache_key.as_deref()
            && token_type.as_deref().unwrap_or("Bearer").eq_ignore_ascii_case(&self.grant.token_type)
    }

    fn overlaps(&self, entry: &Fields<'_>) -> bool {
        let case = self.within.case;
        let granted = ScopeSet::parse(&entry.lenient("target").unwrap_or_default());
        let is_identity = |scope: &str| IDENTITY_SCOPES.contains(&scope);
        let shared = |scope: &str| !is_identity(scope) && case.contains(&granted, scope);
        let names_no_resource = |scopes: &ScopeSet| scopes.iter().all(is_identity);
        self.grant.scopes.iter().any(shared) || names_no_resource(&granted) && names_no_resource(&self.grant.scopes)
    }

    fn account(&mut self, sign_in: &SignIn, home_account_id: &HomeAccountId) {
        let uid = home_account_id.as_str().rsplit_once('.').map_or(home_account_id.as_str(), |(uid, _)| uid);
        let mut fields = vec![
            ("home_account_id", Some(home_account_id.as_str())),
            ("environment", Some(self.grant.issuer.environment().as_str())),
            ("realm", Some(self.grant.realm.as_str())),
            ("local_account_id", Some(sign_in.local_account_id.as_deref().unwrap_or(uid))),
            ("username", Some(sign_in.username.as_str())),
            ("authority_type", Some(sign_in.authority_type.as_str())),
        ];
        fields.extend(sign_in.account_source.as_deref().map(|source| ("account_source", Some(source))));
        fields.extend(self.mark());
        self.put(Section::Account, Key::account(self.grant), &fields, |recording, fields| {
            recording.within.has_realm(fields, &recording.grant.realm)
                && recording.within.is_of_owner(fields, &recording.grant.owner)
        });
    }

    /// Updates an existing account with the user name and the issuer from a refresh. Does not create one, so that a
    /// concurrent sign-out is not undone.
    fn rename(&mut self) {
        let grant = self.grant;
        let mut fields: Vec<_> = self.mark().into_iter().collect();
        fields.extend(grant.username.as_deref().map(|username| ("username", Some(username))));
        if fields.is_empty() {
            return;
        }
        for entry in self.edit.document.entries(Section::Account) {
            let mut realms = grant.other_realms.iter().chain([&grant.realm]);
            let is_theirs = |fields: Fields<'_>| {
                let has_no_realm = fields.lenient("realm").is_none();
                (has_no_realm || realms.any(|realm| self.within.has_realm(&fields, realm)))
                    && self.within.is_of_owner(&fields, &grant.owner)
            };
            if entry.fields().is_ok_and(is_theirs) {
                let value = with_fields(entry.value(), &fields, self.edit.style);
                self.edit.replace(Section::Account, &entry, value);
            }
        }
    }

    /// Returns the member that names the issuer of an entry.
    pub(in crate::cache) fn mark(&self) -> Option<(&'static str, Option<&'e str>)> {
        self.grant.issuer.identity().map(|identity| (AUTHORITY, Some(identity)))
    }

    fn id_token(&mut self, home_account_id: &HomeAccountId) {
        let grant = self.grant;
        let Some(id_token) = &grant.id_token else { return };
        let mut fields = vec![
            ("credential_type", Some(Section::IdToken.name())),
            ("secret", Some(id_token.expose())),
            ("home_account_id", Some(home_account_id.as_str())),
            ("environment", Some(grant.issuer.environment().as_str())),
            ("realm", Some(grant.realm.as_str())),
            ("client_id", Some(grant.client_id.as_str())),
        ];
        fields.extend(self.mark());
        self.put(Section::IdToken, Key::id_token(grant), &fields, Self::is_own_in_realm);
    }

    /// Updates the client's metadata. A response without a family does not end a membership.
    fn app_metadata(&mut self) {
        let grant = self.grant;
        let family_id =
            grant.family_id.clone().or_else(|| match self.edit.document.membership(&self.within, &grant.client_id) {
                Membership::Member(family_id) => Some(family_id),
                Membership::NonMember | Membership::Unknown => None,
            });
        let mut fields = vec![
            ("client_id", Some(grant.client_id.as_str())),
            ("environment", Some(grant.issuer.environment().as_str())),
        ];
        fields.extend(family_id.as_ref().map(|family_id| ("family_id", Some(family_id.as_str()))));
        let own = self.edit.document.entries(Section::AppMetadata).into_iter().find(|entry| {
            entry.fields().is_ok_and(|fields| {
                self.within.has_client(&fields, &grant.client_id)
                    && fields.lenient("environment").as_deref() == Some(grant.issuer.environment().as_str())
            })
        });
        match own {
            Some(entry) => {
                let family_only = fields.split_off(2);
                let value = with_fields(entry.value(), &family_only, self.edit.style);
                self.edit.replace(Section::AppMetadata, &entry, value);
            }
            None => {
                self.put_new(Section::AppMetadata, Key::app_metadata(grant), &fields, |_, _| false);
            }
        }
    }

    /// Whether the entry belongs to this client and this owner.
    pub(in crate::cache) fn is_own(&self, entry: &Fields<'_>) -> bool {
        self.within.has_client(entry, &self.grant.client_id) && self.within.is_of_owner(entry, &self.grant.owner)
    }

    fn is_own_in_realm(&self, entry: &Fields<'_>) -> bool {
        self.within.has_realm(entry, &self.grant.realm) && self.is_own(entry)
    }

    /// Sets the fields of all entries that match `is_this`, whatever their keys. Changes only entries of exactly this
    /// environment, since other libraries keep their own entries under its aliases. Without a match, adds an entry.
    fn put(
        &mut self,
        section: Section,
        key: Key,
        fields: &[(&str, Option<&str>)],
        is_this: impl Fn(&Self, &Fields<'_>) -> bool,
    ) {
        let mut entries = self.edit.document.entries(section);
        entries.retain(|entry| {
            entry.fields().is_ok_and(|fields| self.is_in_this_environment(&fields) && is_this(self, &fields))
        });
        for entry in &entries {
            let value = with_fields(entry.value(), fields, self.edit.style);
            self.edit.replace(section, entry, value);
        }
        if entries.is_empty() {
            self.put_new(section, key, fields, |_, _| false);
        }
    }

    /// Adds an entry under the first key that is free, or whose entry `is_replaced` or is not an object. Returns the
    /// key.
    pub(in crate::cache) fn put_new(
        &mut self,
        section: Section,
        key: Key,
        fields: &[(&str, Option<&str>)],
        is_replaced: impl Fn(&Self, &Fields<'_>) -> bool,
    ) -> String {
        // A map, because with many entries a linear search for each candidate key would be quadratic.
        let mut taken: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for entry in self.edit.document.entries(section) {
            taken.entry(entry.key()).or_default().push(entry);
        }
        let is_free = |key: &String| {
            let mut others = taken.get(key.as_str()).into_iter().flatten();
            others.all(|entry| entry.fields().map_or(true, |fields| is_replaced(self, &fields)))
        };
        let Some(key) = key.candidates().find(is_free) else { unreachable!("the candidates do not end") };
        self.edit.put(section, key.clone(), self.edit.style.object(fields, ENTRY_DEPTH));
        key
    }

    fn is_in_this_environment(&self, entry: &Fields<'_>) -> bool {
        let own = entry.lenient("environment");
        own.is_some_and(|own| own.eq_ignore_ascii_case(self.grant.issuer.environment().as_str()))
    }
}
