//! A site with its provider, and people with browsers.

mod balancer;
mod chromium;
mod person;
#[path = "../../../../../tests/e2e/harness/provider.rs"]
#[allow(dead_code, reason = "the end-to-end tests of the command use the rest")]
mod provider;
mod site;

pub(crate) use person::Person;
pub(crate) use provider::REFRESH_TOKEN;
pub(crate) use site::{Server, Site, redis};

/// The module `provider` waits by this.
mod process {
    pub(crate) use tokcache_testing::servers::wait_until;
}

/// The user of commands of the provider that name nobody.
const LOGIN: &str = "alice";

/// Returns the path of a file of the end-to-end tests.
fn source(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/e2e").join(name)
}
