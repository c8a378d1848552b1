//! Codex: `http_headers_helper` of an MCP server, or `auth` of a model provider.

use tokcache_core::oauth::ResourceUrl;
use toml::Value;

use super::agent::{self, HEADERS};
use super::file::Edit;
use super::plan::Plan;
use super::words::{self, ADDED, TOKEN, array, in_json};
use super::{Change, cleared_environment, sections};
use crate::cli::settings::resource_name;
use crate::cli::{Exit, Failure, environment};
use crate::output::command_line;

const SERVERS: &str = "mcp_servers";
const PROVIDERS: &str = "model_providers";
const HELPER: &str = "http_headers_helper";

/// The settings of a server that give it another token, and those of a server that is not reached by HTTP.
const OTHER_SERVER: [&str; 2] = ["bearer_token_env_var", "command"];

/// The settings of a model provider that give it another token.
const OTHER_TOKEN: [&str; 3] = ["env_key", "experimental_bearer_token", "requires_openai_auth"];

const TIMEOUT: &str = "timeout_ms";

/// The time that Codex gives the command, in milliseconds: that of one exchange. With its default of 5 s, Codex would kill
/// the command before a slow server has answered with the new refresh token.
const PATIENCE: u32 = 30_000;

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let mut edit = Edit::of(&environment::codex_config()?)?;
    let name = agent::name(change)?;
    if change.target.model {
        plan_gateway(change, plan, &mut edit, &name)?;
    } else {
        plan_server(change, &mut edit, &name)?;
    }
    plan.edit(edit);
    Ok(())
}

fn plan_server(change: &Change<'_>, edit: &mut Edit, name: &str) -> Result<(), Failure> {
    let header = format!("[{SERVERS}.{name}]");
    let before = edit.as_toml()?;
    let server = before.get(SERVERS).and_then(|servers| servers.get(name));
    let url = server.and_then(|server| server.get("url")).and_then(Value::as_str);
    let helper = server.and_then(|server| server.get(HELPER));
    let is_own = helper.and_then(Value::as_str).is_some_and(|line| words::is_own(line, HEADERS));
    if change.is_undo() {
        if is_own && agent::is_for(change, url) {
            remove(edit, &header, &[HELPER], &["url"]);
            ensure(edit, &[SERVERS, name, HELPER], None, &header)?;
        }
        return Ok(());
    }
    let wanted = agent::server(change)?;
    let is_other = |key: &str| server.is_some_and(|server| server.get(key).is_some());
    if url.is_some() && !agent::is_for(change, url) || OTHER_SERVER.iter().any(|key| is_other(key)) {
        return Err(edit.refuse(&format!("it has another MCP server {name:?}; remove it, or use another --name")));
    }
    if helper.is_some() && !is_own {
        return Err(edit.refuse(&format!("{header} has another {HELPER}; remove it first")));
    }
    let line = Value::from(words::line(&cleared_environment::words(change, HEADERS)?));
    if helper == Some(&line) {
        return Ok(());
    }
    let url_line = url.is_none().then(|| format!("url = {} {ADDED}", in_json(wanted.as_str())));
    let lines: Vec<_> = url_line.into_iter().chain([format!("{HELPER} = {}", written(&line))]).collect();
    let text = if is_own { sections::without(edit.text(), &header, &[HELPER]) } else { edit.text().to_owned() };
    edit.set(sections::with(&text, &header, &lines));
    ensure(edit, &[SERVERS, name, HELPER], Some(&line), &format!("{header}: {}", lines.join("; ")))
}

