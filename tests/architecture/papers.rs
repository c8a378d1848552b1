//! The documentation matches the program.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::{assert_recorded, files, read, root, rust_files};

#[test]
fn the_completions_are_those_that_the_program_prints() {
    let files = [
        ("bash", "tokcache.bash"),
        ("elvish", "tokcache.elv"),
        ("fish", "tokcache.fish"),
        ("powershell", "_tokcache.ps1"),
        ("zsh", "_tokcache"),
    ];
    for (shell, file) in files {
        let output = tokcache(&["completions", shell]);
        assert!(output.status.success(), "{shell}: {}", output.status);
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_recorded(&format!("completions/{file}"), &printed, "is stale; record it again");
    }
}

/// `0` and `130` are not variants: they mean success and SIGINT.
#[test]
fn the_reference_has_the_exit_codes_of_the_program() {
    let source = read("src/cli/failure/mod.rs");
    let lines = || source.lines().map(str::trim);
    let codes = lines().filter_map(|line| line.strip_suffix(',')?.split_once(" = "));
    let codes: BTreeSet<(String, String)> = codes
        .map(|(variant, code)| {
            let arm = format!("Exit::{variant} => \"");
            let name = lines().find_map(|line| line.strip_prefix(&arm)).unwrap_or_else(|| panic!("no name: {variant}"));
            (code.to_owned(), name.trim_end_matches("\",").to_owned())
        })
        .collect();
    let rows =
        rows("docs/reference.md", "| exit | name |").into_iter().map(|row| (row[0].clone(), row[1].replace('`', "")));
    let documented: BTreeSet<(String, String)> = rows.filter(|(code, _)| code != "0" && code != "130").collect();
    assert!(codes.len() > 5, "the codes were not found");
    assert_eq!(documented, codes);
    let help = String::from_utf8(tokcache(&["help", "exit-codes"]).stdout).unwrap();
    let in_help = help.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?.parse::<u8>().ok()?.to_string(), words.next()?.to_owned()))
    });
    let in_help: BTreeSet<_> = in_help.filter(|(code, _)| code != "0" && code != "130").collect();
    assert_eq!(in_help, codes);
}

#[test]
fn the_readme_has_every_command_and_the_reference_every_setting() {
    let help = String::from_utf8(tokcache(&["--help"]).stdout).unwrap();
    let (commands, _) = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap();
    let commands: Vec<&str> = commands.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    let documented: Vec<String> =
        rows("README.md", "| command |").iter().map(|row| row[0].split(' ').next().unwrap().replace('`', "")).collect();
    assert_eq!(documented, commands.iter().filter(|name| **name != "help").copied().collect::<Vec<_>>());

    let settings =
        ["settings", "environment"].map(|topic| String::from_utf8(tokcache(&["help", topic]).stdout).unwrap());
    let settings = settings.concat();
    let words = settings.split(|c: char| c.is_whitespace() || "[]=,".contains(c));
    let reference = read("docs/reference.md");
    for name in words.filter(|word| word.starts_with("--") || word.starts_with("TOKCACHE_")) {
        let name = name.trim_end_matches('.');
        assert!(reference.contains(name), "{name} is not in the reference");
    }
}

#[test]
fn the_page_on_credential_helpers_has_every_protocol() {
    let output = tokcache(&["credential", "nonsense"]);
    let said = String::from_utf8(output.stderr).unwrap();
    let protocols = said.split_once("possible values: ").unwrap().1.split(']').next().unwrap();
    let pages = ["docs/credential-helpers.md", "docs/agents.md"].map(read).concat();
    for protocol in protocols.split(", ") {
        let words = [format!("credential {protocol}"), format!("`{protocol}`")];
        let is_there = words.iter().any(|words| pages.contains(words));
        assert!(is_there, "docs/credential-helpers.md does not say how to use `tokcache credential {protocol}`");
    }
}

#[test]
fn the_help_has_every_variable_that_is_read() {
    let help = String::from_utf8(tokcache(&["help", "environment"]).stdout).unwrap();
    let source =
        ["mod.rs", "platform.rs", "terminal.rs"].map(|file| read(Path::new("src/cli/environment").join(file))).concat();
    let is_own = |word: &str| ["AZURE_", "IDENTITY_", "TOKCACHE_"].iter().any(|prefix| word.starts_with(prefix));
    let is_variable = |word: &&str| is_own(word) && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let variables: BTreeSet<&str> = source.split('"').filter(is_variable).collect();
    assert!(variables.len() > 10, "the variables were not found");
    for variable in variables {
        assert!(help.contains(variable), "{variable} is not in the help");
    }
}

/// Asks the program for help on each command line; an unknown command or flag is an error.
#[test]
fn every_command_line_in_the_papers_exists() {
    let mut lines = 0;
    for paper in papers() {
        let text = read(&paper);
        for line in text.lines().filter_map(|line| line.trim_start().strip_prefix("$ tokcache ")) {
            let command = line.split([';', '|', '>', '#']).next().unwrap();
            let arguments = command.split(" -- ").next().unwrap().split_whitespace().chain(["--help"]);
            let output = tokcache(&arguments.collect::<Vec<_>>());
            assert!(output.status.success(), "{}: {line}: {output:?}", paper.display());
            lines += 1;
        }
    }
    assert!(lines > 4, "the command lines were not found");
}

