//! `tokcache credential mcp-headers`: the headers of requests to an MCP server, as a JSON object.
//!
//! The programs that run a helper give it 10 s. Codex clears its environment, takes up to 64 KiB, and drops its stderr.

use std::time::Duration;

use clap::Args;

use crate::cli::passphrase::PromptPolicy;
use crate::cli::settings::Settings;
use crate::cli::token::{Acquired, Selection, unfit};
use crate::cli::{Exit, Failure, environment, resource};
use crate::output::{self, TokenFormat, TokenView, ensure_plain};

/// The time limit for one exchange, and for one wait for another process, unless the command line has others. A shorter one
/// could lose the answer of a slow server that has rotated the refresh token.
const LONGEST_WAIT: Duration = Duration::from_secs(7);

/// The maximum length of the answer in bytes.
const LONGEST_ANSWER: usize = 64 << 10;

#[derive(Args, Debug)]
pub(super) struct Input {
    #[command(flatten)]
    selection: Selection,
}

pub(super) fn run(settings: &Settings, input: &Input) -> Result<(), Failure> {
    let settings = of_server(settings)?;
    let settings = Settings {
        timeout: settings.timeout.or(Some(LONGEST_WAIT)),
        lock_timeout: settings.lock_timeout.or(Some(LONGEST_WAIT)),
        ..settings
    };
    let context = input.selection.context(&settings, PromptPolicy::never(), true)?;
    let Acquired { outcome, client_id, requested } = input.selection.acquire(&context, false)?;
    ensure_plain(&outcome).map_err(unfit)?;
    let now = tokcache_core::time::Clock::now(context.clock.as_ref());
    let view = TokenView { outcome: &outcome, client_id: &client_id, requested: &requested, now };
    let headers = view.render(TokenFormat::HeadersJson).map_err(unfit)?;
    if headers.len() > LONGEST_ANSWER {
        let message = format!("the token is too long for a header: {} KiB", headers.len() >> 10);
        return Err(Failure::new(Exit::Config, message).try_tokcache(["token", "-o", "json"]));
    }
    Ok(output::answer(headers.as_bytes())?)
}

/// Returns the settings for the server that the command line names, else for the one whose URL Claude Code passes.
fn of_server(settings: &Settings) -> Result<Settings, Failure> {
    let is_profile_typed = settings.profile.is_some() && !settings.variables.contains(&"TOKCACHE_PROFILE");
    if settings.protected_resource.is_some() || is_profile_typed {
        return Ok(settings.clone());
    }
    let Some(url) = environment::mcp_server_url() else {
        let message = "the command line names no MCP server";
        return Err(Failure::new(Exit::Usage, message).try_with("--for", "URL"));
    };
    let url = resource::url(&url).map_err(|why| {
        let message = format!("CLAUDE_CODE_MCP_SERVER_URL: {why}");
        Failure::new(Exit::Config, message).try_with("--for", "URL")
    })?;
    Ok(resource::select(Settings {
        protected_resource: Some(url),
        profile: None,
        account: None,
        authority: None,
        authority_kind: None,
        client_id: None,
        flow: None,
        folder: None,
        ..settings.clone()
    }))
}
