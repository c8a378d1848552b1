//! The programs that `configure` knows, and the flags that mean something to each.

use clap::ValueEnum;

use crate::cli::{Exit, Failure};

/// A program that can ask for credentials.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Client {
    /// The AWS CLI and SDKs
    Aws,
    /// Bazel
    Bazel,
    /// cargo
    Cargo,
    /// Claude Code: the MCP server of --for, or a model gateway
    ClaudeCode,
    /// Codex: the MCP server of --for, or a model gateway
    Codex,
    /// Docker, Podman and skopeo
    Docker,
    /// git
    Git,
    /// The go command
    Go,
    /// Google Cloud's client libraries
    Google,
    /// kubectl and other Kubernetes clients
    Kubernetes,
    /// msmtp
    Msmtp,
    /// mutt and NeoMutt
    Mutt,
    /// npm
    Npm,
    /// pip
    Pip,
    /// Terraform and OpenTofu
    Terraform,
    /// uv
    Uv,
}

impl Client {
    /// Whether a flag of `configure` has a meaning for the program.
    pub(super) fn takes(self, flag: &str) -> bool {
        use Client::{
            Aws, Bazel, Cargo, ClaudeCode, Codex, Docker, Google, Kubernetes, Msmtp, Mutt, Pip, Terraform, Uv,
        };
        match flag {
            "--host" => !matches!(self, Aws | ClaudeCode | Codex | Google | Mutt),
            "--name" => matches!(self, Aws | Cargo | ClaudeCode | Codex | Kubernetes | Msmtp),
            "--model" => matches!(self, ClaudeCode | Codex),
            // These programs start their helper without arguments.
            "--scope" | "--resource" | "--config-dir" => !matches!(self, Bazel | Docker | Pip | Terraform | Uv),
            "--index" => self == Cargo,
            "--base-url" => self == Codex,
            "--role-arn" => self == Aws,
            "--username" => self == Msmtp,
            "--workload-identity-provider" | "--service-account" => self == Google,
            _ => false,
        }
    }

    /// Returns the name of the program on the command line.
    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Refuses the typed flags that mean nothing to the program.
    pub(super) fn ensure_taken(self, typed: &[(&'static str, bool)]) -> Result<(), Failure> {
        match typed.iter().find(|(flag, is_typed)| *is_typed && !self.takes(flag)) {
            Some((flag, _)) => {
                let failure = Failure::new(Exit::Usage, format!("{flag} means nothing for {}", self.name()));
                Err(if *flag == "--model" { failure.try_without(flag) } else { failure.try_without_value(flag) })
            }
            None => Ok(()),
        }
    }
}
