//! The MSAL unified cache schema as a pure model, without I/O and clock.
//!
//! [`TokenCache`] is the document that all MSAL libraries share: its text, with an index of the entries. An entry is
//! parsed when it is needed, and a change copies everything else verbatim.

mod change;
mod entry;
mod error;
mod find;
mod merge;
#[cfg(test)]
mod proptests;
mod salvage;
#[cfg(test)]
mod scale_tests;
mod snapshot;
mod text;
mod token_cache;

pub use change::grant::{Grant, Recorded, SignIn};
pub use change::refusal::Refusal;
pub use change::remove::{AccountRemoval, RemovalScope};
pub use entry::access_token::AccessTokenEntry;
pub use entry::account::Account;
pub use entry::asked::{AskedAndGranted, Withheld};
pub use entry::ext_cache_key::ext_cache_key;
pub use entry::refresh_token::RefreshTokenEntry;
pub use entry::section::Section;
pub use error::{Defect, ParseError, Unreadable};
pub use find::owner::Holding;
pub use find::query::{AccessTokenQuery, MinValid, Owner, RefreshTokenQuery};
pub use find::verdict::{Reason, Verdict};
pub use merge::{Merged, Share, ShareOwner, Split};
pub use salvage::{Salvage, salvage};
pub use snapshot::{Skim, Snapshot};
pub(crate) use text::document::Document;
pub use token_cache::TokenCache;
