//! Runs `@modelcontextprotocol/conformance`, which others have written, with `client` as the client.

use std::path::Path;
use std::process::Command;

use crate::server::source;

/// The scenarios of authorization, by the command `list`.
fn scenarios(runner: &[String]) -> Vec<String> {
    let output = Command::new(&runner[0]).args(&runner[1..]).args(["list", "--client"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let names = text.lines().filter_map(|line| line.trim().strip_prefix("- auth/")?.split(' ').next());
    names.map(|name| format!("auth/{name}")).collect()
}

#[test]
fn every_scenario_of_the_conformance_suite_passes() {
    let modules = source("../../target/e2e/mcp/node_modules");
    assert!(modules.exists(), "run `tests/run mcp` once: it installs the suite");
    let path = |name: &str| modules.join(name).to_str().unwrap().to_owned();
    let node = ["x64", "arm64"].map(|machine| path(&format!("node-linux-{machine}/bin/node")));
    let node = node.into_iter().find(|node| Path::new(node).exists()).unwrap();
    let runner = [node, path("@modelcontextprotocol/conformance/dist/index.js")];
    let scenarios = scenarios(&runner);
    assert_eq!(scenarios.len(), 22, "the pinned version has 22: {scenarios:?}");
    let run = |scenario: &String| {
        let mut command = Command::new(&runner[0]);
        command.args(&runner[1..]).args(["client", "--scenario", scenario, "--command"]).arg(source("client"));
        command.env("TOKCACHE", env!("CARGO_BIN_EXE_tokcache"));
        command.spawn_piped()
    };
    // Each mostly waits for others.
    for some in scenarios.chunks(6) {
        let running: Vec<_> = some.iter().map(|scenario| (scenario, run(scenario))).collect();
        for (scenario, child) in running {
            let output = child.wait_with_output().unwrap();
            let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
            assert!(said.contains("OVERALL: PASSED"), "{scenario}: {said}");
            assert!(said.contains(", 0 failed, 0 warnings"), "{scenario}: {said}");
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

trait Piped {
    fn spawn_piped(&mut self) -> std::process::Child;
}

impl Piped for Command {
    fn spawn_piped(&mut self) -> std::process::Child {
        use std::process::Stdio;
        self.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}
