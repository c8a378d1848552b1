//! `tokcache configure` and `tokcache unconfigure`: change the settings of a program so that it asks tokcache for
//! credentials, and take the change back. Without `--write`, they only show the change.

mod agent;
mod aws;
mod bazel;
mod cargo;
mod claude_code;
mod cleared_environment;
mod client;
mod codex;
mod docker;
mod file;
mod git;
mod go;
mod google;
mod json;
mod kubernetes;
mod link;
mod msmtp;
mod mutt;
mod npm;
mod plan;
mod python;
mod sections;
mod terraform;
mod words;

use clap::Args;
use tokcache_core::oauth::ResourceUrl;
use tokcache_file::text_of_path;

use super::hosts::server::Host;
use super::settings::values::not_blank;
use super::settings::{Settings, resource_name};
use super::{Exit, Failure, profiles, resource};
use crate::output::command_line;
use client::Client;
use plan::Plan;

/// The arguments of `configure`.
#[derive(Args, Clone, Debug)]
pub(super) struct Input {
    #[command(flatten)]
    target: Target,

    /// A scope for the tokens; repeatable [default: the scopes of the profile]
    #[arg(long = "scope", value_name = "SCOPE", value_parser = not_blank)]
    scopes: Vec<String>,

    /// The API that the tokens are for
    #[arg(long, value_name = "RESOURCE", value_parser = not_blank)]
    resource: Option<String>,

    /// cargo: the URL of the registry's index, if cargo does not know the registry
    #[arg(long, value_name = "URL", value_parser = not_blank)]
    index: Option<String>,

    /// codex, with --model: the URL of the gateway's API, if Codex does not know the gateway
    #[arg(long, value_name = "URL", value_parser = crate::cli::settings::resource_name::url)]
    base_url: Option<ResourceUrl>,

    /// aws: the role to assume
    #[arg(long, value_name = "ARN", value_parser = not_blank)]
    role_arn: Option<String>,

    /// google: the full name of the provider in the workload identity pool, if there is no file of credentials
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    workload_identity_provider: Option<String>,

    /// google: the service account to impersonate [default: none]
    #[arg(long, value_name = "EMAIL", value_parser = not_blank)]
    service_account: Option<String>,

    /// msmtp: the mailbox, if msmtp does not know the account
    #[arg(long, value_name = "NAME@DOMAIN", value_parser = not_blank)]
    username: Option<String>,
}

/// The program, and the part of its settings that is meant: the arguments of `unconfigure`.
#[derive(Args, Clone, Debug)]
pub(super) struct Target {
    /// The program
    #[arg(value_enum, value_name = "CLIENT")]
    client: Client,

    /// A host that gets the tokens, as HOST, HOST:PORT or a URL; repeatable
    #[arg(long = "host", value_name = "HOST", value_parser = Host::parse)]
    hosts: Vec<Host>,

    /// cargo: the name of the registry; aws: the name of the AWS profile; kubernetes: the name of the user; msmtp: the name
    /// of the account; claude-code and codex: the name of the server [default: for a server, its host; else
    /// tokcache-PROFILE]
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    name: Option<String>,

    /// claude-code and codex: the tokens are for a model gateway, not for an MCP server
    #[arg(long)]
    model: bool,

    /// Change the files; without the flag, the change is only shown
    #[arg(long)]
    write: bool,
}

/// A request to change the settings of a program.
struct Change<'a> {
    settings: &'a Settings,
    target: &'a Target,
    /// The name of the profile whose tokens are meant.
    profile: String,
    /// The flags behind `tokcache credential PROTOCOL` that select the token.
    flags: Vec<String>,
    /// `None` takes the change back.
    input: Option<&'a Input>,
}

