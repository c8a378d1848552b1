//! `tokcache credential`: gives tokens to other programs in the form that each expects.

mod mcp_headers;

use clap::{Args, Subcommand};

use super::Failure;
use super::settings::Settings;

#[derive(Args, Debug)]
pub(super) struct Input {
    #[command(subcommand)]
    protocol: Protocol,
}

#[derive(Debug, Subcommand)]
enum Protocol {
    /// Print the headers of requests to an MCP server, as a JSON object: headersHelper of Claude Code,
    /// http_headers_helper of Codex
    #[command(name = "mcp-headers")]
    McpHeaders(mcp_headers::Input),
}

pub(super) fn run(settings: &Settings, input: Input) -> Result<(), Failure> {
    match input.protocol {
        Protocol::McpHeaders(input) => mcp_headers::run(settings, &input),
    }
}
