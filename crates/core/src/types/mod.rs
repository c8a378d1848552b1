//! Types that several modules share, with the names of the standards and the MSAL schema.

mod environment;
mod ids;
mod issuer;
mod scope;

pub use environment::{Environment, KNOWN_ENVIRONMENTS};
pub use ids::{AuthorityType, ClientId, FamilyId, HomeAccountId, Realm};
pub use issuer::{Issuer, IssuerClaims, IssuerProof};
pub use scope::{RESERVED_SCOPES, ScopeSet};
