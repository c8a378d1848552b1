//! The manual pages in `man/`, made from the definition of the command line. A test compares them, and writes them if
//! `TOKCACHE_RECORD` is set. The program itself does not contain them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::examples::examples;
use super::topics::{EXIT_CODES, OTHER_VARIABLES, of_flags};
use super::{Arguments, is_setting};
use crate::cli::settings::profile_format::Profile;

/// The date of the latest change of the pages that matters to readers.
const DATE: &str = "2026-11-30";

const RECORD: &str = "TOKCACHE_RECORD=1 cargo test --workspace --bin tokcache --test architecture";

/// Returns each page by the name of its file.
fn pages() -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    let mut whole = Arguments::command();
    whole.build();
    pages.insert("tokcache.1".to_owned(), page(&whole, "tokcache"));
    // The page of a command leaves out the flags of all commands.
    let mut command = Arguments::command().mut_args(|arg| {
        let is_setting = is_setting(&arg);
        arg.hide(is_setting)
    });
    command.build();
    for subcommand in command.get_subcommands() {
        add(&mut pages, subcommand, &format!("tokcache {}", subcommand.get_name()));
    }
    pages
}

fn add(pages: &mut BTreeMap<String, String>, command: &Command, path: &str) {
    pages.insert(format!("{}.1", path.replace(' ', "-")), page(command, path));
    for subcommand in command.get_subcommands().filter(|command| command.get_name() != "help") {
        add(pages, subcommand, &format!("{path} {}", subcommand.get_name()));
    }
}

fn page(command: &Command, path: &str) -> String {
    let name = path.replace(' ', "-");
    let man = Man::new(command.clone());
    let mut bytes = Vec::new();
    man.render_name_section(&mut bytes).unwrap();
    writeln!(bytes, ".SH SYNOPSIS\n{}", synopsis(command)).unwrap();
    man.render_description_section(&mut bytes).unwrap();
    if command.get_subcommands().next().is_some() {
        man.render_subcommands_section(&mut bytes).unwrap();
    }
    man.render_options_section(&mut bytes).unwrap();
    let mut text = with_bold(&String::from_utf8(bytes).unwrap());
    if path == "tokcache" {
        let of_flags: String = of_flags().iter().map(|(name, flag)| format!("  {name:<36} {flag}\n")).collect();
        text += &preformatted("ENVIRONMENT", &(of_flags + OTHER_VARIABLES));
        text += &preformatted("EXIT STATUS", EXIT_CODES);
        text += FILES;
    }
    if !examples(path).is_empty() {
        text += &preformatted("EXAMPLES", examples(path));
    }
    let others = match path {
        "tokcache" => "tokcache\\-profiles(5)",
        _ => "tokcache(1), tokcache\\-profiles(5)",
    };
    text += &format!(".SH \"SEE ALSO\"\n{others}\n");
    let title = escaped(&name.to_uppercase());
    format!(".TH {title} 1 {DATE} tokcache \"tokcache manual\"\n{}", clean(&text))
}

/// Returns the usage in short: the flags are in a section of their own.
fn synopsis(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let lines = usage.trim_start_matches("Usage:").lines().map(|line| format!("\\fB{}\\fR", escaped(line.trim())));
    lines.collect::<Vec<_>>().join("\n.br\n")
}

/// Removes what the formatters warn about: repeated definitions, doubled breaks, blanks at the end of a line, and
/// letters beyond ASCII.
fn clean(roff: &str) -> String {
    let lines = roff.lines().filter(|line| !line.starts_with(".ie ") && !line.starts_with(".el "));
    let text: String = lines.map(|line| format!("{}\n", line.trim_end())).collect();
    let text = text.replace(".br\n\n.br\n", ".sp\n").replace("\\*(Aq", "\\(aq");
    let letter = |letter: char| match letter.is_ascii() {
        true => letter.to_string(),
        false => format!("\\[u{:04X}]", u32::from(letter)),
    };
    text.chars().map(letter).collect()
}

const FILES: &str = ".SH FILES
.TP
\\fI~/.config/tokcache/profiles/\\fR
the profiles, see tokcache\\-profiles(5); in \\fBXDG_CONFIG_HOME\\fR or \\fBTOKCACHE_CONFIG_DIR\\fR if it is set
.TP
\\fI~/.local/state/tokcache/token_cache.json\\fR
the cache, in the format of the MSAL libraries; in \\fBXDG_STATE_HOME\\fR or \\fBTOKCACHE_STATE_DIR\\fR if it is set
.TP
\\fI.tokcache.toml\\fR
the profile of a folder
";

/// Returns a section whose lines stay as they are.
fn preformatted(title: &str, text: &str) -> String {
    format!(".SH \"{title}\"\n.nf\n{}\n.fi\n", with_bold(&escaped(text.trim_matches('\n'))))
}

/// Returns text that roff prints as it is.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq").replace('~', "\\(ti");
    let line = |line: &str| if line.starts_with('.') { format!("\\&{line}") } else { line.to_owned() };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Prints words between backticks in bold.
fn with_bold(roff: &str) -> String {
    let mut parts = roff.split('`');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (place, part) in parts.enumerate() {
        text += if place % 2 == 0 { "\\fB" } else { "\\fR" };
        text += part;
    }
    text
}

#[test]
fn the_manual_pages_are_those_of_the_command_line() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
    let pages = pages();
    if std::env::var_os("TOKCACHE_RECORD").is_some() {
        for (name, text) in &pages {
            record(&folder.join(name), text);
        }
    }
    let names = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: Vec<_> = names.filter(|name| name.ends_with(".1")).collect();
    for name in &names {
        assert!(pages.contains_key(name), "man/{name} is of no command: delete it");
    }
    for (name, text) in &pages {
        let written = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(written == *text, "man/{name} is stale; record it again: {RECORD}");
    }
}

#[expect(clippy::disallowed_methods, reason = "a file of the repository")]
fn record(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

/// The error for an unknown setting lists all that there are.
#[test]
fn the_page_on_profiles_has_every_setting() {
    let page = include_str!("../../../man/tokcache-profiles.5");
    let tables = ["endpoints", "learned", "converting", "dynamic_client"];
    let tables = tables.map(|table| format!("[{table}]\nnonsense = 1"));
    for text in tables.iter().map(String::as_str).chain(["nonsense = 1"]) {
        let error = Profile::parse(text).unwrap_err();
        let settings: Vec<_> = error.message().split('`').skip(3).step_by(2).collect();
        assert!(settings.len() > 1, "{error}");
        for setting in settings {
            assert!(
                page.contains(&format!("\\fB{setting}\\fR")),
                "{setting} is not in man/tokcache-profiles.5, which is written by hand"
            );
        }
    }
}
