//! A sample web app: it signs users in, calls an API with a cached token, and signs them out.
//!
//! Read [`app`] first, then `sign_in.rs` and `pages.rs`. `README.md` says how to run it.
#![allow(clippy::print_stderr, reason = "the log of the server")]

pub mod app;
mod failure;
mod guard;
pub mod key;
mod pages;
mod pending;
pub mod sessions;
pub mod settings;
mod sign_in;
pub mod stores;
