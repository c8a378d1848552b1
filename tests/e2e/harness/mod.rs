//! What the cases are written with: a provider, a home with one cache file, and the programs that share it.

mod cache_file;
mod home;
mod msal;
mod process;
mod provider;

pub(crate) use home::{Home, answer_of};
pub(crate) use msal::{Library, Protocol};
pub(crate) use process::{end_of, kill, output_of, signal, wait_until};
pub(crate) use provider::{DEVICE_CODE, Provider, REFRESH_TOKEN};

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

/// `TOKCACHE_TESTS=long`: as many rounds as the README speaks of, not a few.
pub(crate) fn is_long() -> bool {
    std::env::var("TOKCACHE_TESTS").is_ok_and(|form| form == "long")
}
