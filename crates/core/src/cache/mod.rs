//! The MSAL unified cache schema as a pure model: no files, no network, no clock.
//!
//! [`TokenCache`] is the document that any number of MSAL libraries share: its text and an index of where the entries
//! stand. An entry is parsed when it is looked at, and a change copies everything else to the letter.

mod change;
mod entry;
mod error;
mod find;
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
pub use salvage::{Salvage, salvage};
pub use snapshot::{Skim, Snapshot};
pub(crate) use text::document::Document;
pub use token_cache::TokenCache;