/// Runs `configure`.
pub(super) fn run(settings: &Settings, input: &Input) -> Result<(), Failure> {
    let profile = profiles::chosen(settings)?;
    input.ensure_taken(&profile)?;
    let resource = settings.protected_resource.as_ref();
    let is_for_server = matches!(input.target.client, Client::ClaudeCode | Client::Codex) && !input.target.model;
    if is_for_server && resource.is_none() {
        return Err(agent::no_server());
    }
    match (profiles::load(&profile)?, resource) {
        (None, Some(url)) => return Err(resource::not_signed_in(url)),
        (None, None) => return Err(profiles::unknown(&profile)),
        (Some(saved), Some(url)) => resource::ensure_for(url, &profile, &saved)?,
        (Some(_), None) => {}
    }
    let mut flags: Vec<_> = resource.into_iter().flat_map(|url| ["--for".to_owned(), url.to_string()]).collect();
    if resource.is_none_or(|url| !resource_name::is_named_after(url, &profile)) {
        flags.extend(["--profile".to_owned(), profile.clone()]);
    }
    let is_of_codex = input.target.client == Client::Codex;
    ensure_of_profile(settings, &profile, is_of_codex)?;
    // The program may run in another folder.
    let folder =
        settings.config_dir.as_ref().map(|folder| text_of_path(&std::path::absolute(folder).unwrap_or(folder.clone())));
    if let Some(folder) = folder.as_ref().filter(|_| !input.target.client.takes("--config-dir")) {
        let message = "the program starts tokcache without arguments: set a variable in place of --config-dir";
        let variable = format!("TOKCACHE_CONFIG_DIR={folder}");
        return Err(Failure::new(Exit::Usage, message).try_shell(command_line(["export", &variable])));
    }
    // Codex gets this flag, and others, for the variables of this shell too.
    let folder = folder.filter(|_| !is_of_codex);
    flags.extend(folder.into_iter().flat_map(|folder| ["--config-dir".to_owned(), folder]));
    let scopes = input.scopes.iter().flat_map(|scope| ["--scope".to_owned(), scope.clone()]);
    flags.extend(scopes);
    flags.extend(input.resource.iter().flat_map(|resource| ["--resource".to_owned(), resource.clone()]));
    Change { settings, target: &input.target, profile, flags, input: Some(input) }.run()
}

/// Refuses settings that the program would not pass on: it asks with the profile alone. The settings of Codex get those of
/// the cache too.
fn ensure_of_profile(settings: &Settings, profile: &str, is_of_codex: bool) -> Result<(), Failure> {
    let ca_file = settings.ca_file.as_ref().map(|path| path.display().to_string());
    let of_cache = [
        ("--store", settings.store.clone(), "TOKCACHE_STORE"),
        ("--encrypt", settings.encrypt.clone(), "TOKCACHE_ENCRYPT"),
        ("--ca-file", ca_file, "TOKCACHE_CA_FILE"),
    ];
    let typed = [
        ("--account", settings.account.clone(), "TOKCACHE_ACCOUNT"),
        ("--authority", settings.authority.clone(), "TOKCACHE_AUTHORITY"),
        ("--client-id", settings.client_id.clone(), "TOKCACHE_CLIENT_ID"),
    ];
    let is_typed = |variable: &str| !settings.variables.contains(&variable);
    let mut lost = typed.into_iter().chain(of_cache.into_iter().filter(|_| !is_of_codex));
    match lost.find_map(|(flag, value, variable)| Some((flag, value.filter(|_| is_typed(variable))?))) {
        Some((flag, value)) => Err(into_profile(flag, &[value], profile)),
        None if settings.credential.is_any_given() => {
            let message =
                format!("the program asks with the profile {profile:?} alone: put the credential into the profile");
            Err(Failure::new(Exit::Usage, message).try_tokcache(["help", "profile", "set"]))
        }
        None => Ok(()),
    }
}

/// The error for a setting that reaches the program only through the profile.
fn into_profile(flag: &str, values: &[String], profile: &str) -> Failure {
    let message = format!("the program asks with the profile {profile:?} alone: put {flag} into the profile");
    let set = ["tokcache", "profile", "set", profile].map(str::to_owned);
    let values = values.iter().flat_map(|value| [flag.to_owned(), value.clone()]);
    Failure::new(Exit::Usage, message).try_shell(command_line(set.into_iter().chain(values)))
}

