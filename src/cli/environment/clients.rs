//! The places of other programs' settings.

use std::path::{Path, PathBuf};

use directories::BaseDirs;

use super::folders::{no_home, own_home};
use super::variables::{path, variable};
use crate::cli::Failure;

/// Returns the folders in which the system looks for programs.
pub(in crate::cli) fn search_path() -> Vec<PathBuf> {
    variable("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

/// Returns the configuration file of the AWS CLI.
pub(in crate::cli) fn aws_config() -> Result<PathBuf, Failure> {
    named_or("AWS_CONFIG_FILE", ".aws/config")
}

/// Returns the user's configuration file of Bazel.
pub(in crate::cli) fn bazelrc() -> Result<PathBuf, Failure> {
    in_home(".bazelrc")
}

/// Returns the configuration file of cargo. The name without an ending is the older one.
pub(in crate::cli) fn cargo_config() -> Result<PathBuf, Failure> {
    let folder = named_or("CARGO_HOME", ".cargo")?;
    let older = folder.join("config");
    let file = folder.join("config.toml");
    Ok(if older.is_file() && !file.is_file() { older } else { file })
}

/// Returns the file in which Claude Code keeps the MCP servers of the user.
pub(in crate::cli) fn claude_code_servers() -> Result<PathBuf, Failure> {
    Ok(path("CLAUDE_CONFIG_DIR")?.map_or_else(|| in_home(""), Ok)?.join(".claude.json"))
}

/// Returns the user's settings of Claude Code.
pub(in crate::cli) fn claude_code_settings() -> Result<PathBuf, Failure> {
    Ok(named_or("CLAUDE_CONFIG_DIR", ".claude")?.join("settings.json"))
}

/// Returns the user's configuration file of Codex.
pub(in crate::cli) fn codex_config() -> Result<PathBuf, Failure> {
    Ok(named_or("CODEX_HOME", ".codex")?.join("config.toml"))
}

/// Returns the configuration file of Docker.
pub(in crate::cli) fn docker_config() -> Result<PathBuf, Failure> {
    Ok(named_or("DOCKER_CONFIG", ".docker")?.join("config.json"))
}

/// Returns the user's configuration file of git, as `git config --global` chooses it.
pub(in crate::cli) fn git_config() -> Result<PathBuf, Failure> {
    match path("GIT_CONFIG_GLOBAL")? {
        Some(file) => Ok(file),
        None => {
            let other = named_or("XDG_CONFIG_HOME", ".config")?.join("git/config");
            Ok(first_of(in_home(".gitconfig")?, &[other]))
        }
    }
}

/// Returns the file in which `go env -w` keeps settings; `None` if there is none.
pub(in crate::cli) fn go_env() -> Result<Option<PathBuf>, Failure> {
    if let Some(file) = path("GOENV")? {
        return Ok(Some(file).filter(|file| file.as_os_str() != "off"));
    }
    own_home()?;
    in_settings("go/env").map(Some)
}

/// Returns the application default credentials of Google Cloud.
pub(in crate::cli) fn google_credentials() -> Result<PathBuf, Failure> {
    const FILE: &str = "application_default_credentials.json";
    match (path("GOOGLE_APPLICATION_CREDENTIALS")?, path("CLOUDSDK_CONFIG")?) {
        (Some(file), _) => Ok(file),
        (None, Some(folder)) => Ok(folder.join(FILE)),
        (None, None) if cfg!(windows) => Ok(in_settings("gcloud")?.join(FILE)),
        (None, None) => Ok(in_home(".config/gcloud")?.join(FILE)),
    }
}

/// Returns the kubeconfig file that kubectl changes.
pub(in crate::cli) fn kubeconfig() -> Result<PathBuf, Failure> {
    let listed =
        variable("KUBECONFIG").map(|list| std::env::split_paths(&list).collect::<Vec<_>>()).unwrap_or_default();
    let mut listed = listed.into_iter().filter(|file| !file.as_os_str().is_empty());
    let first = listed.next();
    match first.iter().chain(&listed.collect::<Vec<_>>()).find(|file| file.exists()).cloned().or(first) {
        Some(file) => Ok(file),
        None => in_home(".kube/config"),
    }
}

/// Returns the user's configuration file of msmtp.
pub(in crate::cli) fn msmtprc() -> Result<PathBuf, Failure> {
    let other = named_or("XDG_CONFIG_HOME", ".config")?.join("msmtp/config");
    Ok(first_of(in_home(".msmtprc")?, &[other]))
}

/// Returns the user's configuration file of mutt, else that of NeoMutt, which reads the former only if it has none of its
/// own.
pub(in crate::cli) fn muttrc() -> Result<PathBuf, Failure> {
    let config = named_or("XDG_CONFIG_HOME", ".config")?;
    let others = [
        in_home(".mutt/muttrc")?,
        config.join("mutt/muttrc"),
        in_home(".neomuttrc")?,
        in_home(".neomutt/neomuttrc")?,
        config.join("neomutt/neomuttrc"),
    ];
    Ok(first_of(in_home(".muttrc")?, &others))
}

/// Returns the user's configuration file of npm.
pub(in crate::cli) fn npmrc() -> Result<PathBuf, Failure> {
    let named = path("npm_config_userconfig")?.map_or_else(|| path("NPM_CONFIG_USERCONFIG"), |file| Ok(Some(file)))?;
    named.map_or_else(|| in_home(".npmrc"), Ok)
}

/// Returns the user's configuration file of pip.
pub(in crate::cli) fn pip_config() -> Result<PathBuf, Failure> {
    match path("PIP_CONFIG_FILE")? {
        Some(file) => Ok(file),
        None if cfg!(windows) => in_settings("pip/pip.ini"),
        None => Ok(named_or("XDG_CONFIG_HOME", ".config")?.join("pip/pip.conf")),
    }
}

/// Returns the user's configuration file of uv.
pub(in crate::cli) fn uv_config() -> Result<PathBuf, Failure> {
    match path("UV_CONFIG_FILE")? {
        Some(file) => Ok(file),
        None if cfg!(windows) => in_settings("uv/uv.toml"),
        None => Ok(named_or("XDG_CONFIG_HOME", ".config")?.join("uv/uv.toml")),
    }
}

/// Returns the CLI configuration file of Terraform.
pub(in crate::cli) fn terraform_config() -> Result<PathBuf, Failure> {
    match path("TF_CLI_CONFIG_FILE")? {
        Some(file) => Ok(file),
        None if cfg!(windows) => in_settings("terraform.rc"),
        None => in_home(".terraformrc"),
    }
}

/// Returns the folder in which Terraform looks for credentials helpers.
pub(in crate::cli) fn terraform_plugins() -> Result<PathBuf, Failure> {
    match cfg!(windows) {
        true => in_settings("terraform.d/plugins"),
        false => in_home(".terraform.d/plugins"),
    }
}

/// Returns a path in the system's folder for the settings of programs.
fn in_settings(name: &str) -> Result<PathBuf, Failure> {
    Ok(BaseDirs::new().ok_or_else(no_home)?.config_dir().join(name))
}

/// Returns the first of these files that exists, or `usual` if none does.
fn first_of(usual: PathBuf, others: &[PathBuf]) -> PathBuf {
    let exists = usual.exists();
    let other = others.iter().find(|file| file.exists()).filter(|_| !exists);
    other.cloned().unwrap_or(usual)
}

fn named_or(name: &str, default: &str) -> Result<PathBuf, Failure> {
    path(name)?.map_or_else(|| in_home(default), Ok)
}

fn in_home(name: impl AsRef<Path>) -> Result<PathBuf, Failure> {
    let home = own_home()?.or_else(|| Some(BaseDirs::new()?.home_dir().to_owned()));
    Ok(home.ok_or_else(no_home)?.join(name))
}
