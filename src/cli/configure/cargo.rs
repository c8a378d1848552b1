//! cargo: `credential-provider` of a registry in the user's configuration.

use super::file::Edit;
use super::plan::Plan;
use super::words::{ADDED, array, in_json};
use super::{Change, sections};
use crate::cli::hosts::server::Host;
use crate::cli::{Exit, Failure, environment};

const PROVIDER: &str = "credential-provider";

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let Some(name) = &change.target.name else {
        return Err(Failure::new(Exit::Usage, "say which registry of cargo is meant").try_with("--name", "REGISTRY"));
    };
    let is_bare =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !is_bare {
        let message = format!("{name:?} is not the name of a registry");
        return Err(Failure::new(Exit::Usage, message).try_with("--name", "REGISTRY"));
    }
    let header = format!("[registries.{name}]");
    let mut edit = Edit::of(&environment::cargo_config()?)?;
    let before = edit.as_toml()?;
    let registry = before.get("registries").and_then(|registries| registries.get(name));
    let provider = registry.and_then(|registry| registry.get(PROVIDER));
    if change.is_undo() {
        if provider.is_some_and(is_own) {
            let index = sections::value(edit.text(), &header, "index").filter(|index| index.ends_with(ADDED));
            let keys = [PROVIDER, "index"];
            edit.set(sections::without(edit.text(), &header, &keys[..if index.is_some() { 2 } else { 1 }]));
        }
        plan.edit(edit);
        return Ok(());
    }
    let known = registry.and_then(|registry| registry.get("index")).and_then(toml::Value::as_str);
    let typed = change.input.and_then(|input| input.index.as_deref());
    if let (Some(known), Some(typed)) = (known, typed)
        && known != typed
    {
        return Err(
            edit.refuse(&format!("{header} has another index, {known}; change it there, or use another --name"))
        );
    }
    let Some(index) = known.or(typed) else {
        let message = format!("cargo does not know the registry {name:?}");
        return Err(Failure::new(Exit::Usage, message).try_with("--index", "sparse+https://HOST/PATH/"));
    };
    let hosts = match change.target.hosts.as_slice() {
        [] => vec![Host::parse(index).map_err(|why| edit.refuse(&format!("the index of {name}: {why}")))?],
        hosts => hosts.to_vec(),
    };
    let words = change.words("credential cargo", &hosts)?;
    let wanted = toml::Value::from(words.clone());
    if provider == Some(&wanted) {
        return Ok(());
    }
    if provider.is_some_and(|provider| !is_own(provider)) {
        return Err(edit.refuse(&format!("{header} has another {PROVIDER}; remove it first")));
    }
    let index_line = known.is_none().then(|| format!("index = {} {ADDED}", in_json(index)));
    let lines: Vec<_> = index_line.into_iter().chain([format!("{PROVIDER} = {}", array(&words))]).collect();
    let text = sections::without(edit.text(), &header, if provider.is_some() { &[PROVIDER] } else { &[] });
    edit.set(sections::with(&text, &header, &lines));
    let after = edit.as_toml().ok();
    let is_set = after.is_some_and(|after| {
        after.get("registries").and_then(|it| it.get(name)).and_then(|it| it.get(PROVIDER)) == Some(&wanted)
    });
    if !is_set {
        return Err(edit.refuse(&format!("its form is unusual; add to {header}: {}", lines.join("; "))));
    }
    plan.edit(edit);
    Ok(())
}

fn is_own(provider: &toml::Value) -> bool {
    let words = provider.as_array().map(|words| words.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>());
    words.is_some_and(|words| super::words::is_own(&words.join(" "), "credential cargo"))
}