/// Runs `unconfigure`.
pub(super) fn undo(settings: &Settings, target: &Target) -> Result<(), Failure> {
    target.ensure_taken()?;
    let profile = profiles::chosen(settings)?;
    Change { settings, target, profile, flags: Vec::new(), input: None }.run()
}

impl Input {
    /// Refuses flags that mean nothing to the program.
    fn ensure_taken(&self, profile: &str) -> Result<(), Failure> {
        self.target.ensure_taken()?;
        let client = self.target.client;
        let resource: Vec<_> = self.resource.iter().cloned().collect();
        let of_profile = [("--scope", &self.scopes), ("--resource", &resource)];
        if let Some((flag, values)) = of_profile.into_iter().find(|(flag, it)| !it.is_empty() && !client.takes(flag)) {
            return Err(into_profile(flag, values, profile));
        }
        let typed = [
            ("--index", self.index.is_some()),
            ("--base-url", self.base_url.is_some()),
            ("--role-arn", self.role_arn.is_some()),
            ("--workload-identity-provider", self.workload_identity_provider.is_some()),
            ("--service-account", self.service_account.is_some()),
            ("--username", self.username.is_some()),
        ];
        client.ensure_taken(&typed)
    }
}

impl Target {
    fn ensure_taken(&self) -> Result<(), Failure> {
        let typed = [("--host", !self.hosts.is_empty()), ("--name", self.name.is_some()), ("--model", self.model)];
        self.client.ensure_taken(&typed)
    }
}

impl Change<'_> {
    fn run(&self) -> Result<(), Failure> {
        let mut plan = Plan::default();
        match self.target.client {
            Client::Aws => aws::plan(self, &mut plan)?,
            Client::Bazel => bazel::plan(self, &mut plan)?,
            Client::Cargo => cargo::plan(self, &mut plan)?,
            Client::ClaudeCode => claude_code::plan(self, &mut plan)?,
            Client::Codex => codex::plan(self, &mut plan)?,
            Client::Docker => docker::plan(self, &mut plan)?,
            Client::Git => git::plan(self, &mut plan)?,
            Client::Go => go::plan(self, &mut plan)?,
            Client::Google => google::plan(self, &mut plan)?,
            Client::Kubernetes => kubernetes::plan(self, &mut plan)?,
            Client::Msmtp => msmtp::plan(self, &mut plan)?,
            Client::Mutt => mutt::plan(self, &mut plan)?,
            Client::Npm => npm::plan(self, &mut plan)?,
            Client::Pip => python::plan(python::Program::Pip, self, &mut plan)?,
            Client::Terraform => terraform::plan(self, &mut plan)?,
            Client::Uv => python::plan(python::Program::Uv, self, &mut plan)?,
        }
        if self.target.write { plan.apply(self.settings) } else { plan.show() }
    }

    fn is_undo(&self) -> bool {
        self.input.is_none()
    }

    /// Returns the hosts, of which there must be at least one.
    fn hosts(&self) -> Result<&[Host], Failure> {
        match self.target.hosts.as_slice() {
            [] => {
                let message = "say which host the tokens are for";
                Err(Failure::new(Exit::Usage, message).try_with("--host", "HOST"))
            }
            hosts => Ok(hosts),
        }
    }

    /// Returns the name of the entry in the settings of the program.
    fn name(&self) -> String {
        self.target.name.clone().unwrap_or_else(|| format!("tokcache-{}", self.profile))
    }

    /// Returns the words of a command of tokcache, for these hosts.
    fn words(&self, command: &str, hosts: &[Host]) -> Result<Vec<String>, Failure> {
        let hosts = hosts.iter().flat_map(|host| ["--host".to_owned(), host.to_string()]);
        let command = command.split(' ').map(str::to_owned);
        let flags = self.flags.iter().cloned();
        Ok([words::program()?].into_iter().chain(command).chain(flags).chain(hosts).collect())
    }
}
