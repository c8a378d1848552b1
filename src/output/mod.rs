//! Prints answers and messages.
//!
//! stdout carries the answer or nothing, without colour or notices; stderr is for people, in colour only on a terminal.
//! Text that a server or another user chose goes through [`plain`] first. A closed pipe is not an error.

mod big;
#[cfg(feature = "serve")]
mod endpoint;
mod error;
mod explanation;
mod findings;
mod list;
pub(crate) mod page;
mod screen;
mod shell;
mod sign_in;
mod status;
mod table;
mod text;
mod token;
mod token_json;
mod token_view;

use std::io::{self, ErrorKind, Write};

use anyhow::Context;
use tokcache_core::secret::SecretBuffer;

#[cfg(feature = "serve")]
pub(crate) use endpoint::{VariablesFormat, render_variables};
pub(crate) use error::{ErrorFormat, FailureView, show_failure};
pub(crate) use explanation::{ConsideredView, ExplanationView, LockView, RefreshTokenView, clock};
pub(crate) use findings::{FindingView, FindingsView, Severity};
pub(crate) use list::{AccessTokenView, AccountView, ListFormat, ListStream, ListView};
pub(crate) use screen::{Preferences, can_print_over, layout, set_preferences, width_of_stderr};
pub(crate) use shell::{command_line, quote};
pub(crate) use sign_in::{DeviceCodeView, end_countdown, show_countdown, show_device_code};
pub(crate) use status::{ProfileStatusView, StatusView};
pub(crate) use text::{about, json, plain, validity};
pub(crate) use token::{TokenFormat, authorization, curl_config, ensure_plain, github_env_line, scheme};
pub(crate) use token_json::{EXEC_CREDENTIAL_VERSIONS, ExecCredential};
pub(crate) use token_view::TokenView;

/// The format of an answer for people or programs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum AnswerFormat {
    /// One line of JSON
    Json,
    /// Text for people
    #[default]
    Text,
}

/// Prints `value` to stdout as one line of JSON.
pub(crate) fn answer_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    let json = json(value)?;
    // The answer may be a token.
    let mut line = SecretBuffer::with_capacity(json.len() + "\n".len());
    line.push_str(&json);
    line.push('\n');
    answer(line.finish().as_bytes())
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
    let line = screen::coloured(format!("{line}\n"));
    // One write, so that the lines of several processes do not mix.
    let _ = io::stderr().lock().write_all(line.as_bytes());
}
