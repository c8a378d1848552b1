//! Reads one variable.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::settings::values::{name_of, not_blank, text_of, typed_path};
use crate::cli::{Exit, Failure};

/// Returns the variable's value as the system stores it. An empty variable counts as unset. A value that is not UTF-8
/// is returned too, so that it is not mistaken for an unset variable.
pub(super) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Returns a variable that must be text.
///
/// # Errors
/// The value is not one line of text.
pub(super) fn text(name: &str) -> Result<Option<String>, Failure> {
    let Some(value) = variable(name) else { return Ok(None) };
    let text = value.into_string().map_err(|_| wrong(name, "it is not UTF-8"))?;
    not_blank(&text).map_err(|why| wrong(name, &why))?;
    Ok(Some(text))
}

/// Returns a variable that is a path, in any encoding. A relative path is relative to the current folder.
///
/// # Errors
/// The value cannot be a path.
pub(super) fn path(name: &str) -> Result<Option<PathBuf>, Failure> {
    let Some(value) = variable(name) else { return Ok(None) };
    typed_path(&value).map(Some).map_err(|why| wrong(name, &why))
}

/// Returns a variable that is text with a path behind `scheme`, such as `file:PATH`.
pub(super) fn text_with_path(name: &str, scheme: &str) -> Result<Option<String>, Failure> {
    match variable(name) {
        Some(value) if value.to_str().is_none() => text_of(&value, scheme).map(Some).map_err(|why| wrong(name, &why)),
        _ => text(name),
    }
}

/// The error for a wrong variable. It does not repeat the value, which may be a misplaced secret.
pub(super) fn wrong(name: &str, why: &str) -> Failure {
    Failure::new(Exit::Usage, format!("the variable {name} cannot be used: {why}")).try_shell(format!("unset {name}"))
}

pub(super) fn parsed<T>(
    typed: Option<T>,
    name: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, Failure> {
    if typed.is_some() {
        return Ok(typed);
    }
    let Some(text) = text(name)? else { return Ok(None) };
    parse(&text).map(Some).map_err(|error| {
        Failure::new(Exit::Usage, format!("{name} is set to {text:?}: {error}")).try_shell(format!("unset {name}"))
    })
}

/// Parses one of the values of an enumeration.
pub(super) fn one_of<T: ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(text, true).map_err(|_| {
        let names: Vec<_> = T::value_variants().iter().filter_map(name_of).collect();
        format!("type {}", names.join(" or "))
    })
}
