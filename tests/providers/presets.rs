//! Tests that each preset of `login --provider` agrees with what the provider documents.

use std::collections::BTreeSet;
use std::path::Path;

use crate::script::Script;

#[path = "../../src/cli/login/presets.rs"]
#[expect(dead_code, reason = "the command alone uses the titles and examples")]
mod table;

use table::{PRESETS, Preset};

/// Returns the scripts that a preset signs in to.
fn scripts() -> Vec<(String, Script)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/providers");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
    let scripts = paths.map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), Script::read(&path)));
    scripts.filter(|(_, script)| script.login.preset.is_some()).collect()
}

/// Returns the value of the flag among the arguments.
fn value<'a>(arguments: &'a [String], flag: &str) -> Option<&'a str> {
    arguments.windows(2).find(|pair| pair[0] == flag).map(|pair| pair[1].as_str())
}

#[test]
fn every_preset_is_what_its_provider_documents() {
    let scripts = scripts();
    let mut tested = BTreeSet::new();
    for (file, script) in &scripts {
        let preset = script.login.preset.as_deref().unwrap();
        let name = value(preset, "--provider").unwrap_or_else(|| panic!("{file}: no --provider"));
        let row = PRESETS.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("{file}: no preset {name}"));
        ensure_agreement(file, script, row);
        tested.insert(name);
    }
    assert_eq!(tested, PRESETS.iter().map(|row| row.name).collect(), "each preset has a file with its answers");
}

#[track_caller]
fn ensure_agreement(file: &str, script: &Script, row: &Preset) {
    let login = &script.login;
    let typed = login.preset.as_deref().unwrap();
    let mut authority = row.authority(|flag| value(typed, flag).map(str::to_owned));
    if let Some(tenant) = value(typed, "--tenant") {
        authority = authority.replace("organizations", tenant);
    }
    assert_eq!(authority, login.authority, "{file}: the authority");

    let endpoints = row.endpoints(&authority);
    let flags = ["--device-authorization-endpoint", "--token-endpoint"];
    for (endpoint, flag) in endpoints.iter().zip(flags) {
        assert_eq!(endpoint.as_deref(), value(&login.arguments, flag), "{file}: {flag}");
        let is_answered = |url: &str| script.answer.iter().any(|answer| answer.is_of(url));
        assert!(endpoint.as_deref().is_none_or(is_answered), "{file}: {flag} is documented");
    }

    assert_eq!(row.needs_client_secret, login.client_secret.is_some(), "{file}: the client secret");
    assert!(row.redirect_uri.is_none() || row.needs_browser, "{file}: the redirect URI is for the browser");
    let Some(metadata) = script.answer.iter().find_map(|answer| answer.metadata()) else {
        assert!(endpoints.iter().all(Option::is_some), "{file}: without metadata, the preset names the endpoints");
        return;
    };
    let has = |name: &str| metadata.get(name).is_some();
    assert_eq!(has("token_endpoint"), row.token_path.is_none(), "{file}: only a missing endpoint is in the preset");
    assert!(!has("device_authorization_endpoint") || row.device_authorization_path.is_none(), "{file}");
    let has_device_flow = has("device_authorization_endpoint") || row.device_authorization_path.is_some();
    assert_eq!(row.needs_browser, !has_device_flow, "{file}: whether there is a device flow");
    assert!(!row.needs_browser || has("authorization_endpoint"), "{file}: the browser needs an endpoint");
    // Microsoft's issuer has the id of the tenant.
    if row.name != "entra" {
        let issuer = metadata["issuer"].as_str().unwrap_or_default();
        assert_eq!(issuer.trim_end_matches('/'), authority, "{file}: the issuer");
    }
    if let Some(known) = metadata["scopes_supported"].as_array() {
        // Entra lists no scopes of APIs.
        let unknown = row.scopes.iter().filter(|scope| !known.iter().any(|own| own == **scope));
        assert!(row.name == "entra" || unknown.count() == 0, "{file}: the scopes {:?}", row.scopes);
    }
}
