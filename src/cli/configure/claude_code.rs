//! Claude Code: `headersHelper` of an MCP server of the user, or `apiKeyHelper` for a model gateway.

use serde_json::{Value, json};

use super::agent::{self, HEADERS};
use super::file::Edit;
use super::plan::Plan;
use super::words::{self, TOKEN, in_json};
use super::{Change, json};
use crate::cli::{Failure, environment};

/// The object of the MCP servers.
const SERVERS: &str = "mcpServers";

const HEADERS_HELPER: &str = "headersHelper";
const API_KEY_HELPER: &str = "apiKeyHelper";

/// The indentation of a new file.
const TAB: &str = "  ";

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    if change.target.model { plan_gateway(change, plan) } else { plan_server(change, plan) }
}

fn plan_server(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let name = agent::name(change)?;
    let (entry, helper) = ([SERVERS, name.as_str()], [SERVERS, name.as_str(), HEADERS_HELPER]);
    let mut edit = Edit::of(&environment::claude_code_servers()?)?;
    let present = json::value(edit.text(), &entry);
    let own = present.as_ref().filter(|server| {
        let line = server.get(HEADERS_HELPER).and_then(Value::as_str);
        line.is_some_and(|line| words::is_own(line, HEADERS))
            && agent::is_for(change, server.get("url").and_then(Value::as_str))
    });
    if change.is_undo() {
        if let Some(server) = own {
            let path = if has_further_members(server) { &helper[..] } else { &entry };
            edit.set(json::without(edit.text(), path, TAB).ok_or_else(|| edit.refuse("it is not JSON"))?);
        }
        plan.edit(edit);
        return Ok(());
    }
    let line = words::line(&change.words(HEADERS, &[])?);
    if own.is_some() {
        replace(&mut edit, &helper, &line)?;
    } else if present.is_some() {
        return Err(edit.refuse(&format!("it has another MCP server {name:?}; remove it, or use another --name")));
    } else {
        let server = json!({ "type": "http", "url": agent::server(change)?.as_str(), HEADERS_HELPER: line });
        add(&mut edit, &entry, &server)?;
    }
    plan.edit(edit);
    Ok(())
}

/// Whether a server has members that `configure` does not write.
fn has_further_members(server: &Value) -> bool {
    let members = server.as_object().into_iter().flat_map(|server| server.keys());
    members.into_iter().any(|key| !["type", "url", HEADERS_HELPER].contains(&key.as_str()))
}

fn plan_gateway(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let path = [API_KEY_HELPER];
    let mut edit = Edit::of(&environment::claude_code_settings()?)?;
    let present = json::value(edit.text(), &path);
    let own = present.as_ref().and_then(Value::as_str).filter(|line| words::is_own(line, TOKEN));
    if change.is_undo() {
        if own.is_some_and(|line| agent::names_resource(change, line)) {
            edit.set(json::without(edit.text(), &path, TAB).ok_or_else(|| edit.refuse("it is not JSON"))?);
        }
        plan.edit(edit);
        return Ok(());
    }
    let line = words::line(&change.words(TOKEN, &[])?);
    if present.is_some() && own.is_none() {
        return Err(edit.refuse(&format!("it has another {API_KEY_HELPER}; remove it first")));
    }
    if own.is_some() {
        replace(&mut edit, &path, &line)?;
    } else {
        add(&mut edit, &path, &line.into())?;
        plan.notes.push("Claude Code takes the URL of the gateway from ANTHROPIC_BASE_URL.".to_owned());
    }
    plan.edit(edit);
    Ok(())
}

fn add(edit: &mut Edit, path: &[&str], value: &Value) -> Result<(), Failure> {
    let text = json::with(edit.text(), path, value, TAB);
    set(edit, text, path, value)
}

fn replace(edit: &mut Edit, path: &[&str], line: &str) -> Result<(), Failure> {
    let text = json::replaced(edit.text(), path, line);
    set(edit, text, path, &line.into())
}

/// Sets the text with the value. `None` is an error that says what to add.
fn set(edit: &mut Edit, text: Option<String>, path: &[&str], value: &Value) -> Result<(), Failure> {
    let by_hand = || {
        let place: String = path.iter().map(|key| format!("{}: ", in_json(key))).collect();
        edit.refuse(&format!("its form is unusual; add {place}{value}"))
    };
    let text = text.ok_or_else(by_hand)?;
    edit.set(text);
    Ok(())
}
