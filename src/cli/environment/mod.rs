//! Reads the environment. No other module does.

mod clients;
mod folders;
mod platform;
mod secrets;
mod settings;
mod terminal;
mod variables;

use std::path::PathBuf;

use tokcache_file::platform::Caller;

use super::Failure;
use variables::{path, variable, wrong};

pub(super) use clients::{
    aws_config, bazelrc, cargo_config, claude_code_servers, claude_code_settings, codex_config, docker_config,
    git_config, go_env, google_credentials, kubeconfig, msmtprc, muttrc, npmrc, pip_config, search_path,
    terraform_config, terraform_plugins, uv_config,
};
pub(super) use folders::{
    azure_dir, config_dir, config_home, data_home, home, identity_service_dir, is_config_dir_moved, is_state_dir_moved,
    no_home, recovery_folders, session_folders, state_dir, use_config_dir,
};
pub(super) use platform::{
    azure_application, azure_client_id, github_actions, has_managed_identity, managed_identity, no_azure_application,
    platform,
};
pub(super) use secrets::{
    CLIENT_SECRET, SECRETS, certificate_password, client_cert, client_credential, credential, passphrase_file, secret,
    store_password, store_password_variables,
};
pub(super) use settings::{error_format, error_format_of};
pub(super) use terminal::{has_screen, is_over_ssh, is_terminal_dumb, preferences};

/// Returns the request of a Kubernetes client to a credential plugin: JSON, which kubectl ends with a line break.
pub(super) fn kubernetes_exec_info() -> Result<Option<String>, Failure> {
    const NAME: &str = "KUBERNETES_EXEC_INFO";
    variable(NAME).map(|info| info.into_string().map_err(|_| wrong(NAME, "it is not UTF-8"))).transpose()
}

/// Returns the file in which a step of GitHub Actions sets variables for the next steps.
pub(super) fn github_env() -> Result<Option<PathBuf>, Failure> {
    path("GITHUB_ENV")
}

/// Returns the command lines that open a browser, by the user's own wish.
pub(super) fn browser() -> Option<String> {
    variable("BROWSER")?.into_string().ok()
}

/// Returns the URL of the MCP server for which Claude Code runs a `headersHelper`.
pub(super) fn mcp_server_url() -> Option<String> {
    variable("CLAUDE_CODE_MCP_SERVER_URL")?.into_string().ok()
}

/// Returns the user on whose behalf root runs the program.
pub(super) fn caller() -> Caller {
    let home = variable("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    Caller { home, sudo_user: variable("SUDO_UID").and_then(|user| user.to_str()?.parse().ok()) }
}

/// Returns the user's shell, by the path that the system has set.
pub(super) fn shell() -> Option<PathBuf> {
    variable("SHELL").map(PathBuf::from)
}

/// Returns a proxy variable by `name`. [`unreadable_proxy`] has refused values that are not text.
pub(super) fn proxy(name: &str) -> Option<String> {
    variable(name)?.into_string().ok()
}

/// Returns the variables for a program that sends requests to this machine, if it uses a proxy for others.
#[cfg(feature = "serve")]
pub(super) fn no_proxy_of_child() -> Vec<(&'static str, String)> {
    const THIS_MACHINE: &str = "127.0.0.1,localhost";
    if ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"].into_iter().all(|name| variable(name).is_none()) {
        return Vec::new();
    }
    let exceptions = proxy("no_proxy").or_else(|| proxy("NO_PROXY")).unwrap_or_default();
    let exceptions =
        if exceptions.is_empty() { THIS_MACHINE.to_owned() } else { format!("{exceptions},{THIS_MACHINE}") };
    ["no_proxy", "NO_PROXY"].map(|name| (name, exceptions.clone())).to_vec()
}

/// Returns an error for a proxy variable that is not text. Ignoring the variable would send requests by another route.
pub(super) fn unreadable_proxy() -> Option<Failure> {
    const NAMES: [&str; 6] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"];
    let name = NAMES.into_iter().find(|name| variable(name).is_some_and(|value| value.to_str().is_none()))?;
    Some(wrong(name, "it is not UTF-8"))
}

/// Returns the command line that a completion script wants to complete, up to the cursor.
pub(super) fn line_to_complete() -> String {
    variable("COMP_LINE").map(|line| line.to_string_lossy().into_owned()).unwrap_or_default()
}
