//! `configure` for coding agents: the settings that their documentation names, and the folders that variables move.

use std::fs;

use serde_json::{Value, json};

use crate::home;
use crate::support::home::Home;

/// Returns a home with profiles for MCP servers.
fn with_servers() -> Home {
    let home = home();
    for name in ["one", "two"] {
        let profile = format!(
            "authority = 'https://id.example.com'\nclient_id = 'app'\nscopes = ['api:read']\n\
             protected_resource = 'https://mcp.example.com/{name}'\n"
        );
        home.write(&format!("config/profiles/{name}.toml"), profile);
    }
    home
}

fn flags(name: &str) -> String {
    format!("--profile {name} --for https://mcp.example.com/{name}")
}

fn json_of(home: &Home, file: &str) -> Value {
    serde_json::from_slice(&fs::read(home.path(file)).unwrap()).unwrap()
}

fn toml_of(home: &Home, file: &str) -> toml::Table {
    fs::read_to_string(home.path(file)).unwrap().parse().unwrap()
}

#[test]
fn claude_code_gets_a_server_and_a_gateway() {
    let home = with_servers();
    home.answer(&format!("configure claude-code {} --scope a --write", flags("one")));
    let helper = "tokcache credential mcp-headers --for https://mcp.example.com/one --profile one --scope a";
    let server = json!({ "type": "http", "url": "https://mcp.example.com/one", "headersHelper": helper });
    assert_eq!(json_of(&home, ".claude.json"), json!({ "mcpServers": { "mcp-example-com": server } }));
    home.answer(&format!("configure claude-code {} --model --write", flags("one")));
    let helper = "tokcache token --for https://mcp.example.com/one --profile one";
    assert_eq!(json_of(&home, ".claude/settings.json"), json!({ "apiKeyHelper": helper }));
    // A gateway does not need to describe itself.
    home.answer("configure claude-code --profile default --model --write");
    assert_eq!(json_of(&home, ".claude/settings.json"), json!({ "apiKeyHelper": "tokcache token --profile default" }));
    home.answer("unconfigure claude-code --model --write");
    assert_eq!(json_of(&home, ".claude/settings.json"), json!({}));
}

