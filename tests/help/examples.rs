//! Runs every example of the help, and every line of `tokcache help scripting`, against the sandbox provider.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use tokcache_sandbox::{Options, Sandbox};

use crate::bus::{Bus, Daemon, Prompter};
use crate::support::home::Home;
use crate::support::{answer_of, text};

/// A provider that approves by itself, until it is dropped.
struct Provider {
    sandbox: Sandbox,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Provider {
    fn start() -> Provider {
        let options = Options { port: 0, approve_after: Some(0), delay: Duration::ZERO, lifetime: 3600 };
        let sandbox = Sandbox::listen(&options).unwrap();
        let serving = sandbox.clone();
        let thread = std::thread::spawn(move || serving.serve(Duration::from_secs(300), |_| ()).unwrap());
        Provider { sandbox, thread: Some(thread) }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.sandbox.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// The programs that the examples start, each with a check of what it is given.
const PROGRAMS: [(&str, &str); 5] = [
    ("agent", "curl -fsS \"${OPENAI_BASE_URL%/}/me\""),
    ("docker", "grep -q ."),
    ("report.sh", "[ -n \"$ACCESS_TOKEN$API_TOKEN\" ]"),
    ("server", "[ -s \"$ACCESS_TOKEN_FILE\" ]"),
    ("terraform", "[ -n \"$IDENTITY_ENDPOINT\" ]"),
];

/// A provider, a keyring, and a home in which Alice is signed in with the profiles `default` and `work`, with all that the
/// examples mention.
struct Stage {
    provider: Provider,
    bus: Bus,
    template: Home,
}

impl Stage {
    fn new() -> Stage {
        let (home, provider) = (Home::empty(), Provider::start());
        fs::create_dir(home.path("project")).unwrap();
        for (name, content) in PROGRAMS {
            let program = home.write(&format!("project/{name}"), format!("#!/bin/sh\n{content}\n"));
            fs::set_permissions(program, fs::Permissions::from_mode(0o700)).unwrap();
        }
        home.write("project/password.txt", "password");
        home.write("project/secret.txt", "secret");
        for folder in ["media", "srv", ".local/share/bash-completion/completions", ".zfunc", ".config/fish/completions"]
        {
            fs::create_dir_all(home.path(folder)).unwrap();
        }
        let client = format!("--authority {} --client-id my-cli --scope notes.read", provider.sandbox.issuer());
        home.answer(&format!("login {client}"));
        home.answer(&format!("login --profile work {client}"));
        let missing = home.failure(3, &format!("profile show --for {}", provider.sandbox.issuer()));
        let name = missing.split('"').nth(1).unwrap();
        let profile = fs::read_to_string(home.path("config/profiles/work.toml")).unwrap();
        let profile = format!("protected_resource = \"{}\"\n{profile}", provider.sandbox.issuer());
        home.write(&format!("config/profiles/{name}.toml"), profile);
        Stage { provider, bus: Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses), template: home }
    }

    /// Returns a copy of the home.
    fn home(&self) -> Home {
        let mut home = Home::empty();
        home.set("DBUS_SESSION_BUS_ADDRESS", self.bus.address.clone());
        let source = format!("{}/.", self.template.folder().display());
        assert!(Command::new("cp").args(["-a", &source]).arg(home.folder()).status().unwrap().success());
        home
    }

    /// Runs lines in bash in a copy of the home, with the sandbox in the place of the provider, and the home in that of
    /// the machine's folders.
    fn run(&self, lines: &str) -> Output {
        let (home, url) = (self.home(), self.provider.sandbox.issuer());
        let folder = home.folder().display().to_string();
        let lines = lines
            .replace("https://id.example.com", url)
            .replace("--json @note.json https://api.example.com/notes", &format!("{url}/me"))
            .replace("https://api.example.com/notes", &format!("{url}/me"))
            .replace("proxy --for https://mcp.example.com/mcp", &format!("proxy --duration 1s --for {url}"))
            .replace("--for https://mcp.example.com/mcp", &format!("--for {url}"))
            .replace("--for models.example.com", &format!("--for {url}"))
            .replace("--duration 1h", "--duration 1s")
            // The sandbox stands in for GitHub.
            .replace("--provider github", &format!("--authority {url}"))
            .replace("alice@example.com", "alice@sandbox.example")
            .replace("/media/usb", &format!("{folder}/media"))
            .replace("/srv/tokcache", &format!("{folder}/srv"));
        let programs = Path::new(env!("CARGO_BIN_EXE_tokcache")).parent().unwrap();
        let project = home.path("project");
        let path = format!("{}:{}:{}", programs.display(), project.display(), std::env::var("PATH").unwrap());
        let mut bash = home.command("bash");
        bash.current_dir(project).args(["-c", &lines]).env("PATH", path).output().unwrap()
    }
}

/// Returns what must be done before an example.
fn before(path: &str) -> &'static str {
    match path {
        "credential" => {
            "export KUBERNETES_EXEC_INFO='{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\
             \"spec\":{\"interactive\":false,\"cluster\":{\"server\":\"https://k8s.example.com:6443\"}}}'"
        }
        "unconfigure" => "tokcache configure git --host git.example.com --write",
        "cache decrypt" | "cache rekey" => "tokcache cache encrypt --encrypt key-file:/media/usb/old.key",
        "profile trust" => "printf 'profile = \"work\"\\n' > .tokcache.toml",
        "profile untrust" => "printf 'profile = \"work\"\\n' > .tokcache.toml && tokcache profile trust",
        _ => "true",
    }
}

/// Adds the full name of the command, without `tokcache`, and those of its subcommands.
fn commands(home: &Home, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    let help = home.answer(format!("{path} -h").trim_start());
    let Some((_, commands_below)) = help.split_once("Commands:\n") else { return };
    let lines = commands_below.lines().take_while(|line| line.starts_with("  "));
    for line in lines.filter(|line| !line.starts_with("   ")) {
        let name = line.split_whitespace().next().unwrap();
        if name != "help" {
            commands(home, format!("{path} {name}").trim_start(), found);
        }
    }
}

#[test]
fn every_example_in_the_help_of_a_command_succeeds() {
    let (stage, mut paths) = (Stage::new(), Vec::new());
    commands(&stage.template, "", &mut paths);
    let mut examples = Vec::new();
    for path in &paths {
        let help = stage.template.answer(format!("{path} --help").trim_start());
        let (_, lines) = help.split_once("Examples:\n").unwrap_or_else(|| panic!("no examples of {path:?}"));
        let (lines, _) = lines.split_once("\n\n").unwrap();
        examples.extend(lines.lines().map(|line| format!("{} && {}", before(path), line.trim())));
    }
    assert!(paths.len() > 20 && examples.len() > 30, "the examples were not found");
    // All copies of the home share one sign-in, so those that revoke it come last.
    let revokes = |example: &String| ["tokcache clear", "--sign-out"].iter().any(|words| example.contains(words));
    let (last, first): (Vec<_>, Vec<_>) = examples.into_iter().partition(revokes);
    assert!(!last.is_empty(), "the examples of a sign-out were not found");
    let succeeds = |example: &String| {
        let output = stage.run(example);
        assert!(output.status.success(), "{example}: {}{}", text(&output.stdout), text(&output.stderr));
    };
    std::thread::scope(|scope| {
        for part in first.chunks(first.len().div_ceil(4)) {
            scope.spawn(move || part.iter().for_each(succeeds));
        }
    });
    last.iter().for_each(succeeds);
}

#[test]
fn every_line_of_the_topic_scripting_succeeds() {
    let stage = Stage::new();
    let topic = stage.template.answer("help scripting");
    let mut blocks = vec![String::new()];
    for line in topic.lines() {
        match line.strip_prefix("    ") {
            Some(line) => blocks.last_mut().unwrap().push_str(&format!("{line}\n")),
            None if !blocks.last().unwrap().is_empty() => blocks.push(String::new()),
            None => {}
        }
    }
    blocks.retain(|block| !block.is_empty());
    assert!(blocks.len() >= 7, "{blocks:?}");
    for block in blocks {
        let output = stage.run(&format!("set -e\n{block}"));
        assert!(output.status.success(), "{block}: {}", text(&output.stderr));
    }
}

#[test]
fn each_topic_has_what_it_promises() {
    let home = Home::empty();
    for (topic, expected) in [
        ("settings", "--lock-timeout"),
        ("environment", "TOKCACHE_STATE_DIR"),
        ("exit-codes", "interaction_required"),
        ("scripting", "tokcache exec"),
    ] {
        let help = home.answer(&format!("help {topic}"));
        assert!(help.contains(expected), "{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 120), "{help}");
    }
    assert!(answer_of(&home.tokcache("-h")).len() < answer_of(&home.tokcache("--help")).len());
}
