//! `tokcache proxy`: a reverse proxy on this machine that adds a token to the requests for one server.

mod headers;
mod secret;
mod service;
mod target;
mod upload;
mod upstream;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use tokcache_core::oauth::ResourceUrl;
use tokcache_core::types::ScopeSet;

use super::context::Context;
use super::context::scopes::Scopes;
use super::endpoint::EndpointArgs;
use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use super::settings::values::variable;
use super::token::Selection;
use super::{Exit, Failure, hosts, resource};
use crate::endpoint::{EndpointSecret, Guard};
use crate::output::answer;
use service::Proxy;
use target::Target;

#[derive(Args, Debug)]
#[command(override_usage = "tokcache proxy --for <URL> [OPTIONS] [-- <COMMAND>...]")]
pub(super) struct Input {
    /// The server, from `--for`.
    #[arg(skip)]
    server: Option<ResourceUrl>,

    #[command(flatten)]
    scopes: Scopes,

    /// A further scope to request if the server demands it (403 insufficient_scope); repeatable
    #[arg(long = "allow-scope", value_name = "SCOPE")]
    further: Vec<String>,

    /// Let every program of this user through, not only those that know the address (Linux)
    #[arg(long)]
    no_secret: bool,

    /// The environment variable for the address of the proxy, for COMMAND
    #[arg(long, value_name = "NAME", default_value = "TOKCACHE_PROXY_URL", value_parser = variable)]
    env: String,

    #[command(flatten)]
    endpoint: EndpointArgs,
}

/// Takes the URL of `--for` as the server of the proxy. The URL selects the profile only if somebody has signed in for a
/// resource of the server: otherwise, the token is that of the settings, as for any other command.
pub(super) fn select(settings: Settings, input: &mut Input) -> Result<Settings, Failure> {
    input.server = settings.protected_resource.clone();
    let is_known = match &input.server {
        Some(url) if settings.profile.is_none() => resource::is_known(url)?,
        _ => false,
    };
    Ok(Settings { protected_resource: settings.protected_resource.filter(|_| is_known), ..settings })
}

pub(super) fn run(settings: &Settings, input: Input) -> Result<ExitCode, Failure> {
    let Some(server) = &input.server else {
        return Err(Failure::new(Exit::Usage, "the server of the proxy is missing").try_with("--for", "URL"));
    };
    let wrong = |why| Failure::new(Exit::Usage, format!("--for: {why}")).try_with("--for", "URL");
    let target = Target::parse(server.as_str()).map_err(wrong)?;
    let host = hosts::Target::parse(server.as_str()).map_err(wrong)?;
    let Input { server: _, scopes, further, no_secret, env, endpoint } = input;
    let is_socket = endpoint.is_socket();
    if no_secret && !is_socket && !cfg!(target_os = "linux") {
        let message = "this system does not say which user has opened a connection, so a secret is needed";
        return Err(Failure::new(Exit::Usage, message).try_without("--no-secret"));
    }
    let context = Context::new(settings, PromptPolicy::never())?;
    host.ensure_allowed(&context.profile_name, context.allowed_hosts())?;
    // Without a token, no program starts.
    Selection::of(scopes.clone(), None, false).acquire(&context, false)?;
    let network = context.resource_network();
    drop(context);
    // The mode and the kernel protect a Unix socket.
    let secret = if no_secret || is_socket { None } else { Some(EndpointSecret::random()?) };
    let further: ScopeSet = further.iter().flat_map(|scopes| scopes.split_whitespace()).collect();
    endpoint.run(Box::new(|port, program| {
        let address = target.address(port, secret.as_ref());
        match program {
            Some(program) => drop(program.env(env, &*address)),
            None => answer(format!("{}\n", *address).as_bytes())?,
        }
        let guard = Guard { port, demands_user: secret.is_none() };
        let proxy = Arc::new(Proxy::new(settings, scopes, further, target, network, guard, secret));
        let finished = Arc::clone(&proxy);
        Ok((proxy as _, Box::new(move || finished.finish())))
    }))
}
