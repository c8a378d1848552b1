//! The credentials helper protocol of Terraform and OpenTofu.

use serde::Serialize;

use super::choice::{Helper, unknown_word, unsupported};
use crate::cli::Failure;
use crate::cli::hosts::server::Server;
use crate::output;

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

/// The helper gets its words behind the arguments of the configuration: an operation and a host.
pub(super) fn run(helper: &Helper<'_>) -> Result<(), Failure> {
    let server = Server::parse(helper.word(1));
    let unsupported = |what, command| {
        let settings = helper.settings_for(server.as_ref())?;
        Err(unsupported(what, settings.as_ref().unwrap_or(helper.settings), command))
    };
    match helper.word(0) {
        "get" => {
            let granted = helper.token_for(server.as_ref())?;
            Ok(output::answer_json(&Answer { token: granted.as_ref().map(|granted| granted.secret()) })?)
        }
        "store" => unsupported("save", "login"),
        "forget" => unsupported("delete", "clear"),
        word => Err(unknown_word(word, "get, store or forget")),
    }
}