fn plan_gateway(change: &Change<'_>, plan: &mut Plan, edit: &mut Edit, name: &str) -> Result<(), Failure> {
    let (header, auth_header) = (format!("[{PROVIDERS}.{name}]"), format!("[{PROVIDERS}.{name}.auth]"));
    let before = edit.as_toml()?;
    let provider = before.get(PROVIDERS).and_then(|providers| providers.get(name));
    let auth = provider.and_then(|provider| provider.get("auth"));
    let own = auth.map(words_of).filter(|words| words::is_own(&words.join(" "), TOKEN));
    if change.is_undo() {
        if own.is_some_and(|words| agent::names_resource(change, &words.join(" "))) {
            remove(edit, &auth_header, &["command", "args", TIMEOUT], &[]);
            remove(edit, &header, &[], &["base_url", "name"]);
            ensure(edit, &[PROVIDERS, name, "auth"], None, &auth_header)?;
        }
        return Ok(());
    }
    let is_given = |key: &str| {
        let value = provider.and_then(|provider| provider.get(key));
        value.is_some_and(|value| value.as_bool() != Some(false))
    };
    if auth.is_some() && own.is_none() || OTHER_TOKEN.iter().any(|key| is_given(key)) {
        return Err(edit.refuse(&format!("{header} has another credential; remove it first")));
    }
    let known = provider.and_then(|provider| provider.get("base_url")).and_then(Value::as_str);
    let url = base_url(change, edit, name, provider.is_some(), known)?;
    let mut words = cleared_environment::words(change, TOKEN)?;
    if own.as_ref() == Some(&words) {
        return Ok(());
    }
    let program = words.remove(0);
    let mut lines = vec![format!("command = {}", in_json(&program)), format!("args = {}", array(&words))];
    if auth.is_none_or(|auth| auth.get(TIMEOUT).is_none()) {
        lines.push(format!("{TIMEOUT} = {PATIENCE}"));
    }
    let mut text = match own {
        Some(_) => sections::without(edit.text(), &auth_header, &["command", "args"]),
        None => edit.text().to_owned(),
    };
    if provider.is_none() {
        let added = [("name", name), ("base_url", url.as_str())];
        let added = added.map(|(key, value)| format!("{key} = {} {ADDED}", in_json(value)));
        text = sections::with(&text, &header, &added);
    }
    edit.set(sections::with(&text, &auth_header, &lines));
    let by_hand = format!("{auth_header}: {}", lines.join("; "));
    for (key, value) in [("command", Value::from(program)), ("args", Value::from(words))] {
        ensure(edit, &[PROVIDERS, name, "auth", key], Some(&value), &by_hand)?;
    }
    let choice = format!("model_provider={name}");
    plan.notes.push(format!("To use it: {}", command_line(["codex", "-c", &choice])));
    Ok(())
}

/// Returns the URL of the gateway, as Codex knows it, else as typed. Codex sends the token there, so it must be on the server
/// of `--for`.
fn base_url(
    change: &Change<'_>,
    edit: &Edit,
    name: &str,
    is_known: bool,
    known: Option<&str>,
) -> Result<ResourceUrl, Failure> {
    let typed = change.input.and_then(|input| input.base_url.clone());
    let known = known.map(resource_name::url).transpose();
    let known = known.map_err(|why| edit.refuse(&format!("the base_url of {name}: {why}")))?;
    let url = match (known, typed) {
        (Some(known), Some(typed)) if known != typed => {
            return Err(edit.refuse(&format!("{name} has another base_url; change it first")));
        }
        (Some(url), _) => url,
        (None, _) if is_known => return Err(edit.refuse(&format!("{name} has no base_url; add it first"))),
        (None, Some(url)) => url,
        (None, None) => {
            let message = format!("Codex does not know the model provider {name:?}");
            return Err(Failure::new(Exit::Usage, message).try_with("--base-url", "URL"));
        }
    };
    match &change.settings.protected_resource {
        Some(resource) if resource.origin() != url.origin() => {
            Err(edit.refuse(&format!("the token is for {}, and {url} is another server", resource.origin())))
        }
        _ => Ok(url),
    }
}

/// Removes the lines with `keys`, and those with `added` that `configure` has added.
fn remove(edit: &mut Edit, header: &str, keys: &[&str], added: &[&str]) {
    let text = edit.text();
    let is_added = |key: &&&str| sections::value(text, header, key).is_some_and(|value| value.ends_with(ADDED));
    let keys: Vec<_> = keys.iter().chain(added.iter().filter(is_added)).copied().collect();
    let text = sections::without(text, header, &keys);
    edit.set(text);
}

/// Refuses a change that has not led to `wanted` at `path`.
fn ensure(edit: &Edit, path: &[&str], wanted: Option<&Value>, by_hand: &str) -> Result<(), Failure> {
    let after = edit.as_toml().ok().map(Value::Table);
    let found = after.as_ref().map(|after| path.iter().try_fold(after, |value, key| value.get(key)));
    if found == Some(wanted) {
        return Ok(());
    }
    let what = if wanted.is_some() { "add to" } else { "remove by hand" };
    Err(edit.refuse(&format!("its form is unusual; {what} {by_hand}")))
}

/// Returns the words of `auth`; none if it is another form.
fn words_of(auth: &Value) -> Vec<String> {
    let args = auth.get("args").and_then(Value::as_array).into_iter().flatten();
    auth.get("command").into_iter().chain(args).filter_map(Value::as_str).map(str::to_owned).collect()
}

fn written(value: &Value) -> String {
    value.as_str().map(in_json).unwrap_or_default()
}
