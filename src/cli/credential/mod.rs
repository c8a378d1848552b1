//! `tokcache credential`: hands a token to a program that asks for credentials, in the protocol of the program.
//!
//! A host gets a token only if it was configured for it. The command never asks a person and never opens a browser.

mod aws;
mod bazel;
mod cargo;
mod choice;
mod docker;
mod git;
mod goauth;
mod google;
mod keyring;
mod kubernetes;
mod mcp_headers;
mod names;
mod terraform;
mod wiped;
mod xoauth2;

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::Failure;
use super::hosts::server::Host;
use super::settings::Settings;
use super::token::Selection;
pub(super) use cargo::run_plugin as run_cargo_plugin;
use choice::Helper;
pub(super) use names::{Called, called};

/// The user name beside a token, for a program that needs one. Servers ignore it, or want this one.
const USERNAME: &str = "oauth2";

#[derive(Args, Clone, Debug)]
pub(super) struct Input {
    /// The protocol of the program that asks
    #[arg(value_enum, value_name = "PROTOCOL")]
    protocol: Protocol,

    /// The words that the program adds, such as get
    #[arg(value_name = "WORD")]
    words: Vec<String>,

    /// A host that may get the token, as HOST or HOST:PORT; repeatable [default: the hosts of the profile]
    #[arg(long = "host", value_name = "HOST", value_parser = Host::parse)]
    hosts: Vec<Host>,

    #[command(flatten)]
    selection: Selection,

    /// The user name to send with the token [default: oauth2; for xoauth2, that of the account]
    #[arg(long, value_name = "NAME", value_parser = crate::cli::settings::values::not_blank)]
    username: Option<String>,

    /// git: how to send the token [default: bearer if the server and git support it, else basic]
    #[arg(long, value_enum, value_name = "TYPE")]
    authtype: Option<git::AuthType>,

    #[command(flatten)]
    aws: aws::Role,

    /// As the keyring program has it
    #[arg(long, hide = true)]
    mode: Option<String>,
}

/// The protocols.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Protocol {
    /// AWS: credential_process, by AssumeRoleWithWebIdentity
    Aws,
    /// Bazel: --credential_helper
    Bazel,
    /// cargo: credential-provider
    Cargo,
    /// Docker, Podman and skopeo: credHelpers
    Docker,
    /// git: credential.helper
    Git,
    /// Go: GOAUTH
    Goauth,
    /// Google Cloud: the executable of workload identity federation
    Google,
    /// pip, uv and others that run the program keyring
    Keyring,
    /// kubectl: an exec credential plugin
    Kubernetes,
    /// MCP clients: headersHelper of Claude Code, http_headers_helper of Codex
    McpHeaders,
    /// Terraform and OpenTofu: credentials_helper
    Terraform,
    /// Mail: SASL XOAUTH2
    Xoauth2,
}

/// Answers the program. `parse` parses the arguments in the configuration of cargo.
pub(super) fn run(settings: &Settings, input: &Input, parse: cargo::Parse) -> Result<ExitCode, Failure> {
    let helper = Helper { settings, input };
    match input.protocol {
        Protocol::Aws => aws::run(&helper)?,
        Protocol::Bazel => bazel::run(&helper)?,
        Protocol::Cargo => return Ok(cargo::run_plugin(parse)),
        Protocol::Docker => return docker::run(&helper),
        Protocol::Git => git::run(&helper)?,
        Protocol::Goauth => goauth::run(&helper)?,
        Protocol::Google => return google::run(&helper),
        Protocol::Keyring => return keyring::run(&helper),
        Protocol::Kubernetes => kubernetes::run(&helper)?,
        Protocol::McpHeaders => mcp_headers::run(settings, &input.selection)?,
        Protocol::Terraform => terraform::run(&helper)?,
        Protocol::Xoauth2 => xoauth2::run(&helper)?,
    }
    Ok(ExitCode::SUCCESS)
}
