//! Measures a cached token in a cache of a developer's usual size.

use std::path::Path;
use std::process::Command;

use crate::cache::Cache;
use crate::contender::{Contender, compete, print_table};
use crate::peers::{Agent, azure_cli, msal_node, msal_python};
use crate::{Program, keys, rounds};

const TOKENS: usize = 6;
/// The interval in rounds for contenders that take a hundred times as long.
const SLOW: usize = 10;

pub(crate) fn show(programs: &[Program], effort: f64) {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::write(folder.path(), TOKENS);
    let size = cache.path.metadata().unwrap().len();
    println!("A cached token of {TOKENS} in a cache of {size} bytes, whole processes:\n");

    let token = format!("{}\n", cache.token);
    let mut cat = Command::new("cat");
    cat.arg(&cache.path);
    let mut contenders = vec![
        Contender::new("true", Command::new("true"), ""),
        Contender::new("cat of the cache", cat, std::fs::read(&cache.path).unwrap()),
    ];
    contenders.extend(nothing(folder.path()).map(|nothing| Contender::new("nothing, static", nothing, "")));
    contenders
        .extend(programs.iter().map(|(name, program)| Contender::new(*name, cache.ask(program), token.as_bytes())));
    let keyring = keys::keyring();
    for (name, program) in programs {
        contenders.extend(keys::contenders(&cache, name, program, keyring.as_ref()));
    }
    match &keyring {
        Some(keyring) => contenders.push(keys::secret_tool(&cache, keyring)),
        None => println!("(gnome-keyring, dbus or secret-tool is not here)"),
    }
    // Dropping the agent ends it, so it is kept until all have run.
    let agent = Agent::start();
    match &agent {
        Some(agent) => contenders.push(Contender::new("oidc-token, agent running", agent.ask(), agent.token())),
        None => println!("(oidc-agent is not here, or the provider of the end-to-end tests is not)"),
    }
    let mut jq = Command::new("jq");
    jq.args(["-r", ".AccessToken | to_entries | last | .value.secret"]).arg(&cache.path);
    let others = [
        ("jq", Some(jq)),
        ("MSAL Python", msal_python(&cache)),
        ("msal-node", msal_node(&cache)),
        ("az", azure_cli(&cache)),
    ];
    for (name, command) in others {
        match command.filter(is_here) {
            Some(command) => contenders.push(Contender::new(name, command, token.as_bytes()).every(SLOW)),
            None => println!("({name} is not here)"),
        }
    }
    compete(&mut contenders, rounds(effort, 400));
    let rows: Vec<_> = contenders.iter().map(|contender| (contender.name.as_str(), contender.spread())).collect();
    print_table("cat of the cache", &rows);
}

/// Builds a static program that does nothing, the lower bound for a Rust program.
fn nothing(folder: &Path) -> Option<Command> {
    let program = folder.join("nothing");
    let mut rustc = Command::new("rustc");
    rustc.args(["-O", "--target", "x86_64-unknown-linux-musl", "-o"]).arg(&program);
    rustc.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/nothing.rs"));
    rustc.output().is_ok_and(|output| output.status.success()).then(|| Command::new(program))
}

fn is_here(command: &Command) -> bool {
    Command::new(command.get_program()).arg("--version").output().is_ok()
}
