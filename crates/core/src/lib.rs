//! OAuth access tokens from a cache that any number of processes, and every MSAL library, share.
//!
//! Data flows one way; each module is a room with one purpose:
//!
//! - [`acquire`]: which token, when to refresh, what to remember. Start here.
//! - [`cache`]: the MSAL unified cache schema as a pure model ([`cache::TokenCache`]).
//! - [`oauth`]: the protocols, requests out and responses in.
//! - [`store`]: opaque bytes, saved so that nothing is lost.
//! - [`types`], [`secret`], [`time`]: the words that all of them share.

pub mod acquire;
pub mod cache;
pub mod future;
pub mod oauth;
pub mod secret;
pub mod store;
pub mod time;
pub mod types;
