//! What the cases are written with: a provider, a home with one cache file, and the programs that share it.

mod cache_file;
mod home;
mod msal;
mod process;
mod provider;
#[path = "../../support/mod.rs"]
mod support;

pub(crate) use home::Home;
pub(crate) use msal::{Library, Protocol};
pub(crate) use process::{end_of, kill, output_of, signal, wait_until};
pub(crate) use provider::{DEVICE_CODE, Provider, REFRESH_TOKEN};
pub(crate) use support::strace::traced;
pub(crate) use support::{answer_of, is_long, names};

/// The client that all programs sign in as, so that they share what they sign in for.
pub(crate) const CLIENT_ID: &str = "e2e-app";
/// The scope that all programs ask for.
pub(crate) const SCOPE: &str = "api.read";
/// Who signs in.
pub(crate) const LOGIN: &str = "alice";

/// A file of this tier.
pub(crate) fn source(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e").join(name)
}
