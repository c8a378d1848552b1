//! The executable of Google Cloud's workload identity federation: an external account whose token a program prints.

use std::process::ExitCode;

use serde::Serialize;

use super::choice::Helper;
use crate::cli::Failure;
use crate::output;

const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

#[derive(Default, Serialize)]
struct Answer<'a> {
    version: u8,
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// Prints the token. A failure is an answer too, with exit status 0: google-auth shows its message, and takes any text
/// on stderr for a part of the answer.
pub(super) fn run(helper: &Helper<'_>) -> Result<ExitCode, Failure> {
    let granted = helper.token();
    let answer = match &granted {
        Ok(granted) => Answer {
            success: true,
            token_type: Some(JWT),
            id_token: Some(granted.secret()),
            expiration_time: granted.expires_on().map(|on| on.0),
            ..Answer::default()
        },
        Err(failure) => {
            let command = failure.command(&[], helper.settings);
            let advice = command.map(|command| format!("; try: {command}")).unwrap_or_default();
            let message = output::plain(&format!("{}{advice}", failure.message()));
            let code = failure.view(None).code;
            Answer { code: Some(code), message: Some(message), ..Answer::default() }
        }
    };
    output::answer_json(&Answer { version: 1, ..answer })?;
    Ok(ExitCode::SUCCESS)
}