#[test]
fn codex_gets_all_from_flags_and_the_whole_path_of_the_program() {
    let mut home = with_servers();
    home.set("TOKCACHE_CA_FILE", home.write("ca.pem", "").into_os_string());
    let (folder, program) = (home.folder().display().to_string(), home.path("bin/tokcache").display().to_string());
    let places =
        format!("--store file:{folder}/state/token_cache.json --ca-file {folder}/ca.pem --config-dir {folder}/config");
    home.answer(&format!("configure codex {} --write", flags("one")));
    home.answer(&format!("configure codex {} --model --base-url https://mcp.example.com/v1 --write", flags("one")));
    let config = toml_of(&home, ".codex/config.toml");
    let server = &config["mcp_servers"]["mcp-example-com"];
    assert_eq!(server["url"].as_str(), Some("https://mcp.example.com/one"));
    let selection = "--for https://mcp.example.com/one --profile one";
    let helper = format!("{program} credential mcp-headers {selection} {places}");
    assert_eq!(server["http_headers_helper"].as_str(), Some(helper.as_str()));
    let provider = &config["model_providers"]["mcp-example-com"];
    assert_eq!(provider["base_url"].as_str(), Some("https://mcp.example.com/v1"));
    assert_eq!(provider["auth"]["command"].as_str(), Some(program.as_str()));
    let args: Vec<_> = provider["auth"]["args"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(args.join(" "), format!("token {selection} {places}"));
    assert_eq!(provider["auth"]["timeout_ms"].as_integer(), Some(30_000));
    // A second time, with another scope, keeps the patience that the person has chosen.
    home.edit(".codex/config.toml", "timeout_ms = 30000", "timeout_ms = 9000");
    home.answer(&format!("configure codex {} --model --scope b --write", flags("one")));
    let auth = toml_of(&home, ".codex/config.toml")["model_providers"]["mcp-example-com"]["auth"].clone();
    assert_eq!(auth["timeout_ms"].as_integer(), Some(9000));
    assert!(auth["args"].to_string().contains("\"b\""), "{auth}");
    home.answer("unconfigure codex --name mcp-example-com --write");
    home.answer("unconfigure codex --name mcp-example-com --model --write");
    assert!(!home.path(".codex/config.toml").exists(), "all of it was ours");
}

#[test]
fn no_password_of_a_store_gets_into_a_file() {
    let mut home = with_servers();
    home.set("TOKCACHE_STORE", "redis://me:canary@127.0.0.1:1");
    let said = home.failure(3, &format!("configure codex {} --write", flags("one")));
    assert!(said.contains("password") && !said.contains("canary"), "{said}");
    assert!(!home.path(".codex/config.toml").exists());
    // Claude Code hands the variable on.
    home.answer(&format!("configure claude-code {} --write", flags("one")));
    assert!(!fs::read_to_string(home.path(".claude.json")).unwrap().contains("canary"));
}

#[test]
fn two_servers_on_one_host_are_told_apart() {
    for (client, file) in [("claude-code", ".claude.json"), ("codex", ".codex/config.toml")] {
        let home = with_servers();
        let read = || fs::read_to_string(home.path(file)).unwrap();
        home.answer(&format!("configure {client} {} --write", flags("one")));
        let first = read();
        let said = home.failure(3, &format!("configure {client} {} --write", flags("two")));
        assert!(said.contains("another MCP server \"mcp-example-com\"") && said.contains("--name"), "{said}");
        home.answer(&format!("unconfigure {client} {} --write", flags("two")));
        assert_eq!(read(), first, "{client}: the other server stays");
        home.answer(&format!("configure {client} {} --name two --write", flags("two")));
        assert!(read().contains("https://mcp.example.com/one") && read().contains("https://mcp.example.com/two"));
        home.answer(&format!("unconfigure {client} {} --name two --write", flags("two")));
        assert_eq!(read(), first, "{client}");
    }
}

#[test]
fn other_flags_change_the_helper_and_nothing_else() {
    let home = with_servers();
    home.write(
        ".claude.json",
        "{\n  \"mcpServers\": {\n    \"mcp-example-com\": {\n      \"type\": \"http\",\n      \"url\": \
         \"https://mcp.example.com/one\",\n      \"headersHelper\": \"tokcache credential mcp-headers\",\n      \
         \"timeout\": 5\n    }\n  }\n}\n",
    );
    let shown = home.answer(&format!("configure claude-code {} --scope b", flags("one")));
    assert_eq!(shown.lines().filter(|line| line.starts_with(['-', '+'])).count(), 4, "{shown}");
    home.answer(&format!("configure claude-code {} --scope b --write", flags("one")));
    let server = json_of(&home, ".claude.json")["mcpServers"]["mcp-example-com"].clone();
    assert_eq!((&server["timeout"], &server["url"]), (&json!(5), &json!("https://mcp.example.com/one")));
    assert!(server["headersHelper"].as_str().unwrap().ends_with("--profile one --scope b"), "{server}");
    home.answer(&format!("unconfigure claude-code {} --write", flags("one")));
    let server = json_of(&home, ".claude.json")["mcpServers"]["mcp-example-com"].clone();
    assert_eq!(server, json!({ "type": "http", "url": "https://mcp.example.com/one", "timeout": 5 }));

    fs::create_dir(home.path(".codex")).unwrap();
    let content = "[mcp_servers.notes] # mine\nurl = 'https://mcp.example.com/one'\nenabled = true\n";
    home.write(".codex/config.toml", content);
    home.answer(&format!("configure codex {} --name notes --write", flags("one")));
    home.answer(&format!("configure codex {} --name notes --scope b --write", flags("one")));
    let helper = toml_of(&home, ".codex/config.toml")["mcp_servers"]["notes"]["http_headers_helper"].to_string();
    assert!(helper.contains("--scope b"), "{helper}");
    home.answer("unconfigure codex --name notes --write");
    assert_eq!(fs::read_to_string(home.path(".codex/config.toml")).unwrap(), content);
}

#[test]
fn the_variables_of_the_agents_move_their_files() {
    let mut home = with_servers();
    home.set("CLAUDE_CONFIG_DIR", home.path("claude"));
    home.set("CODEX_HOME", home.path("codex"));
    for (flag, file) in [("claude-code", "claude/.claude.json"), ("codex", "codex/config.toml")] {
        home.answer(&format!("configure {flag} {} --write", flags("one")));
        assert!(fs::read_to_string(home.path(file)).unwrap().contains("mcp-headers"), "{file}");
    }
    home.answer(&format!("configure claude-code {} --model --write", flags("one")));
    assert!(home.path("claude/settings.json").exists());
    assert!(!home.path(".claude.json").exists() && !home.path(".codex").exists());
}
