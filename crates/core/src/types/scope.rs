//! `scope`, RFC 6749 §3.3.

use std::fmt;

/// Scopes that identify the user and request a refresh token rather than a resource: MSAL's reserved scopes. A server
/// may omit them from its response.
pub const RESERVED_SCOPES: [&str; 3] = ["openid", "profile", "offline_access"];

/// The scopes of one request or grant, in the given order, without repetitions.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ScopeSet(Vec<String>);

impl ScopeSet {
    /// Splits a text at white space.
    pub fn parse(text: &str) -> Self {
        text.split_whitespace().collect()
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the scopes in the given order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether the set contains `scope`. Scopes are case-sensitive (RFC 6749 §3.3).
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|own| own == scope)
    }

    /// Returns those scopes for which `wanted` is true, in the same order.
    pub fn filtered(&self, wanted: impl Fn(&str) -> bool) -> Self {
        ScopeSet(self.0.iter().filter(|scope| wanted(scope)).cloned().collect())
    }

    /// Returns the scopes that request a resource: all but the reserved ones.
    pub fn of_resources(&self) -> Self {
        self.filtered(|scope| !RESERVED_SCOPES.contains(&scope))
    }

    /// Returns these scopes, followed by the `others` that are not among them.
    pub fn union(&self, others: &ScopeSet) -> Self {
        self.iter().chain(others.iter()).collect()
    }

    /// Returns the scopes as MSAL Python writes `target`: sorted by code point and separated by spaces.
    pub fn to_target(&self) -> String {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted.join(" ")
    }
}

impl<'a> FromIterator<&'a str> for ScopeSet {
    fn from_iter<Scopes: IntoIterator<Item = &'a str>>(scopes: Scopes) -> Self {
        let mut set = ScopeSet::default();
        for scope in scopes {
            if !set.contains(scope) {
                set.0.push(scope.to_owned());
            }
        }
        set
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_sorted_by_code_point() {
        assert_eq!(ScopeSet::parse(" profile User.Read  email profile").to_target(), "User.Read email profile");
    }
}
