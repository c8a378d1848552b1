//! The requested scopes, in addition to the granted ones. The schema has only the granted ones, `target`.
//!
//! Other libraries keep fields that they do not know, so these fields survive their saves. Only tokcache reads them.

use super::fields::Fields;
use crate::time::Timestamp;
use crate::types::ScopeSet;

/// The requested scopes of an access or refresh token, if some were not granted under their own names.
pub(in crate::cache) const REQUESTED: &str = "tokcache_requested_scope";

/// The requested scopes of an access or refresh token that were not granted under any name.
pub(in crate::cache) const NOT_GRANTED: &str = "tokcache_scope_not_granted";

/// The scopes that recent refreshes with a refresh token did not get, each with the time and how long to remember it.
pub(in crate::cache) const WITHHELD: &str = "tokcache_scope_withheld";

/// The fields that a new sign-in invalidates.
pub(in crate::cache) const OF_SIGN_IN: [&str; 3] = [REQUESTED, NOT_GRANTED, WITHHELD];

/// The requested and the granted scopes of one response.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AskedAndGranted {
    /// The requested scopes; empty if all were granted under their own names.
    pub asked: ScopeSet,
    /// The granted scopes.
    pub granted: ScopeSet,
    /// The requested scopes that were not granted under any name.
    pub not_granted: ScopeSet,
}

impl AskedAndGranted {
    /// Returns the requested scopes if some were not granted under their own names.
    pub fn requested(&self) -> Option<&ScopeSet> {
        (!self.asked.is_empty()).then_some(&self.asked)
    }
}

/// A scope that a refresh requested in vain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Withheld {
    /// The scope.
    pub scope: String,
    /// The time of the response without the scope.
    pub on: Timestamp,
    /// For how many seconds the scope is not requested again.
    pub seconds: i64,
}

impl Withheld {
    /// Whether the scope must not be requested again yet.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        (0..self.seconds).contains(&now.seconds_since(self.on))
    }

    fn parse(text: &str) -> Option<Self> {
        let (scope, when) = text.rsplit_once('=')?;
        let (on, seconds) = when.split_once('+')?;
        Some(Withheld { scope: scope.to_owned(), on: Timestamp(on.parse().ok()?), seconds: seconds.parse().ok()? })
    }
}

pub(in crate::cache) fn requested(fields: &Fields<'_>) -> ScopeSet {
    ScopeSet::parse(&fields.lenient(REQUESTED).unwrap_or_default())
}

pub(in crate::cache) fn not_granted(fields: &Fields<'_>) -> ScopeSet {
    ScopeSet::parse(&fields.lenient(NOT_GRANTED).unwrap_or_default())
}

pub(in crate::cache) fn withheld(fields: &Fields<'_>) -> Vec<Withheld> {
    fields.lenient(WITHHELD).unwrap_or_default().split_whitespace().filter_map(Withheld::parse).collect()
}

/// Returns the text of the field. Scopes contain no blanks (RFC 6749 §3.3).
pub(in crate::cache) fn withheld_text(withheld: &[Withheld]) -> String {
    let each: Vec<_> =
        withheld.iter().map(|Withheld { scope, on, seconds }| format!("{scope}={on}+{seconds}")).collect();
    each.join(" ")
}
