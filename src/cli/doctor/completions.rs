//! Checks whether the user's shell has the completion script, and whether that is of this version.

use std::path::{Path, PathBuf};

use clap::Command;
use clap_complete::Shell;
use tokcache_file::platform;

use super::finding::Findings;
use crate::cli::{completions, environment};
use crate::output::command_line;

/// Larger than any script.
const LARGEST: u64 = 1 << 20;

/// Checks the shell that the system names as the user's, if its scripts have usual places.
pub(super) fn check(tokcache: &Command, findings: &mut Findings) {
    let Some(shell) = environment::shell().as_deref().and_then(Shell::from_shell_path) else { return };
    let Some(own) = own_place(shell) else { return };
    let places = shared_places(shell).iter().map(|folder| Path::new(folder).join(file_name(shell)));
    let installed: Vec<_> = std::iter::once(own.clone()).chain(places).filter(|path| path.is_file()).collect();
    // With zsh, only the shell knows its $fpath.
    if installed.is_empty() {
        let message = format!("the script of {shell} is not in its usual places");
        return findings.note("completions", message, Some(install(shell, &own)));
    }
    let expected = completions::script(shell, tokcache);
    for path in installed {
        let is_current = platform::read_trusted(&path, LARGEST).is_ok_and(|script| script == expected.as_bytes());
        let shown = path.display();
        match is_current {
            true => findings.ok("completions", format!("{shown}")),
            false => {
                let message = format!("{shown} is the script of another version");
                findings.note("completions", message, Some(install(shell, &path)));
            }
        }
    }
}

fn file_name(shell: Shell) -> &'static str {
    match shell {
        Shell::Fish => "tokcache.fish",
        Shell::Zsh => "_tokcache",
        _ => "tokcache",
    }
}

/// Returns the place for a user's own script.
fn own_place(shell: Shell) -> Option<PathBuf> {
    let home = environment::home()?;
    let folder = match shell {
        Shell::Bash => {
            environment::data_home().unwrap_or_else(|| home.join(".local/share")).join("bash-completion/completions")
        }
        Shell::Fish => environment::config_home().unwrap_or_else(|| home.join(".config")).join("fish/completions"),
        Shell::Zsh => home.join(".zfunc"),
        _ => return None,
    };
    Some(folder.join(file_name(shell)))
}

/// Returns the folders for the scripts of all users.
fn shared_places(shell: Shell) -> &'static [&'static str] {
    match shell {
        Shell::Bash => &[
            "/usr/share/bash-completion/completions",
            "/usr/local/share/bash-completion/completions",
            "/etc/bash_completion.d",
        ],
        Shell::Fish => &["/usr/share/fish/vendor_completions.d", "/usr/local/share/fish/vendor_completions.d"],
        Shell::Zsh => &[
            "/usr/share/zsh/vendor-completions",
            "/usr/share/zsh/site-functions",
            "/usr/local/share/zsh/site-functions",
            "/opt/homebrew/share/zsh/site-functions",
        ],
        _ => &[],
    }
}

fn install(shell: Shell, path: &Path) -> String {
    let folder = command_line(["mkdir", "-p", &path.parent().unwrap_or(Path::new(".")).to_string_lossy()]);
    let path = command_line([&*path.to_string_lossy()]);
    format!("{folder} && tokcache completions {shell} > {path}")
}
