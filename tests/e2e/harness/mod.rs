//! Shared by the cases: a provider, a home with one cache file, and the programs that share the file.

mod cache_file;
mod home;
mod msal;
mod process;
mod provider;
#[path = "../../support/mod.rs"]
pub(crate) mod support;

pub(crate) use home::Home;
pub(crate) use msal::{Library, Protocol};
pub(crate) use process::{end_of, kill, output_of, signal, wait_until};
pub(crate) use provider::{DEVICE_CODE, Provider, REFRESH_TOKEN};
pub(crate) use support::strace::traced;
pub(crate) use support::{answer_of, in_wsl, is_long, names, put_program};

/// The client id of all programs, so that they share tokens.
pub(crate) const CLIENT_ID: &str = "e2e-app";
/// The scope of all programs.
pub(crate) const SCOPE: &str = "api.read";
/// The user who signs in.
pub(crate) const LOGIN: &str = "alice";

/// Returns the path of a file of this tier.
pub(crate) fn source(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e").join(name)
}
