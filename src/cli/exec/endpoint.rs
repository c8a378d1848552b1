//! `tokcache exec --as`: runs a program that gets its tokens from an endpoint for it alone.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::ValueEnum;

use crate::cli::endpoint::EndpointArgs;
use crate::cli::settings::Settings;
use crate::cli::token::Selection;
use crate::cli::{Exit, Failure, serve};

/// The kind of endpoint.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(in crate::cli) enum Kind {
    /// The endpoint of `tokcache serve`, for Azure SDKs, Terraform and AzCopy
    ManagedIdentity,
}

/// Runs the program. The endpoint ends with it.
pub(in crate::cli) fn run(
    settings: &Settings,
    kind: Kind,
    selection: &Selection,
    command: Vec<OsString>,
) -> Result<ExitCode, Failure> {
    let Kind::ManagedIdentity = kind;
    if selection.is_for_one_token() {
        let message = "--as serves many tokens; of the flags that select a token, it takes --scope and --resource";
        return Err(Failure::new(Exit::Usage, message).try_tokcache(["help", "exec"]));
    }
    let resources = selection.scopes.resource.clone().into_iter().collect();
    let input = serve::Input::of_program(resources, selection.scopes.scopes.clone(), EndpointArgs::of_program(command));
    serve::run(settings, input)
}
