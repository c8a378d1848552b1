//! Checks whether there will be a token: the credential of the client, and who is signed in.

use pollster::FutureExt as _;
use tokcache_core::acquire::{self, CredentialContext, Decision, Explanation, Registration, SilentRequest};
use tokcache_core::cache::Verdict;
use tokcache_core::oauth::{ClientAuthentication, Endpoints};
use tokcache_core::time::{Clock as _, Timestamp};
use tokcache_core::types::ScopeSet;

use super::finding::Findings;
use crate::cli::context::Context;
use crate::cli::context::account::name;
use crate::cli::context::scopes::Scopes;
use crate::cli::settings::profile_format::Flow;
use crate::cli::{Exit, Failure};
use crate::output::about;

/// Reads the credential of the client, as a request would. A command is not run, because it may change something.
pub(super) fn check_credential(context: &Context, registration: &Registration, findings: &mut Findings) {
    if context.is_managed_identity() {
        return;
    }
    if context.credential.is_made_elsewhere() {
        return findings.note("credential", "it comes from a command or a service, which is not asked", None);
    }
    if context.flow == Some(Flow::ClientCredentials) {
        context.credential.require();
    }
    let endpoints = Endpoints::default();
    let Registration { client_id, authority, .. } = registration;
    let of_client = CredentialContext { client_id, authority, endpoints: &endpoints, now: context.clock.now() };
    match acquire::Credential::authentication(&context.credential, &of_client).block_on() {
        Ok(ClientAuthentication::None) => {}
        Ok(_) => findings.ok("credential", "the credential of the client can be read"),
        Err(why) => {
            let failure = context.credential.take_failure().unwrap_or_else(|| Failure::new(Exit::Config, why));
            findings.problem("credential", &failure);
        }
    }
}

/// Checks the decision of the next `tokcache token`.
pub(super) fn check(context: &Context, registration: Registration, findings: &mut Findings) {
    let typed = Scopes::default();
    // Without scopes, any refresh token counts.
    let scopes = context.scopes(&typed).unwrap_or_else(|failure| {
        findings.note("sign-in", failure.message(), None);
        ScopeSet::default()
    });
    let lifetime = match context.lifetime(&typed) {
        Ok(lifetime) => lifetime,
        Err(failure) => return findings.problem("settings", &failure),
    };
    let parameters = context.parameters(&typed);
    let request =
        SilentRequest { scopes, account: context.account(), lifetime, parameters, ..SilentRequest::default() };
    let explained = if context.is_application() {
        context.application(registration).explain_for_client(&request).block_on()
    } else {
        let client = context.client_of(registration, request.account.as_deref());
        client.and_then(|client| client.explain(&request).block_on())
    };
    match explained {
        Ok(explanation) => report(context, &explanation, &request, findings),
        Err(error) => findings.problem("sign-in", &context.failure(error, &request.scopes)),
    }
}

fn report(context: &Context, explanation: &Explanation, request: &SilentRequest, findings: &mut Findings) {
    let now = context.clock.now();
    let who = match &explanation.account {
        Some(account) => name(account).to_owned(),
        None => "the application".to_owned(),
    };
    let failure = |exit, message: &str| Failure::new(exit, message).try_tokcache(context.login_words(&request.scopes));
    match &explanation.decision {
        Decision::Serve { key } => findings.ok("sign-in", format!("{who}: {}", validity(explanation, key, now))),
        Decision::Refresh { .. } => {
            findings.ok("sign-in", format!("{who}: the next command refreshes the access token"));
        }
        Decision::Request { .. } | Decision::Offline => {
            findings.ok("sign-in", format!("{who}: the next command requests an access token"));
        }
        Decision::NotGranted { scopes } => {
            findings.problem("sign-in", &failure(Exit::Denied, &format!("the provider did not grant {scopes}")));
        }
        Decision::Refused => {
            let message = format!("the provider has just refused the refresh token of {who}");
            findings.problem("sign-in", &failure(Exit::InteractionRequired, &message));
        }
        Decision::SignIn if explanation.account.is_some() => {
            let message = format!("the sign-in of {who} has ended: there is neither a valid token nor a refresh token");
            findings.problem("sign-in", &failure(Exit::InteractionRequired, &message));
        }
        Decision::SignIn => {
            findings.problem("sign-in", &failure(Exit::InteractionRequired, "nobody is signed in"));
        }
    }
}

/// Returns how long the token that would be served is valid.
fn validity(explanation: &Explanation, key: &str, now: Timestamp) -> String {
    let is_usable = |verdict: &Verdict| matches!(verdict, Verdict::Usable { .. });
    let mut tokens = explanation.considered.iter().filter(|token| is_usable(&token.verdict));
    match tokens.find(|token| token.entry.key == key) {
        Some(token) if !token.entry.is_lifetime_unknown => {
            format!("an access token is valid for {}", about(token.entry.expires_on.seconds_since(now)))
        }
        _ => "an access token is valid".to_owned(),
    }
}
