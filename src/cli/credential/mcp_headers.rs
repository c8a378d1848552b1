//! `tokcache credential mcp-headers`: the headers of requests to an MCP server, as a JSON object.
//!
//! The programs that run a helper give it 10 s. Codex clears its environment, takes up to 64 KiB, and drops its stderr.

use std::time::Duration;

use serde::Serialize;

use crate::cli::grants::Acquired;
use crate::cli::secrets::passphrase::PromptPolicy;
use crate::cli::settings::{Settings, resource_name};
use crate::cli::token::{Selection, unfit};
use crate::cli::{Exit, Failure, environment, resource};
use crate::output::{self, ensure_plain};

/// The time limit for one exchange, and for one wait for another process, unless the command line has others. A shorter one
/// could lose the answer of a slow server that has rotated the refresh token.
const LONGEST_WAIT: Duration = Duration::from_secs(7);

/// The maximum length of the header's value in bytes, with which the answer has at most 64 KiB.
const LONGEST_VALUE: usize = (64 << 10) - 64;

#[derive(Serialize)]
struct Headers<'a> {
    #[serde(rename = "Authorization")]
    authorization: &'a str,
}

pub(super) fn run(settings: &Settings, selection: &Selection) -> Result<(), Failure> {
    let settings = of_server(settings)?;
    let settings = Settings {
        timeout: settings.timeout.or(Some(LONGEST_WAIT)),
        lock_timeout: settings.lock_timeout.or(Some(LONGEST_WAIT)),
        ..settings
    };
    let context = selection.context(&settings, PromptPolicy::never(), true)?;
    let Acquired { outcome, .. } = selection.acquire(&context, false)?;
    ensure_plain(&outcome).map_err(unfit)?;
    let authorization = output::authorization(&outcome);
    if authorization.len() > LONGEST_VALUE {
        let message = format!("the token is too long for a header: {} KiB", authorization.len() >> 10);
        return Err(Failure::new(Exit::Config, message).try_tokcache(["token", "-o", "json"]));
    }
    Ok(output::answer_json(&Headers { authorization: &authorization })?)
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
    let url = resource_name::url(&url).map_err(|why| {
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
