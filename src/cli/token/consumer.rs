//! The programs that read what `token` prints, as far as their environment says what they want.

use std::fs::OpenOptions;
use std::io::Write;

use anyhow::Context as _;
use serde_json::Value;
use tokcache_core::acquire::AuthenticationResult;

use crate::cli::{Exit, Failure, environment};
use crate::output::{EXEC_CREDENTIAL_VERSIONS, github_env_line};

/// Returns the version of the object that kubectl wants; `None` if it does not say.
pub(in crate::cli) fn kubernetes_version() -> Result<Option<&'static str>, Failure> {
    let Some(info) = environment::kubernetes_exec_info()? else { return Ok(None) };
    let info: Value = serde_json::from_str(&info).unwrap_or_default();
    let wanted = info.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
    let known = EXEC_CREDENTIAL_VERSIONS.into_iter().find(|version| *version == wanted);
    known.map(Some).ok_or_else(|| {
        let message = format!(
            "KUBERNETES_EXEC_INFO asks for the version {wanted:?}; known are {}",
            EXEC_CREDENTIAL_VERSIONS.join(" and ")
        );
        Failure::new(Exit::Config, message).try_shell("unset KUBERNETES_EXEC_INFO")
    })
}

/// Sets `ACCESS_TOKEN` for the next steps of a job of GitHub Actions.
pub(super) fn set_in_github_actions(outcome: &AuthenticationResult) -> Result<(), Failure> {
    let Some(file) = environment::github_env()? else {
        let message = "-o github-actions is for a job of GitHub Actions, where GITHUB_ENV is set";
        return Err(Failure::new(Exit::Config, message).try_tokcache(["token", "-o", "env"]));
    };
    let line = github_env_line(outcome).map_err(Failure::from)?;
    // The runner creates the file before each step.
    let opened = OpenOptions::new().append(true).open(&file);
    let written = opened.and_then(|mut opened| opened.write_all(line.as_bytes()));
    Ok(written.with_context(|| format!("cannot write to {}, which GITHUB_ENV names", file.display()))?)
}
