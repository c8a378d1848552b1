//! What a person or a script sees.
//!
//! The rules, once: stdout is the answer or nothing, without colour or notices; stderr is for people. Text that a
//! server or another user chose passes [`plain`] before it is shown. A reader that has gone away is no error.

mod error;
mod explanation;
mod list;
mod shell;
mod sign_in;
mod text;
mod token;

use std::io::{self, ErrorKind, Write};

use anyhow::Context;

pub(crate) use error::{ErrorFormat, FailureView, show_failure};
pub(crate) use explanation::{ConsideredView, ExplanationView};
pub(crate) use list::{AccessTokenView, AccountView, ListView};
pub(crate) use shell::{command_line, quote};
pub(crate) use sign_in::{DeviceCodeView, end_countdown, show_countdown, show_device_code};
pub(crate) use text::{about, json, plain, validity};
pub(crate) use token::{TokenFormat, TokenView, ensure_plain};

/// Writes the answer, whole, to stdout. A broken pipe is success: the reader has what it wanted.
pub(crate) fn answer(text: &[u8]) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot write to stdout"),
        _ => Ok(()),
    }
}

/// Writes a line for people to stderr. That nobody reads it is no error.
pub(crate) fn tell(line: impl std::fmt::Display) {
    // In one write, so that the lines of many processes do not mix.
    let _ = io::stderr().lock().write_all(format!("{line}\n").as_bytes());
}
