//! The command line as typed, and what helps if it is wrong.

mod correction;
pub(super) mod fast;
mod other_tools;
pub(super) mod parting;
pub(super) mod usage;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use super::settings::Settings;
use super::{cache, clear, configure, credential, curl, doctor, exec, explain, list, login, profile, status, token};
#[cfg(feature = "serve")]
use super::{proxy, serve};

const AFTER_HELP: &str = "\
Exit status: 0 ok, 1 unexpected, 2 usage, 3 config, 4 sign-in needed, 5 try again later, 6 denied, 7 store, \
8 --min-valid, 9 account, 130 interrupted

Run `tokcache help COMMAND` for a command, and `tokcache help TOPIC` for a topic: settings (the flags that every \
command takes), environment (the variables and folders), exit-codes, scripting.";

/// Sign in once; any shell, script or program then gets a valid OAuth access token in milliseconds.
#[derive(Debug, Parser)]
#[command(name = "tokcache", version, subcommand_required = true, arg_required_else_help = true)]
#[command(args_override_self = true, color = clap::ColorChoice::Never, disable_help_subcommand = true)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) settings: Settings,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Sign in with a code, or through the browser, and save the settings as a profile
    #[command(aliases = ["signin", "sign-in"])]
    Login(Box<login::args::Input>),
    /// Print a valid access token from the cache, refreshed if necessary
    Token(token::Input),
    /// Show who is signed in with each profile, and until when; exit status 4 if nobody is
    Status(status::Input),
    /// Show the accounts and their tokens, without any secret
    #[command(alias = "ls")]
    List(list::Input),
    /// Sign out: delete the tokens, and revoke them if the provider can
    #[command(aliases = ["logout", "signout", "sign-out"])]
    Clear(clear::Input),
    /// Run a program with a token in its environment, in a file or on a descriptor
    Exec(exec::Input),
    /// Run curl with the token in the Authorization header
    Curl(curl::Input),
    /// Give tokens to Azure SDKs on this machine, as a managed identity does
    #[cfg(feature = "serve")]
    Serve(serve::Input),
    /// Forward requests to one server, with a token added
    #[cfg(feature = "serve")]
    Proxy(proxy::Input),
    /// Show which token `token` would use, and why, without the network
    Explain(explain::Input),
    /// Check the settings, the cache, the provider and the sign-in
    Doctor(doctor::Input),
    /// Hand a token to git, kubectl, docker or another program that asks
    Credential(credential::Input),
    /// Let git, kubectl, docker or another program ask tokcache for tokens
    Configure(configure::Input),
    /// Take back the change of `configure`
    Unconfigure(configure::Target),
    /// Manage profiles: settings saved under a name
    Profile(profile::Input),
    /// Manage the cache
    Cache(cache::Input),
    /// Print the completion script for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Show help on a command or a topic
    Help {
        /// A command, or one of settings, environment, exit-codes and scripting
        #[arg(value_name = "TOPIC")]
        topic: Vec<String>,
    },
}

/// Parses the words after `tokcache credential cargo`. Returns `None` if they are wrong.
pub(super) fn of_credential(words: &[&str]) -> Option<(Settings, credential::Input)> {
    let words = ["tokcache", "credential", "cargo"].iter().chain(words);
    match Arguments::try_parse_from(words).ok()? {
        Arguments { settings, command: Command::Credential(input) } => Some((settings, input)),
        _ => None,
    }
}

impl Command {
    /// Whether the command uses one profile, which the current folder may name.
    pub(super) fn selects_profile(&self) -> bool {
        match self {
            // A program asks for a host, and gets the same answer in each folder. `doctor` reports a file of the folder
            // that cannot be used.
            Command::Credential(_) | Command::Doctor(_) => false,
            Command::Completions { .. } | Command::Help { .. } | Command::Status(_) => false,
            Command::Profile(input) => input.selects_profile(),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }
}
