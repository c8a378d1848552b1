//! `tokcache help`, and the layout of each command's help: the purpose, examples, the command's own flags. The settings
//! that all commands take are only in `tokcache help settings`. `-h` leaves out the examples and the details.

mod examples;
#[cfg(test)]
mod man;
mod topics;

use clap::{Arg, Command, CommandFactory};

use super::command_line::Arguments;
use super::failure::near::nearest;
use super::settings::values::SETTINGS;
use super::{Exit, Failure};
use crate::output;

use examples::examples;
use topics::TOPICS;

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
    formed(command, "tokcache")
}

/// Applies the help template to the command and its subcommands. `path` is the full name of the command.
fn formed(command: Command, path: &str) -> Command {
    let mut command = command.help_template(TEMPLATE);
    let examples = examples(path);
    if !examples.is_empty() {
        command = command.before_long_help(format!("Examples:\n{examples}"));
    }
    let more = command.get_after_help().map_or_else(|| MORE.to_owned(), ToString::to_string);
    let details = format!("Run `{path} --help` for {}.", if examples.is_empty() { "details" } else { "examples" });
    command = command.after_help(format!("{details}\n{more}")).after_long_help(more);
    command.mut_subcommands(|subcommand| {
        let path = format!("{path} {}", subcommand.get_name());
        formed(subcommand, &path)
    })
}

fn is_setting(arg: &Arg) -> bool {
    arg.get_help_heading() == Some(SETTINGS)
}

pub(super) fn run(words: &[String]) -> Result<(), Failure> {
    let topic = match words {
        [word] => TOPICS.iter().find(|(name, _)| name == word),
        _ => None,
    };
    let text = match topic {
        Some((_, text)) => text(),
        None => of_command(words)?,
    };
    Ok(output::answer(text.as_bytes())?)
}

fn of_command(words: &[String]) -> Result<String, Failure> {
    let mut command = command();
    // Sets each command's full name.
    command.build();
    let mut meant = &mut command;
    for (place, word) in words.iter().enumerate() {
        let topics = TOPICS.iter().filter(|_| place == 0).map(|(name, _)| *name);
        let names: Vec<_> = meant.get_subcommands().map(|command| command.get_name().to_owned()).collect();
        meant = meant.find_subcommand_mut(word).ok_or_else(|| {
            let failure = Failure::new(Exit::Usage, format!("there is no help on {word:?}"));
            match nearest(word, names.iter().map(String::as_str).chain(topics)) {
                Some(near) => failure.try_instead("help", word, near),
                None => failure.try_shell("tokcache help"),
            }
        })?;
    }
    Ok(meant.render_long_help().to_string())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    /// Calls `visit` with the full name of each command that has a help of its own.
    fn each_command(command: &Command, path: &str, visit: &mut dyn FnMut(&str)) {
        visit(path);
        for subcommand in command.get_subcommands().filter(|command| command.get_name() != "help") {
            each_command(subcommand, &format!("{path} {}", subcommand.get_name()), visit);
        }
    }

    #[test]
    fn every_command_with_a_help_of_its_own_has_examples_that_are_understood() {
        each_command(&command(), "tokcache", &mut |path| {
            let examples = examples(path);
            assert!(!examples.is_empty(), "{path}");
            for line in examples.lines() {
                let line = &line[line.find("tokcache").unwrap_or_default()..];
                let line = line.split([')', '>', '<']).next().unwrap_or_default();
                assert!(line.contains(path), "{path}: {line}");
                let words = line.split_whitespace().map(std::ffi::OsString::from).collect();
                let parsed = Arguments::try_parse_from(crate::cli::command_line::parting::parted(words));
                assert!(parsed.is_ok(), "{line}: {parsed:?}");
            }
        });
    }

    #[test]
    fn no_command_repeats_the_settings_and_one_topic_tells_them_all() {
        let help = of_command(&["token".to_owned()]).unwrap_or_else(|_| panic!("no help on token"));
        assert!(!help.contains("--lock-timeout") && help.contains("help settings"), "{help}");
        let (_, settings) = TOPICS[0];
        assert!(settings().contains("--lock-timeout"), "{}", settings());
    }

    #[test]
    fn the_short_help_names_the_long_one_which_alone_has_examples() {
        each_command(&command(), "tokcache", &mut |path| {
            let mut command = command();
            command.build();
            let words = path.split(' ').skip(1);
            let found = words.fold(&mut command, |command, word| command.find_subcommand_mut(word).unwrap());
            let (short, long) = (found.render_help().to_string(), found.render_long_help().to_string());
            assert!(!short.contains("Examples:") && short.contains(&format!("`{path} --help`")), "{short}");
            assert!(long.contains("Examples:\n"), "{long}");
        });
    }
}
