//! The credential helper protocol of Bazel, which uv and others speak, too.

use serde::{Deserialize, Serialize};

use super::choice::{Helper, request, unknown_word, unreadable};
use super::wiped::Wiped;
use crate::cli::Failure;
use crate::cli::hosts::server::Server;
use crate::output;

#[derive(Deserialize)]
struct Request {
    uri: String,
}

#[derive(Serialize)]
struct Answer {
    headers: Headers,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
}

/// Without a value, the request goes out without the header.
#[derive(Default, Serialize)]
struct Headers {
    #[serde(rename = "Authorization", skip_serializing_if = "Vec::is_empty")]
    authorization: Vec<Wiped>,
}

pub(super) fn run(helper: &Helper<'_>) -> Result<(), Failure> {
    if helper.word(0) != "get" {
        return Err(unknown_word(helper.word(0), "get"));
    }
    let Request { uri } = serde_json::from_slice(&request()?).map_err(|_| unreadable("it is not {\"uri\": ...}"))?;
    let granted = helper.token_for(Server::parse(&uri).as_ref())?;
    let authorization = granted.iter().map(|granted| output::authorization(&granted.outcome).into()).collect();
    let expires = granted.as_ref().and_then(|granted| granted.expires_on()).map(|on| on.rfc3339());
    Ok(output::answer_json(&Answer { headers: Headers { authorization }, expires })?)
}
