//! Properties that hold for any cache document and any sequence of operations on it.

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod documents;
mod issuers;
mod preservation;
