//! The entries: their fields, keys and kinds.

pub(super) mod access_token;
pub(super) mod account;
pub(super) mod asked;
pub(super) mod ext_cache_key;
pub(super) mod fields;
pub(super) mod id_token;
pub(super) mod keys;
pub(super) mod refresh_token;
pub(super) mod section;
