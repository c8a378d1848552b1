//! Identifiers as newtypes, so that the compiler distinguishes a realm from a client.

use std::fmt;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text without changes.
            pub fn new(text: impl Into<String>) -> Self {
                $name(text.into())
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

identifier! {
    /// `client_id`, RFC 6749 §2.2.
    ClientId
}
identifier! {
    /// `family_id` of the MSAL schema, `foci` on the wire: a group of clients that share refresh tokens.
    FamilyId
}
identifier! {
    /// `home_account_id` of the MSAL schema: `uid.utid` where the server sends `client_info`, else the ID token's
    /// `sub`.
    HomeAccountId
}
identifier! {
    /// `realm` of the MSAL schema: the tenant part of the authority. May be empty.
    Realm
}

/// The prefix of an account's identifier at a provider that does not name its users. The authority's URL follows.
const UNNAMED: &str = "unnamed@";

/// Follows the URL of the authority in an identifier that stands for a caller whose assertion is exchanged. A name of a
/// user follows a `#`, and an authority has no query.
const EXCHANGE: &str = "?on-behalf-of=";

impl HomeAccountId {
    /// Returns the identifier of an account that the provider names neither by `client_info` nor by an ID token.
    pub fn unnamed(authority: &str) -> Self {
        HomeAccountId(format!("{UNNAMED}{authority}"))
    }

    /// Returns the identifier that stands for a caller whose assertion is exchanged. `caller` is a hash of the assertion.
    pub(crate) fn of_exchange(authority: &str, caller: &str) -> Self {
        HomeAccountId(format!("{UNNAMED}{authority}{EXCHANGE}{caller}"))
    }

    /// Whether this stands for a caller whose assertion was exchanged. It is no account that has signed in.
    pub(crate) fn is_of_exchange(account: &str) -> bool {
        let at = account.strip_prefix(UNNAMED).and_then(|at| at.split('#').next());
        at.is_some_and(|at| at.contains(EXCHANGE))
    }

    /// Returns the identifier of the account of this user for one protected resource. A refresh token is bound to the
    /// resource (RFC 8707 §2.2), so the sign-ins for two resources must not replace each other's.
    pub(crate) fn for_resource(&self, resource: &str) -> Self {
        HomeAccountId(format!("{}#{resource}", self.0))
    }

    /// Returns the URL of the authority if this is an [unnamed](HomeAccountId::unnamed) account.
    pub fn unnamed_at(&self) -> Option<&str> {
        self.0.strip_prefix(UNNAMED)
    }

    /// Returns the home tenant of an Entra account: the part behind the dot of `uid.utid`.
    pub fn home_tenant(&self) -> Option<Realm> {
        self.0.rsplit_once('.').filter(|(_, tenant)| !tenant.is_empty()).map(|(_, tenant)| Realm::new(tenant))
    }
}

/// `authority_type` of an account, in MSAL Python's values. Generic OpenID Connect accounts are `MSSTS` too, because
/// MSAL Python hides all others.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AuthorityType {
    /// Active Directory Federation Services.
    Adfs,
    /// All other authorities.
    Mssts,
}

impl AuthorityType {
    /// Returns the text of the schema.
    pub fn as_str(self) -> &'static str {
        match self {
            AuthorityType::Adfs => "ADFS",
            AuthorityType::Mssts => "MSSTS",
        }
    }
}
