//! Runs every example of the help, and every line of `tokcache help scripting`, against the sandbox provider.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;
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

/// A home in which Alice is signed in with the profiles `default` and `work`, with all that the examples mention.
struct Scene {
    home: Home,
    provider: Provider,
    _bus: Bus,
}

impl Scene {
    fn new() -> Scene {
        let (mut home, provider) = (Home::empty(), Provider::start());
        let bus = Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses);
        home.set("DBUS_SESSION_BUS_ADDRESS", bus.address.clone());
        let scene = Scene { home, provider, _bus: bus };
        let home = &scene.home;
        fs::create_dir(home.path("project")).unwrap();
        let report = home.write("project/report.sh", "#!/bin/sh\n[ -n \"$ACCESS_TOKEN$API_TOKEN\" ]\n");
        fs::set_permissions(report, fs::Permissions::from_mode(0o700)).unwrap();
        home.write("project/password.txt", "password");
        home.write("project/secret.txt", "secret");
        for folder in ["media", "srv", ".local/share/bash-completion/completions"] {
            fs::create_dir_all(home.path(folder)).unwrap();
        }
        let url = scene.provider.sandbox.issuer();
        home.answer(&format!("login --authority {url} --client-id my-cli --scope notes.read"));
        let work = "--profile work --scope notes.read";
        home.answer(&format!("login --authority {url} --client-id my-cli {work}"));
        scene
    }

    /// Runs a line in bash, with the sandbox in the place of the provider and this home in that of the machine's
    /// folders.
    fn run(&self, line: &str) -> Output {
        let url = self.provider.sandbox.issuer();
        let home = self.home.folder().display().to_string();
        let line = line
            .replace("https://id.example.com", url)
            // The sandbox stands in for GitHub.
            .replace("--provider github", &format!("--authority {url}"))
            .replace("alice@example.com", "alice@sandbox.example")
            .replace("/media/usb", &format!("{home}/media"))
            .replace("/srv/tokcache", &format!("{home}/srv"));
        let programs = std::path::Path::new(env!("CARGO_BIN_EXE_tokcache")).parent().unwrap();
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        let mut bash = self.home.command("bash");
        bash.current_dir(self.home.path("project")).args(["-c", &line]).env("PATH", path).output().unwrap()
    }
}

/// Returns what must be done before an example.
fn before(path: &str) -> &'static str {
    match path {
        "cache decrypt" | "cache rekey" => "tokcache cache encrypt --encrypt key-file:/media/usb/old.key",
        "profile trust" => "printf 'profile = \"work\"\\n' > .tokcache.toml",
        "profile untrust" => "printf 'profile = \"work\"\\n' > .tokcache.toml && tokcache profile trust",
        _ => "true",
    }
}

/// Returns the full name of each command, without `tokcache`.
fn commands(scene: &Scene, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    let help = scene.home.answer(format!("{path} -h").trim_start());
    let Some((_, commands)) = help.split_once("Commands:\n") else { return };
    let lines = commands.lines().take_while(|line| line.starts_with("  "));
    for name in lines.filter(|line| !line.starts_with("   ")).map(|line| line.split_whitespace().next().unwrap()) {
        if name != "help" {
            commands_of(scene, path, name, found);
        }
    }
}

fn commands_of(scene: &Scene, path: &str, name: &str, found: &mut Vec<String>) {
    commands(scene, format!("{path} {name}").trim_start(), found);
}

#[test]
fn every_example_in_the_help_of_a_command_succeeds() {
    let mut paths = Vec::new();
    commands(&Scene::new(), "", &mut paths);
    assert!(paths.len() > 20, "{paths:?}");
    let lines = std::thread::scope(|scope| {
        // Half of the commands in each of two threads: each has a provider, a bus and a home of its own.
        let halves = paths.chunks(paths.len().div_ceil(2));
        let counts: Vec<_> =
            halves.map(|half| scope.spawn(move || half.iter().map(|path| run_all(path)).sum::<usize>())).collect();
        counts.into_iter().map(|count| count.join().unwrap()).sum::<usize>()
    });
    assert!(lines > 30, "the examples were not found");
}

/// Runs each example of the command in a scene of its own, and returns their number.
fn run_all(path: &str) -> usize {
    let scene = Scene::new();
    let help = scene.home.answer(format!("{path} --help").trim_start());
    let (_, examples) = help.split_once("Examples:\n").unwrap_or_else(|| panic!("no examples of {path:?}"));
    let (examples, _) = examples.split_once("\n\n").unwrap();
    let mut scene = Some(scene);
    for line in examples.lines() {
        let scene = scene.take().unwrap_or_else(Scene::new);
        let output = scene.run(&format!("{} && {}", before(path), line.trim()));
        assert!(output.status.success(), "{line}: {}{}", text(&output.stdout), text(&output.stderr));
    }
    examples.lines().count()
}

#[test]
fn every_line_of_the_topic_scripting_succeeds() {
    let scene = Scene::new();
    let topic = scene.home.answer("help scripting");
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
        let output = scene.run(&format!("set -e\n{block}"));
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
