//! The MSAL unified cache schema as a pure model: no files, no network, no clock.
//!
//! [`TokenCache`] is the document that any number of MSAL libraries share. It is the text and an index of where the
//! entries stand (`scan`); an entry is parsed when it is looked at (`fields`), and a change copies everything else to
//! the letter (`edit`, `rewrite`). What a query means is in `verdict`, what a token response means in `record` and
//! `rotate`, what a sign-out means in `remove`.

mod access_token;
mod account;
#[cfg(test)]
mod crowd;
mod document;
mod edit;
mod error;
mod ext_cache_key;
mod fields;
mod find_access_token;
mod find_refresh_token;
mod glance;
mod grant;
mod keys;
mod matching;
mod owner;
#[cfg(test)]
mod properties;
mod query;
mod record;
mod refresh_token;
mod refusal;
mod remove;
mod rewrite;
mod rotate;
mod salvage;
mod scan;
mod search;
mod section;
mod snapshot;
mod style;
mod token_cache;
mod verdict;

pub use access_token::AccessTokenEntry;
pub use account::Account;
pub use error::{Defect, ParseError, Unreadable};
pub use ext_cache_key::ext_cache_key;
pub use grant::{Grant, Recorded, SignIn};
pub use owner::Holding;
pub use query::{AccessTokenQuery, MinValid, Owner, RefreshTokenQuery};
pub use refresh_token::RefreshTokenEntry;
pub use refusal::Refusal;
pub use remove::{AccountRemoval, RemovalScope};
pub use salvage::{Salvage, salvage};
pub use section::Section;
pub use snapshot::Snapshot;
pub use token_cache::TokenCache;
pub use verdict::{Reason, Verdict};
