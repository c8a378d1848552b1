//! The scopes that a client has requested and got for a user, according to the whole cache.

use super::matching::Within;
use super::{access_token, refresh_token};
use crate::cache::text::document::{Document, Entry};
use crate::cache::{AskedAndGranted, Owner, Section};
use crate::types::{ClientId, Issuer};

impl Document<'_> {
    /// Returns the scopes of each access and refresh token of this client and user. Includes expired tokens, because
    /// they show which scopes are different names of the same one.
    pub(crate) fn asked_and_granted(
        self,
        issuer: &Issuer,
        client_id: &ClientId,
        owner: &Owner,
    ) -> Vec<AskedAndGranted> {
        let within = Within::of_owner(self, issuer, owner);
        let is_own = |entry: &&Entry<'_>| {
            let may_be = entry.texts().is_none_or(|texts| {
                within.case.same(texts.client_id, client_id.as_str())
                    && within.case.same(texts.home_account_id, owner.home_account_id().unwrap_or_default())
            });
            may_be
                && entry
                    .fields()
                    .is_ok_and(|fields| within.has_client(&fields, client_id) && within.is_of_owner(&fields, owner))
        };
        let (access_tokens, refresh_tokens) = (self.entries(Section::AccessToken), self.entries(Section::RefreshToken));
        let of_access_tokens = access_tokens.iter().filter(is_own).filter_map(|entry| access_token::read(entry).ok());
        let of_refresh_tokens =
            refresh_tokens.iter().filter(is_own).filter_map(|entry| refresh_token::read(entry).ok());
        of_refresh_tokens
            .map(|entry| entry.asked_and_granted())
            .chain(of_access_tokens.map(|entry| entry.asked_and_granted()))
            .collect()
    }
}
