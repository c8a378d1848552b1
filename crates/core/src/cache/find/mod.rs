//! Queries: which entry matches, and who owns and who issued an entry.

pub(super) mod access_token;
mod account;
pub(super) mod asked;
pub(super) mod case_rule;
pub(super) mod mark;
pub(super) mod matching;
pub(super) mod origins;
pub(super) mod owner;
pub(super) mod proof;
pub(super) mod query;
pub(super) mod refresh_token;
pub(super) mod verdict;
