//! The lines for shells, build tools and services.

use std::process::{Command, Output};

use crate::page::{block, headings};
use crate::site::{NoToken, Site, check};
use crate::support::{put, text};

const SHELL: &str = "bash and other POSIX shells";

/// Installed by `tests/run scripting`.
const PACKAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/e2e/scripting/bin");

/// A program that stops with the status of tokcache.
fn same(status: i32) -> i32 {
    status
}

#[track_caller]
fn output(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("tests/run scripting installs {command:?}: {error}"))
}

#[test]
fn curl_does_not_start() {
    check(same, |site| {
        let script = site.file("script", "curl", 0);
        output(site.command(&["sh"]).arg(script))
    });
}

#[test]
fn posix_shells_stop() {
    for shell in ["sh", "bash", "zsh"] {
        check(same, |site| {
            let script = site.file("script", SHELL, 0);
            output(site.command(&[shell]).arg(script))
        });
    }
}

#[test]
fn the_error_on_the_page_is_that_of_a_signed_out_user() {
    let site = Site::without_token(NoToken::SignedOut);
    let script = site.file("script", SHELL, 0);
    let shown = output(site.command(&["sh"]).arg(script));
    assert_eq!(text(&shown.stderr), block(SHELL, 1));
}

#[test]
fn exec_does_not_start_the_program() {
    check(same, |site| {
        let script = site.file("script", "A program that reads the token", 1);
        output(site.command(&["sh"]).arg(script))
    });
}

#[test]
fn an_assignment_is_evaluated_only_if_there_is_one() {
    check(same, |site| {
        let script = site.block("Lines that hide a failure", 1) + "exec ./notes\n";
        output(site.command(&["sh", "-c", &script]).env_remove("ACCESS_TOKEN"))
    });
}

#[test]
fn fish_stops() {
    check(same, |site| {
        let script = site.file("script", "fish", 0);
        output(site.command(&["fish", "--no-config"]).arg(script))
    });
}

/// PowerShell itself is in no registry that `tests/run` uses, so a grammar of another project checks the script, and
/// PowerShell runs it only where it is installed.
#[test]
fn powershell_stops() {
    let page = block("PowerShell", 0);
    let grammar = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripting/powershell.py");
    let site = Site::with_token();
    let parsed = |code: &str| {
        put(&site.home.path("script.ps1"), code);
        let mut parser = site.command(&[&format!("{PACKAGES}/python"), grammar]);
        output(parser.arg(site.home.path("script.ps1"))).status.success()
    };
    assert!(parsed(&page), "{page}");
    assert!(!parsed(&page.replacen('}', "", 1)), "the grammar accepts anything");
    let checked = page.lines().collect::<Vec<_>>();
    assert!(checked[0].starts_with("$token = tokcache token"), "the status is that of the last program");
    assert_eq!(checked[1], "if ($LASTEXITCODE) { exit $LASTEXITCODE }");
    if Command::new("pwsh").arg("-Version").output().is_ok() {
        check(same, |site| {
            let script = site.file("script.ps1", "PowerShell", 0);
            let mut pwsh = site.command(&["pwsh", "-NoProfile", "-NonInteractive", "-File"]);
            let mut ran = output(pwsh.arg(script));
            // PowerShell prints the object, not its JSON.
            if text(&ran.stdout).contains("notes") {
                ran.stdout = br#"{"notes":[]}"#.to_vec();
            }
            ran
        });
    }
}

#[test]
fn make_stops_and_leaves_no_empty_file() {
    check(
        |_| 2,
        |site| {
            site.file("Makefile", "Make", 0);
            let mut made = output(&mut site.command(&["make"]));
            let notes = std::fs::read(site.home.path("notes.json"));
            assert_eq!(notes.is_ok(), made.status.success());
            made.stdout.extend(notes.unwrap_or_default());
            made
        },
    );
}

#[test]
fn just_stops() {
    check(same, |site| {
        site.file("justfile", "just", 0);
        output(&mut site.command(&[&format!("{PACKAGES}/just"), "notes"]))
    });
}

/// The variable that the page names beside its lines.
#[test]
fn a_variable_of_just_needs_a_token_for_each_recipe() {
    let page = include_str!("../../docs/scripting.md");
    assert!(page.contains("`` token := `tokcache token` ``"));
    let justfile = "token := `tokcache token`\nnotes:\n    ACCESS_TOKEN={{token}} ./notes\nother:\n    touch other\n";
    let run = |site: &Site, recipe: &str| {
        put(&site.home.path("justfile"), justfile);
        output(&mut site.command(&[&format!("{PACKAGES}/just"), recipe]))
    };
    let site = Site::with_token();
    site.assert_fetched(&run(&site, "notes"));
    let site = Site::without_token(NoToken::SignedOut);
    for recipe in ["notes", "other"] {
        assert!(!run(&site, recipe).status.success(), "{recipe}");
    }
    assert!(!site.home.path("other").exists());
}

#[test]
fn direnv_loads_nothing_and_starts_nothing() {
    check(
        |_| 1,
        |site| {
            site.file(".envrc", "direnv", 1);
            let allowed = output(&mut site.command(&["direnv", "allow"]));
            assert!(allowed.status.success(), "{}", text(&allowed.stderr));
            let loaded = text(&output(&mut site.command(&["direnv", "export", "json"])).stdout);
            let ran = output(&mut site.command(&["direnv", "exec", ".", "./notes"]));
            assert_eq!(loaded.contains("ACCESS_TOKEN"), ran.status.success(), "{loaded}");
            ran
        },
    );
}

#[test]
fn direnv_selects_the_profile() {
    let site = Site::with_token();
    site.file(".envrc", "direnv", 0);
    output(&mut site.command(&["direnv", "allow"]));
    let ran = output(&mut site.command(&["direnv", "exec", ".", "tokcache", "token", "--scope", "notes.read"]));
    assert_eq!(ran.status.code(), Some(3), "the profile does not exist yet");
    let default = std::fs::read(site.home.path("config/profiles/default.toml")).unwrap();
    site.home.write("config/profiles/work.toml", default);
    site.assert_fetched(&output(&mut site.command(&["direnv", "exec", ".", "tokcache", "exec", "--", "./notes"])));
}

#[test]
fn every_section_has_a_test() {
    let sources =
        [include_str!("places.rs"), include_str!("ci.rs"), include_str!("warnings.rs"), include_str!("services.rs")]
            .concat();
    for heading in headings() {
        assert!(sources.contains(&format!("\"{heading}\"")), "no test runs the section {heading}");
    }
}
