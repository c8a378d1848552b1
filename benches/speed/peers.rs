//! Other programs that print a cached token.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;
use tempfile::TempDir;

use crate::cache::{self, CLIENT_ID, Cache, put};
use crate::harness::{Provider, SCOPE};

/// The client id of `az`.
const AZURE_CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// A script with MSAL Python and msal-extensions, as `tests/run` installs them, without network requests.
pub(crate) fn msal_python(cache: &Cache) -> Option<Command> {
    let python = installed("python/bin/python")?;
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/msal_python.py"));
    command.args([cache::AUTHORITY, CLIENT_ID, &cache.scope]).arg(&cache.path);
    Some(command)
}

/// The complete `az account get-access-token`, as `benches/run` installs it, without network requests.
pub(crate) fn azure_cli(cache: &Cache) -> Option<Command> {
    let python = installed("python/bin/python")?;
    let commands = installed("azure-cli")?;
    let folder = cache.path.with_file_name("azure");
    sign_in_to_azure_cli(cache, &folder);
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/azure_cli.py"));
    command.args(["account", "get-access-token", "--query", "accessToken", "-o", "tsv", "--scope", &cache.scope]);
    command.env("AUTHORITY", cache::AUTHORITY).env("PYTHONPATH", commands);
    command.env("AZURE_CONFIG_DIR", folder).env("AZURE_CORE_COLLECT_TELEMETRY", "no");
    // The first run compiles `az` and builds an index of its commands.
    command.output().is_ok_and(|output| output.status.success()).then_some(command)
}

/// Writes the files that `az login` leaves behind for its own client.
fn sign_in_to_azure_cli(cache: &Cache, folder: &Path) {
    std::fs::create_dir(folder).unwrap();
    let tokens = std::fs::read_to_string(&cache.path).unwrap().replace(CLIENT_ID, AZURE_CLI);
    put(&folder.join("msal_token_cache.json"), &tokens);
    let subscription = json!({
        "id": "00000000-0000-0000-0000-000000000000",
        "name": "benches",
        "state": "Enabled",
        "user": {"name": cache::USERNAME, "type": "user"},
        "isDefault": true,
        "tenantId": cache::REALM,
        "environmentName": "AzureCloud",
    });
    put(&folder.join("azureProfile.json"), &json!({"subscriptions": [subscription]}).to_string());
}

/// A program with msal-node and its extensions. It needs no network for a cached token.
pub(crate) fn msal_node(cache: &Cache) -> Option<Command> {
    let packages = installed("node/node_modules")?;
    let mut command = Command::new("node");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/msal_node.mjs")).arg(packages);
    command.args([cache::AUTHORITY, CLIENT_ID, &cache.scope]).arg(&cache.path);
    Some(command)
}

fn installed(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/e2e").join(path);
    path.exists().then_some(path)
}

/// oidc-agent, signed in to its own provider, with its token in memory.
pub(crate) struct Agent {
    home: TempDir,
    socket: String,
    process: String,
    provider: Provider,
}

impl Agent {
    /// Starts the agent. Returns `None` if the agent or the provider is not installed.
    pub(crate) fn start() -> Option<Agent> {
        installed("node/node_modules")?;
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".oidc-agent")).unwrap();
        let started = Command::new("oidc-agent").env("HOME", home.path()).output().ok()?;
        let said = String::from_utf8(started.stdout).unwrap();
        let variable = |name: &str| {
            let value = said.split([';', '\n']).find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            value.unwrap_or_else(|| panic!("no {name}: {said}")).to_owned()
        };
        let (socket, process) = (variable("OIDC_SOCK"), variable("OIDCD_PID"));
        let agent = Agent { home, socket, process, provider: Provider::start() };
        agent.sign_in();
        Some(agent)
    }

    /// Returns the `oidc-token` command.
    pub(crate) fn ask(&self) -> Command {
        let mut command = self.command("oidc-token");
        command.arg("bench");
        command
    }

    /// Returns the answer of `oidc-token`.
    pub(crate) fn token(&self) -> Vec<u8> {
        let output = self.ask().output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn sign_in(&self) {
        let provider = &self.provider;
        // oidc-gen writes its instructions to stderr.
        let mut command = self.command("sh");
        command.args(["-c", "exec oidc-gen \"$@\" 2>&1", "sh"]);
        command.args(["bench", "--manual", "--flow=device", "--client-id=e2e-secretive", "--client-secret=made-up"]);
        command.args([
            "--redirect-uri=http://localhost:4242",
            "--pw-cmd=echo made-up",
            "--prompt=none",
            "--no-url-call",
        ]);
        command.arg(format!("--iss={}", provider.authority()));
        command.arg(format!("--scope=openid offline_access {SCOPE}"));
        command.arg(format!("--cp={}", provider.ca_file().display()));
        let mut sign_in = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(sign_in.stdout.take().unwrap()).lines().map_while(Result::ok);
        let code = said.find_map(|line| line.strip_prefix("And enter the code: ").map(str::to_owned));
        provider.approve(code.expect("a user code").trim());
        said.for_each(drop);
        assert!(sign_in.wait().unwrap().success(), "oidc-gen");
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("HOME", self.home.path()).env("OIDC_SOCK", &self.socket).env("OIDCD_PID", &self.process);
        command
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.command("oidc-agent").arg("--kill").output().ok();
    }
}