/// Words in capitals in the page are placeholders.
#[test]
fn every_tested_provider_has_its_sign_in_in_the_providers_page() {
    let page = read("docs/providers.md");
    let lines: Vec<Vec<&str>> =
        page.lines().filter(|line| line.starts_with("$ tokcache ")).map(|line| line.split(' ').collect()).collect();
    let (mut by_preset, mut others) = (Vec::new(), Vec::new());
    for path in files("tests/providers", "toml") {
        let script: toml::Table = read(Path::new("tests/providers").join(&path)).parse().unwrap();
        let login = script["login"].as_table().unwrap();
        let list = |name: &str| -> Option<Vec<String>> {
            let text = |value: &toml::Value| value.as_str().unwrap().to_owned();
            Some(login.get(name)?.as_array().unwrap().iter().map(text).collect())
        };
        // The service of a platform has none, and that of a protected resource is found.
        let Some(authority) = login.get("authority") else { continue };
        let authority = authority.as_str().unwrap().to_owned();
        match list("preset") {
            Some(preset) => by_preset.push((path, authority, preset)),
            None => others.push((path, authority, list("arguments").unwrap_or_default())),
        }
    }
    assert!(by_preset.len() >= 10 && others.len() > 5, "the providers were not found");
    for (path, _, preset) in &by_preset {
        // The tests sign in without a browser.
        let pairs = || preset.chunks(2).filter(|pair| pair[0] != "--flow");
        let has = |line: &Vec<&str>, flag: &str, value: &str| {
            line.windows(2).any(|pair| pair[0] == flag && stands_for(pair[1], value))
        };
        let is_sign_in = |line: &&Vec<&str>| pairs().all(|pair| has(line, &pair[0], &pair[1]));
        assert!(lines.iter().any(|line| is_sign_in(&line)), "docs/providers.md has no sign-in as {}", path.display());
    }
    for (path, authority, arguments) in &others {
        let is_sign_in = |line: &&Vec<&str>| {
            let names = line.windows(2).any(|pair| pair[0] == "--authority" && stands_for(pair[1], authority));
            names && arguments.iter().all(|argument| line.contains(&argument.as_str()))
        };
        let is_known = by_preset.iter().any(|(_, other, _)| other == authority);
        let is_named = is_known || lines.iter().any(|line| is_sign_in(&line));
        assert!(is_named, "docs/providers.md has no sign-in as {}", path.display());
    }
}

/// Whether `authority` matches `pattern`, in which words in capitals are placeholders.
fn stands_for(pattern: &str, authority: &str) -> bool {
    let pattern = pattern.trim_end_matches('/');
    let mut rest = authority.trim_end_matches('/');
    for piece in pattern.split(|c: char| c.is_ascii_uppercase()) {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    rest.is_empty() || pattern.ends_with(|c: char| c.is_ascii_uppercase())
}

#[test]
fn every_link_between_the_papers_leads_somewhere() {
    for paper in papers() {
        let text = read(&paper);
        for target in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let (file, section) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { paper.clone() } else { paper.parent().unwrap().join(file) };
            let leads = || root().join(&path).exists() && (section.is_empty() || anchors(&path).contains(section));
            assert!(target.contains("://") || leads(), "{}: {target}", paper.display());
        }
    }
}

#[test]
fn every_test_that_security_md_names_exists() {
    let sources: String = ["crates", "src", "tests"]
        .iter()
        .flat_map(|folder| rust_files(folder).into_iter().map(move |file| read(PathBuf::from(folder).join(file))))
        .collect();
    let security = read("SECURITY.md");
    let names = security.split('`').skip(1).step_by(2).filter(|name| name.matches('_').count() > 2);
    let names: Vec<&str> = names.filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')).collect();
    assert!(names.len() > 20, "the names were not found");
    for name in names {
        assert!(sources.contains(&format!("fn {name}(")), "there is no test {name}");
    }
}

fn tokcache(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tokcache")).args(arguments).output().unwrap()
}

/// Returns the Markdown files for users and developers.
pub(crate) fn papers() -> Vec<PathBuf> {
    let folders = ["", "docs", "docs/decisions", "fuzz", "release", "tests", "tests/helpers", "tests/providers"];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let paths = entries.map(|entry| entry.unwrap().path().strip_prefix(root()).unwrap().to_owned());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

/// Returns the link targets that GitHub creates for the headings of a page.
fn anchors(paper: &Path) -> BTreeSet<String> {
    let text = read(paper);
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let word = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
    headings.map(|heading| heading.to_lowercase().chars().filter(word).collect::<String>().replace(' ', "-")).collect()
}

/// Returns the cells of the table that starts with `head`.
fn rows(paper: &str, head: &str) -> Vec<Vec<String>> {
    let text = read(paper);
    let table =
        text.lines().skip_while(|line| !line.starts_with(head)).skip(2).take_while(|line| line.starts_with('|'));
    table.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn the_benchmarks_name_their_parts_where_one_is_mistyped() {
    let output = Command::new(root().join("benches/run")).arg("wram").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    let source = read("benches/speed/main.rs");
    let parts = source.split_once("const PARTS: ").unwrap().1.split_once("= [").unwrap().1.split_once(']').unwrap().0;
    // `stores` is a benchmark of the crate tokcache-redis.
    let parts = parts.replace(['"', ','], "") + " stores";
    assert_eq!(said, format!("benches/run: no such part: wram; there are: {parts}, and --build\n"));
}
