//! The client: its registration and its credential, the endpoints of its provider, and how it sends, waits and tries again.

pub(super) mod account;
pub(super) mod application;
pub(super) mod credential;
pub(super) mod endpoints;
pub(super) mod outage;
pub(super) mod provider_metadata;
pub(super) mod registration;
pub(super) mod retry;
pub(super) mod waiting;
