//! What was asked for, beside what was granted. The schema knows only what was granted: `target`.
//!
//! The libraries keep fields that they do not know, so all of them may see these; none but tokcache reads them.

use super::fields::Fields;
use crate::time::Timestamp;
use crate::types::ScopeSet;

/// Of an access token or refresh token: the scopes that were asked for, where not all came by their own names.
pub(in crate::cache) const REQUESTED: &str = "tokcache_requested_scope";

/// Of an access token or refresh token: those of the requested scopes that were not granted by any name.
pub(in crate::cache) const NOT_GRANTED: &str = "tokcache_scope_not_granted";

/// Of a refresh token: the scopes that lately it did not bring, each with the time and how long to remember it.
pub(in crate::cache) const WITHHELD: &str = "tokcache_scope_withheld";

/// The fields that a new sign-in makes void.
pub(in crate::cache) const OF_SIGN_IN: [&str; 3] = [REQUESTED, NOT_GRANTED, WITHHELD];

/// One answer of a server: what was asked for and what came.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AskedAndGranted {
    /// What was asked for; empty where all of it came by its own name.
    pub asked: ScopeSet,
    /// What came.
    pub granted: ScopeSet,
    /// What was asked for and did not come by any name.
    pub not_granted: ScopeSet,
}

impl AskedAndGranted {
    /// What was asked for, where not all of it came by its own name.
    pub fn requested(&self) -> Option<&ScopeSet> {
        (!self.asked.is_empty()).then_some(&self.asked)
    }
}

/// A scope that a refresh asked for in vain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Withheld {
    /// The scope.
    pub scope: String,
    /// When the server left it out.
    pub on: Timestamp,
    /// For how many seconds the server is not asked again.
    pub seconds: i64,
}

impl Withheld {
    /// Whether it is not to be asked for again yet.
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

/// The field's text: scopes hold no blanks (RFC 6749 §3.3).
pub(in crate::cache) fn withheld_text(withheld: &[Withheld]) -> String {
    let each: Vec<_> =
        withheld.iter().map(|Withheld { scope, on, seconds }| format!("{scope}={on}+{seconds}")).collect();
    each.join(" ")
}
