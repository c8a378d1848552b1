//! `tokcache serve`: the token endpoint of managed identities in Azure App Service, for Azure SDKs on this machine.

mod allowed;
mod managed_identity;

use std::process::{Command, ExitCode};
use std::sync::Arc;

use clap::Args;

use super::Failure;
use super::context::Context;
use super::endpoint::EndpointArgs;
use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use super::token::Selection;
use crate::endpoint::{EndpointSecret, Guard};
use crate::output::{VariablesFormat, answer, render_variables};
use allowed::Allowed;
use managed_identity::{API_VERSION, ManagedIdentity, PATH};

/// The variables that lead an Azure SDK to the endpoint.
const ENDPOINT: &str = "IDENTITY_ENDPOINT";
const HEADER: &str = "IDENTITY_HEADER";

/// The settings of Terraform's azurerm and of AzCopy, for the endpoint.
const TERRAFORM_ENDPOINT: &str = "ARM_MSI_ENDPOINT";
const OTHER_TOOLS: [(&str, &str); 3] =
    [("ARM_MSI_API_VERSION", API_VERSION), ("ARM_USE_MSI", "true"), ("AZCOPY_AUTO_LOGIN_TYPE", "MSI")];

/// Variables of other platforms. Beside the two above, they would lead an SDK elsewhere.
const OTHER_PLATFORMS: [&str; 4] = ["IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET"];

#[derive(Args, Debug)]
pub(super) struct Input {
    /// An API that programs may get tokens for; repeatable
    #[arg(long = "resource", value_name = "RESOURCE")]
    resources: Vec<String>,

    /// A scope that programs may get, by the name of its API or its own name; repeatable [default: the profile's]
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,

    /// The format of the variables that are printed
    #[arg(short, long, value_enum, default_value_t)]
    output: VariablesFormat,

    #[command(flatten)]
    endpoint: EndpointArgs,
}

impl Input {
    /// Returns the input of `exec --as managed-identity`.
    pub(super) fn of_program(resources: Vec<String>, scopes: Vec<String>, endpoint: EndpointArgs) -> Self {
        Input { resources, scopes, output: VariablesFormat::default(), endpoint }
    }
}

pub(super) fn run(settings: &Settings, input: Input) -> Result<ExitCode, Failure> {
    let context = Context::new(settings, PromptPolicy::never())?;
    let allowed = Allowed::new(&input.resources, &input.scopes, &context)?;
    // Without a token, no program starts.
    for scopes in allowed.all() {
        Selection::of(scopes, None, false).acquire(&context, false)?;
    }
    drop(context);
    let secret = EndpointSecret::random()?;
    let output = input.output;
    input.endpoint.run(Box::new(|port, program| {
        let endpoint = match port {
            Some(port) => format!("http://127.0.0.1:{port}{PATH}"),
            None => format!("http://localhost{PATH}"),
        };
        let variables = [(ENDPOINT, endpoint.as_str()), (HEADER, secret.expose())];
        match program {
            Some(program) => {
                set(program, &variables);
                program.env(TERRAFORM_ENDPOINT, &endpoint).envs(OTHER_TOOLS);
            }
            None => answer(render_variables(&variables, output)?.finish().as_bytes())?,
        }
        let guard = Guard { port, demands_user: port.is_none() };
        let service = Arc::new(ManagedIdentity::new(settings, allowed, guard, secret));
        let finished = Arc::clone(&service);
        Ok((service as _, Box::new(move || finished.finish())))
    }))
}

fn set(program: &mut Command, variables: &[(&str, &str)]) {
    for name in OTHER_PLATFORMS {
        program.env_remove(name);
    }
    program.envs(variables.iter().copied());
}
