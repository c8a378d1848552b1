//! Prints answers and messages.
//!
//! stdout carries the answer or nothing, without colour or notices; stderr is for people. Text that a server or another
//! user chose goes through [`plain`] first. A closed pipe is not an error.

mod error;
mod explanation;
mod list;
pub(crate) mod page;
mod shell;
mod sign_in;
mod status;
mod table;
mod text;
mod token;

use std::io::{self, ErrorKind, Write};

use anyhow::Context;

pub(crate) use error::{ErrorFormat, FailureView, show_failure};
pub(crate) use explanation::{ConsideredView, ExplanationView};
pub(crate) use list::{AccessTokenView, AccountView, ListFormat, ListStream, ListView};
pub(crate) use shell::{command_line, quote};
pub(crate) use sign_in::{DeviceCodeView, end_countdown, show_countdown, show_device_code};
pub(crate) use status::{ProfileStatusView, StatusView};
pub(crate) use text::{about, json, plain, validity};
pub(crate) use token::{TokenFormat, TokenView, authorization, ensure_plain, scheme};

/// The format of an answer for people or programs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum AnswerFormat {
    /// One line of JSON
    Json,
    /// Text for people
    #[default]
    Text,
}

/// Returns the width of the terminal in columns, if stdout is a terminal.
pub(crate) fn width() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0))
}

/// Returns the width of the terminal behind stderr in columns, or a usual one.
pub(crate) fn width_of_stderr() -> usize {
    const USUAL: usize = 80;
    let size = terminal_size::terminal_size_of(io::stderr());
    size.map(|(width, _)| usize::from(width.0)).filter(|width| *width > 0).unwrap_or(USUAL)
}

/// Prints `value` to stdout as one line of JSON.
pub(crate) fn answer_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    answer((json(value)?.to_string() + "\n").as_bytes())
}

/// Writes the whole answer to stdout. A broken pipe is a success: the reader has what it wanted.
pub(crate) fn answer(text: &[u8]) -> anyhow::Result<()> {
    answer_part(text).map(drop)
}

/// Writes a part of the answer to stdout. Returns whether anybody still reads it.
pub(crate) fn answer_part(text: &[u8]) -> anyhow::Result<bool> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true).context("cannot write to stdout"),
    }
}

/// Prints a line for people to stderr. Write errors are ignored.
pub(crate) fn tell(line: impl std::fmt::Display) {
    // One write, so that the lines of several processes do not mix.
    let _ = io::stderr().lock().write_all(format!("{line}\n").as_bytes());
}
