//! Identifiers. Newtypes, so that the compiler keeps a realm and a client apart.

use std::fmt;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is: nothing is folded or trimmed.
            pub fn new(text: impl Into<String>) -> Self {
                $name(text.into())
            }

            /// The text as given.
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
    /// `family_id` of the MSAL schema, `foci` on the wire: clients that share refresh tokens.
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

/// What the identifier of an account begins with whose provider names nobody; the authority's URL follows.
const UNNAMED: &str = "unnamed@";

impl HomeAccountId {
    /// The account of a provider that names nobody, neither by `client_info` nor by an ID token.
    pub fn unnamed(authority: &str) -> Self {
        HomeAccountId(format!("{UNNAMED}{authority}"))
    }

    /// The URL of the authority whose [unnamed](HomeAccountId::unnamed) account this is.
    pub fn unnamed_at(&self) -> Option<&str> {
        self.0.strip_prefix(UNNAMED)
    }

    /// The home tenant of an Entra account: what follows the dot of `uid.utid`.
    pub fn home_tenant(&self) -> Option<Realm> {
        self.0.rsplit_once('.').filter(|(_, tenant)| !tenant.is_empty()).map(|(_, tenant)| Realm::new(tenant))
    }
}

/// `authority_type` of an account, as MSAL Python accepts it; generic OpenID Connect accounts are `MSSTS` too,
/// since MSAL Python hides any other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AuthorityType {
    /// Active Directory Federation Services.
    Adfs,
    /// Everything else.
    Mssts,
}

impl AuthorityType {
    /// The text in the schema.
    pub fn as_str(self) -> &'static str {
        match self {
            AuthorityType::Adfs => "ADFS",
            AuthorityType::Mssts => "MSSTS",
        }
    }
}
