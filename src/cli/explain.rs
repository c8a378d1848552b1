//! `tokcache explain`: shows which token would be used, and why, without the network.

use clap::Args;
use pollster::FutureExt as _;
use tokcache_core::acquire::{Considered, Decision, Explanation, SilentRequest};
use tokcache_core::cache::{RefreshTokenEntry, Verdict};
use tokcache_core::store::Holder;
use tokcache_core::time::{Clock, Timestamp};
use tokcache_file::LocalStore as _;

use super::context::Context;
use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use super::settings::profile_format::Flow;
use super::store::OpenStore;
use super::token::Selection;
use super::{Failure, environment};
use crate::output::{self, AnswerFormat, ConsideredView, ExplanationView, LockView, RefreshTokenView};

#[derive(Args, Debug)]
pub(super) struct Input {
    #[command(flatten)]
    selection: Selection,

    /// The output format
    #[arg(short, long, value_enum, default_value_t)]
    output: AnswerFormat,
}

pub(super) fn run(settings: &Settings, input: Input) -> Result<(), Failure> {
    let context = input.selection.context(settings, PromptPolicy::never(), false)?;
    let is_application = context.is_application();
    let registration = context.registration()?;
    let request = input.selection.request(&context)?;
    let authority = registration.authority.url().to_owned();
    let client_id = registration.client_id.to_string();
    let explanation = if let Some(file) = &input.selection.assertion_file {
        context.explain_on_behalf_of(file, &request)?
    } else {
        let explanation = if is_application {
            context.application(registration).explain_for_client(&request).block_on()
        } else {
            let client = context.client_of(registration, request.account.as_deref());
            client.and_then(|client| client.explain(&request).block_on())
        };
        explanation.map_err(|error| context.failure(error, &request.scopes))?
    };
    let store = context.store.describe();
    let encryption = context.store.encrypted_by()?;
    let now = context.clock.now();
    let view = ExplanationView {
        decision: decision(&explanation.decision),
        reason: reason(&explanation.decision, &request),
        proxy: proxy(&context, &authority),
        account: match &input.selection.assertion_file {
            Some(_) => Some("the user of the assertion".to_owned()),
            None => account(&explanation),
        },
        authority,
        client_id,
        flow: context.flow.unwrap_or(Flow::Device).name(),
        flow_reason: context.flow_reason,
        is_application,
        scope: request.scopes.to_string(),
        store: store.url,
        encryption: encryption.map_or_else(|| "none".to_owned(), |source| source.to_string()),
        locks: locks(&context, store.lock_holder.as_ref()),
        clock_offset: explanation.clock_offset,
        trusted_certificates: context.route().trusted_certificates(),
        refresh_token: explanation.refresh_token.as_ref().map(refresh_token),
        access_tokens: explanation.considered.iter().map(|token| view(token, &explanation.decision, now)).collect(),
    };
    let text = match input.output {
        AnswerFormat::Json => view.json()?,
        AnswerFormat::Text => view.text(),
    };
    Ok(output::answer(text.as_bytes())?)
}

fn decision(decision: &Decision) -> &'static str {
    match decision {
        Decision::NotGranted { .. } => "scope_not_granted",
        Decision::Offline => "offline",
        Decision::Refresh { .. } => "refresh",
        Decision::Request { .. } => "request",
        Decision::Serve { .. } => "serve",
        Decision::Refused | Decision::SignIn => "sign_in",
    }
}

fn reason(decision: &Decision, request: &SilentRequest) -> &'static str {
    let wants_new = request.force_refresh || request.claims.is_some();
    match decision {
        Decision::NotGranted { .. } => "the server did not grant a scope, and tokcache does not ask again yet",
        Decision::Offline => "no cached access token fits, and the network is not allowed",
        Decision::Refresh { .. } if wants_new => "a new access token is requested, so there would be a refresh",
        Decision::Refused => "the server has refused the refresh token within the last minute",
        Decision::Refresh { old_token_valid: false } => "no cached access token fits, so there would be a refresh",
        Decision::Refresh { old_token_valid: true } => {
            "the cached access token is due for a refresh, and would be served if the refresh failed"
        }
        Decision::Request { .. } if wants_new => "a new access token is requested, so the provider would be asked",
        Decision::Request { old_token_valid: false } => "no cached access token fits, so the provider would be asked",
        Decision::Request { old_token_valid: true } => {
            "the cached access token is due for renewal, and would be served if the provider did not answer"
        }
        Decision::Serve { .. } => "a cached access token fits; no network and no write is needed",
        Decision::SignIn => "there is neither a usable access token nor a refresh token",
    }
}

/// Returns the proxy for requests to the authority. An error is a part of the explanation: no request would be sent.
fn proxy(context: &Context, authority: &str) -> Option<String> {
    if context.is_managed_identity() {
        return None;
    }
    let unusable = |why: &str| Some(format!("cannot be used: {why}"));
    match (environment::unreadable_proxy(), context.route().proxy_for(authority)) {
        (Some(failure), _) => unusable(failure.message()),
        (None, Err(why)) => unusable(&why),
        (None, Ok(proxy)) => proxy,
    }
}

/// Returns the locks that other processes hold now: that of the cache, and those of the refreshes. `None` for a shared
/// store: it answers only who requests a lease, and a request would take a free one.
fn locks(context: &Context, of_cache: Option<&Holder>) -> Option<Vec<LockView>> {
    let OpenStore::Local(store) = &context.store else { return None };
    let view = |what: &'static str, holder: &Holder| LockView {
        what,
        pid: holder.pid,
        program: holder.program.clone(),
        held_for: holder.age.map(|age| age.as_secs()),
    };
    let of_cache = of_cache.map(|holder| view("cache", holder));
    let of_refreshes = store.lease_holders();
    Some(of_cache.into_iter().chain(of_refreshes.iter().map(|holder| view("refresh", holder))).collect())
}

fn refresh_token(entry: &RefreshTokenEntry) -> RefreshTokenView {
    RefreshTokenView {
        client_id: entry.client_id.to_string(),
        family_id: entry.family_id.as_ref().map(|family| family.as_str().to_owned()),
    }
}

fn account(explanation: &Explanation) -> Option<String> {
    let account = explanation.account.as_ref()?;
    Some(match account.username.as_str() {
        "" => account.home_account_id.to_string(),
        username => username.to_owned(),
    })
}

fn view(considered: &Considered, decision: &Decision, now: Timestamp) -> ConsideredView {
    let Considered { entry, verdict } = considered;
    ConsideredView {
        used: matches!(decision, Decision::Serve { key } if *key == entry.key),
        code: match verdict {
            Verdict::Usable { aging: false } => "usable",
            Verdict::Usable { aging: true } => "due_for_refresh",
            Verdict::Unusable(reason) => reason.code(),
        },
        verdict: match verdict {
            Verdict::Usable { aging: false } => "can be used".to_owned(),
            Verdict::Usable { aging: true } => "can be used, and is due for a refresh".to_owned(),
            Verdict::Unusable(reason) => reason.to_string(),
        },
        scope: entry.scopes.to_string(),
        requested_scope: entry.asked_and_granted().requested().map(ToString::to_string),
        tenant: entry.realm.to_string(),
        client_id: entry.client_id.to_string(),
        expires_in: (!entry.is_lifetime_unknown).then(|| entry.expires_on.seconds_since(now)),
    }
}
