//! pip and uv: the keyring provider in their settings, and a link with the name of the program that they run.

use std::path::PathBuf;

use super::file::{Edit, in_lines};
use super::link::Link;
use super::plan::Plan;
use super::{Change, sections};
use crate::cli::{Failure, environment};

/// A program that asks `keyring` for passwords.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Program {
    Pip,
    Uv,
}

/// The setting of both.
const KEY: &str = "keyring-provider";

/// The section of pip's settings. uv's setting is before all sections.
const GLOBAL: &str = "[global]";

/// Marks the line below it as one of `configure`.
const MARK: &str = "# The program keyring is tokcache.";

impl Program {
    fn file(self) -> Result<PathBuf, Failure> {
        match self {
            Program::Pip => environment::pip_config(),
            Program::Uv => environment::uv_config(),
        }
    }

    fn lines(self) -> [String; 2] {
        let value = if self == Program::Pip { "subprocess" } else { "\"subprocess\"" };
        [MARK.to_owned(), format!("{KEY} = {value}")]
    }

    /// Whether the settings have another keyring provider.
    fn has_another(self, edit: &Edit) -> Result<bool, Failure> {
        match self {
            // pip takes `_` for `-`, and names in capitals.
            Program::Pip => {
                Ok(sections::keys(edit.text(), GLOBAL).any(|key| key.to_lowercase().replace('_', "-") == KEY))
            }
            Program::Uv => Ok(edit.as_toml()?.contains_key(KEY)),
        }
    }

    fn added(self, text: &str) -> String {
        match self {
            Program::Pip => sections::with(text, GLOBAL, &self.lines()),
            Program::Uv => format!("{}\n{text}", self.lines().join("\n")),
        }
    }

    fn removed(self, text: &str) -> String {
        let own = self.lines().join("\n");
        let text = in_lines(text).replacen(&format!("{own}\n"), "", 1);
        if self == Program::Pip { sections::without(&text, GLOBAL, &[]) } else { text }
    }
}

pub(super) fn plan(program: Program, change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let mut edit = Edit::of(&program.file()?)?;
    let left = plan.hosts(change)?;
    if change.is_undo() && !left.is_changed {
        return Ok(());
    }
    let is_own = |text: &str| text.lines().any(|line| line == MARK);
    match (is_own(edit.text()), change.is_undo()) {
        (true, true) if left.is_empty() => edit.set(program.removed(edit.text())),
        (false, false) if program.has_another(&edit)? => {
            return Err(edit.refuse(&format!("it has another {KEY}; remove it first")));
        }
        (false, false) => edit.set(program.added(edit.text())),
        (true, _) | (false, true) => {}
    }
    let other = if program == Program::Pip { Program::Uv } else { Program::Pip };
    let is_used = !left.is_empty() || is_own(edit.text()) || is_own(Edit::of(&other.file()?)?.text());
    plan.link(Link::beside_program("keyring", is_used)?);
    plan.edit(edit);
    Ok(())
}
