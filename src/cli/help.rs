//! `tokcache help`, and the layout of each command's help: the purpose, examples, the command's own flags. The settings
//! that all commands take are only in `tokcache help settings`.

use anyhow::Context as _;
use clap::{Arg, Command, CommandFactory};

use super::args::Arguments;
use super::near::nearest;
use super::settings::SETTINGS;
use super::{Exit, Failure, environment};
use crate::output;

/// The one help topic that is not a command.
const TOPIC: &str = "settings";

/// Examples come before the flags.
const TEMPLATE: &str = "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}";

const MORE: &str = "Run `tokcache help settings` for the flags and variables that every command takes.";

/// Wider text is hard to read.
const WIDEST: usize = 100;

/// Returns the definition of the command line, with examples and help texts.
pub(super) fn command() -> Command {
    let command = Arguments::command().max_term_width(WIDEST).mut_args(|arg| {
        let is_setting = is_setting(&arg);
        arg.hide_short_help(is_setting).hide_long_help(is_setting)
    });
    let command = with_examples(command).mut_subcommands(with_examples);
    formed(command)
}

fn with_examples(command: Command) -> Command {
    match examples(command.get_name()) {
        "" => command,
        examples => command.before_help(format!("Examples:\n{examples}")),
    }
}

/// Applies the help template to the command and its subcommands.
fn formed(command: Command) -> Command {
    let mut command = command.help_template(TEMPLATE);
    if command.get_after_help().is_none() {
        command = command.after_help(MORE);
    }
    command.mut_subcommands(formed)
}

fn is_setting(arg: &Arg) -> bool {
    arg.get_help_heading() == Some(SETTINGS)
}

pub(super) fn run(topic: &[String]) -> Result<(), Failure> {
    let text = match topic {
        [topic] if topic == TOPIC => settings()?,
        topic => of_command(topic)?,
    };
    Ok(output::answer(text.as_bytes())?)
}

fn of_command(topic: &[String]) -> Result<String, Failure> {
    let mut command = command();
    // Sets each command's full name.
    command.build();
    let mut meant = &mut command;
    for word in topic {
        let names: Vec<_> = meant.get_subcommands().map(|command| command.get_name().to_owned()).collect();
        meant = meant.find_subcommand_mut(word).ok_or_else(|| {
            let failure = Failure::new(Exit::Usage, format!("there is no help on {word:?}"));
            match nearest(word, names.iter().map(String::as_str).chain([TOPIC])) {
                Some(near) => failure.try_instead("help", word, near),
                None => failure.try_shell("tokcache help"),
            }
        })?;
    }
    Ok(meant.render_long_help().to_string())
}

/// Returns the help on the settings, the variables without a flag, and the folders on this machine.
fn settings() -> Result<String, Failure> {
    let all = Arguments::command();
    let args = all.get_arguments().filter(|arg| is_setting(arg)).cloned();
    let mut listed = Command::new(TOPIC)
        .disable_help_flag(true)
        .max_term_width(WIDEST)
        .color(clap::ColorChoice::Never)
        .help_template("{all-args}")
        .args(args);
    let folder = |folder: Result<Option<std::path::PathBuf>, Failure>| match folder {
        Ok(Some(path)) => path.display().to_string(),
        Ok(None) | Err(_) => "unknown here".to_owned(),
    };
    let (config, state) = (folder(environment::config_dir()), folder(environment::state_dir()));
    let listed = listed.render_long_help().to_string();
    let mut text = String::new();
    let write = |text: &mut String| {
        use std::fmt::Write;
        writeln!(
            text,
            "A flag takes precedence over its variable, and a variable over the profile.\n\
             A .tokcache.toml in the folder selects the profile if you trust it (`tokcache profile trust`).\n\n{}\n",
            listed.trim_end()
        )?;
        writeln!(text, "Folders:")?;
        writeln!(text, "  TOKCACHE_CONFIG_DIR  the folder of the profiles, here {config}")?;
        writeln!(text, "  TOKCACHE_STATE_DIR   the folder of the cache, here {state}\n")?;
        writeln!(text, "The profile azure-cli reads AZURE_CONFIG_DIR. The profile env reads AZURE_TENANT_ID,")?;
        writeln!(
            text,
            "AZURE_CLIENT_ID, AZURE_AUTHORITY_HOST, AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH and"
        )?;
        writeln!(
            text,
            "AZURE_FEDERATED_TOKEN_FILE. --flow managed-identity reads IDENTITY_ENDPOINT, IDENTITY_HEADER,"
        )?;
        writeln!(text, "IDENTITY_SERVER_THUMBPRINT and AZURE_POD_IDENTITY_AUTHORITY_HOST.\n")?;
        writeln!(text, "HTTPS_PROXY, NO_PROXY, NO_COLOR and SSL_CERT_FILE work as in other programs.")
    };
    write(&mut text).context("cannot write the help")?;
    Ok(text)
}

/// Returns the most common command lines of `command`, one a line.
fn examples(command: &str) -> &'static str {
    match command {
        "tokcache" => {
            "  tokcache login --authority https://id.example.com --client-id my-cli --scope notes.read
  tokcache token --scope notes.read
  tokcache exec --scope notes.read -- ./report.sh
"
        }
        "login" => {
            "  tokcache login --authority https://id.example.com --client-id my-cli --scope notes.read
  tokcache login --provider github --profile github --client-id ID --scope repo
  tokcache login --profile work --scope notes.write
  tokcache login --for https://mcp.example.com/mcp
"
        }
        "token" => {
            "  token=$(tokcache token --scope notes.read) || exit
  tokcache token --min-valid 20m -o json
"
        }
        "list" => {
            "  tokcache list
  tokcache list --profile work -o json
"
        }
        "status" => {
            "  tokcache status
  tokcache status --profile work >/dev/null || tokcache login --profile work
"
        }
        "clear" => {
            "  tokcache clear --account alice@example.com
  tokcache clear --all --yes
"
        }
        "credential" => "  tokcache credential mcp-headers --for https://mcp.example.com/mcp\n",
        "exec" => "  tokcache exec --scope notes.read --env API_TOKEN -- ./report.sh\n",
        "explain" => "  tokcache explain --scope notes.read\n",
        "profile" => {
            "  tokcache profile list
  tokcache profile set work --authority https://id.example.com --client-id my-cli --scope notes.read
"
        }
        "cache" => {
            "  tokcache cache check
  tokcache cache encrypt --encrypt keyring
"
        }
        "completions" => "  tokcache completions bash > ~/.local/share/bash-completion/completions/tokcache\n",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn every_command_with_a_help_of_its_own_has_examples_that_are_understood() {
        for command in command().get_subcommands().filter(|command| command.get_name() != "help") {
            let examples = examples(command.get_name());
            assert!(!examples.is_empty(), "{}", command.get_name());
            for line in examples.lines() {
                let line = &line[line.find("tokcache").unwrap_or_default()..];
                let line = line.split([')', '>']).next().unwrap_or_default();
                let parsed = Arguments::try_parse_from(line.split_whitespace());
                assert!(parsed.is_ok(), "{line}: {parsed:?}");
            }
        }
    }

    #[test]
    fn no_command_repeats_the_settings_and_one_topic_tells_them_all() {
        let help = of_command(&["token".to_owned()]).unwrap_or_else(|_| panic!("no help on token"));
        assert!(!help.contains("--lock-timeout") && help.contains("help settings"), "{help}");
        let settings = settings().unwrap_or_else(|_| panic!("no help on settings"));
        assert!(settings.contains("--lock-timeout") && settings.contains("TOKCACHE_STATE_DIR"), "{settings}");
    }
}
