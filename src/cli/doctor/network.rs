//! Checks the way to the provider, the provider itself, and the clock.

use std::sync::Mutex;

use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, Registration};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{self, EndpointKind, Http, Request, RequestError, Response, TransportError};
use tokcache_core::time::{Clock as _, SystemClock, Timestamp};
use tokcache_core::types::ScopeSet;

use super::finding::Findings;
use crate::cli::context::Context;
use crate::cli::settings::profile_format::Flow;
use crate::cli::{Exit, Failure, environment};
use crate::output::{self, command_line};

/// The difference of the clocks that a token still bears, in seconds.
const TOLERATED_SKEW: u64 = 60;

/// Sets this machine's clock by the network.
const SET_CLOCK: &str = if cfg!(windows) {
    "w32tm /resync"
} else if cfg!(target_os = "macos") {
    "sudo sntp -sS time.apple.com"
} else {
    "timedatectl set-ntp true"
};

/// Checks the settings of the network without a request. Returns whether a request can be sent.
pub(super) fn check_settings(context: &Context, registration: &Registration, findings: &mut Findings) -> bool {
    // A managed identity is on this machine, where there is no proxy and no TLS.
    if context.is_managed_identity() {
        return true;
    }
    let url = registration.authority.url();
    let certificates = if url.starts_with("https:") { check_certificates(context, findings) } else { true };
    let proxy = match environment::unreadable_proxy() {
        Some(failure) => Err(failure),
        None => context.route().proxy_for(url).map_err(|why| {
            Failure::new(Exit::Config, why).try_shell("unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY")
        }),
    };
    match proxy {
        Ok(proxy) => {
            findings.ok("proxy", proxy.unwrap_or_else(|| "none".to_owned()));
            certificates
        }
        Err(failure) => {
            findings.problem("proxy", &failure);
            false
        }
    }
}

fn check_certificates(context: &Context, findings: &mut Findings) -> bool {
    let route = context.route();
    let Err(why) = route.load_certificates() else {
        findings.ok("certificates", route.trusted_certificates().join(", "));
        return true;
    };
    let failure = Failure::new(Exit::Config, why);
    let failure = match (route.has_refused_client_certificate(), route.needs_another_ca_file()) {
        (true, _) => failure.try_with("--client-cert", "PATH"),
        (_, true) => failure.try_with("--ca-file", "PATH").of_variable("TOKCACHE_CA_FILE", &context.settings),
        _ => failure.try_with("--ca-file", "PATH"),
    };
    findings.problem("certificates", &failure);
    false
}

/// Requests the metadata of the provider, and compares its clock with this machine's.
pub(super) fn check_provider(context: &Context, registration: &Registration, findings: &mut Findings) {
    if context.is_managed_identity() {
        return findings.note("provider", "the service of the platform is asked for a token only", None);
    }
    let authority = &registration.authority;
    let dated = Dated { inner: context.network(), seen: Mutex::default(), clock: &context.clock };
    let needed = needed(context);
    let named = |kind: &EndpointKind| registration.endpoints.get(*kind).is_some();
    match oauth::discover(&dated, authority, &needed).block_on() {
        Ok(found) => match needed.iter().find(|kind| found.get(**kind).is_none() && !named(kind)) {
            None => findings.ok("provider", format!("{} answers", authority.url())),
            Some(kind) => {
                let flag = format!("--{}", kind.name().replace('_', "-"));
                let message = format!("{} has no {}, which the sign-in needs", authority.url(), kind.name());
                let failure = Failure::new(Exit::Config, message).try_tokcache(["login", &flag, "URL"]);
                findings.problem("provider", &failure);
            }
        },
        // The user has named the endpoints, and the provider answers.
        Err(RequestError::NoMetadata { .. }) if needed.iter().all(named) => {
            let message = format!("{} has no metadata; the profile names the endpoints", authority.url());
            findings.ok("provider", message);
        }
        Err(error) => {
            // curl shows the answer, or where the way to the provider ends.
            let is_to_be_seen = matches!(error, RequestError::Unavailable { .. } | RequestError::Unintelligible { .. });
            let failure = context.failure(AcquireError::from(error), &ScopeSet::default());
            let look = || command_line(["curl", "-v", authority.url()]);
            let failure = if is_to_be_seen { failure.try_shell(look()) } else { failure };
            findings.problem("provider", &failure);
        }
    }
    check_clock(&dated, findings);
}

/// Returns the endpoints that the flow needs.
fn needed(context: &Context) -> Vec<EndpointKind> {
    match context.flow.unwrap_or(Flow::Device) {
        Flow::Device => vec![EndpointKind::DeviceAuthorization, EndpointKind::Token],
        Flow::Browser => vec![EndpointKind::Authorization, EndpointKind::Token],
        Flow::Auto | Flow::ClientCredentials | Flow::IdentityAssertion | Flow::ManagedIdentity => {
            vec![EndpointKind::Token]
        }
    }
}

fn check_clock(dated: &Dated<'_>, findings: &mut Findings) {
    let Some((servers, ours)) = dated.seen.lock().ok().and_then(|seen| *seen) else { return };
    let offset = ours.seconds_since(servers);
    if offset.unsigned_abs() <= TOLERATED_SKEW {
        return findings.ok("clock", "it agrees with the provider's");
    }
    let message = format!("it is {}: tokens seem to last longer or shorter than they do", output::clock(offset));
    let failure = Failure::new(Exit::Config, message);
    findings.warning("clock", &failure.try_shell(SET_CLOCK));
}

/// Notes the date of the latest response, and the time at which it arrived.
struct Dated<'a> {
    inner: &'a dyn Http,
    seen: Mutex<Option<(Timestamp, Timestamp)>>,
    clock: &'a SystemClock,
}

impl Http for Dated<'_> {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let response = self.inner.send(request).await;
            let date = response.as_ref().ok().and_then(|response| response.date);
            if let (Some(date), Ok(mut seen)) = (date, self.seen.lock()) {
                *seen = Some((date, self.clock.now()));
            }
            response
        })
    }

    fn presents_certificate(&self) -> bool {
        self.inner.presents_certificate()
    }
}
