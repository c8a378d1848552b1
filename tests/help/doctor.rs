//! Faults of the cache, its key and the sign-in that `doctor` finds. Each finding comes from a real fault, and the command that
//! it suggests removes the fault.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::{Value, json};

use crate::bus::{Bus, Daemon, Prompter};
use crate::held::Held;
use crate::support::home::Home;
use crate::support::provider::{Provider, generous};
use crate::support::text;

/// Runs `doctor -o json` with further flags, and returns its exit status and its findings. It must change nothing and
/// print no secret.
#[track_caller]
pub(crate) fn examined(home: &Home, flags: &str) -> (i32, Vec<Value>) {
    let before = state_of(home.folder());
    let output = home.tokcache(format!("doctor -o json {flags}").trim_end());
    let after = state_of(home.folder());
    let names = |state: &[(String, u32, i64, Vec<u8>)]| state.iter().map(|it| it.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&after), names(&before));
    for (after, before) in after.iter().zip(&before) {
        assert!(after == before, "doctor has changed {}", after.0);
    }
    read(&output)
}

/// Returns the exit status and the findings in the output of `doctor -o json`. Each fault must come with a command that
/// helps.
#[track_caller]
pub(crate) fn read(output: &Output) -> (i32, Vec<Value>) {
    let (answer, said) = (text(&output.stdout), text(&output.stderr));
    assert!(!["AT-", "RT-", "canary"].iter().any(|secret| (answer.clone() + &said).contains(secret)), "{answer}{said}");
    let status = output.status.code().unwrap();
    let findings: Vec<Value> = serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}{said}"));
    let has = |severity: &str| findings.iter().any(|finding| finding["severity"] == severity);
    assert_eq!(status != 0, has("problem") || has("warning"), "{findings:?}");
    for finding in findings.iter().filter(|it| it["severity"] == "problem" || it["severity"] == "warning") {
        assert!(finding["command"].as_str().is_some_and(|command| !command.is_empty()), "no command: {finding}");
    }
    assert_eq!(said.starts_with("error: ") && said.contains("\n  try: "), status != 0, "{said}");
    (status, findings)
}

/// Returns the name, mode and content of everything in a folder, sorted, and the time of each file. Reading a damaged
/// cache takes the lock for a moment, which changes the time of the folder.
fn state_of(folder: &Path) -> Vec<(String, u32, i64, Vec<u8>)> {
    let (mut state, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        let found = fs::metadata(&folder).unwrap();
        state.push((folder.display().to_string(), found.mode(), 0, Vec::new()));
        for path in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
            let found = fs::symlink_metadata(&path).unwrap();
            if found.is_dir() {
                folders.push(path);
            } else {
                let content = fs::read(&path).unwrap_or_default();
                state.push((path.display().to_string(), found.mode(), found.mtime_nsec(), content));
            }
        }
    }
    state.sort();
    state
}

/// Asserts that a finding of this check says this, and returns the command that it suggests.
#[track_caller]
pub(crate) fn found(findings: &[Value], check: &str, severity: &str, said: &str) -> String {
    let is_meant = |finding: &&Value| {
        finding["check"] == check
            && finding["severity"] == severity
            && finding["message"].as_str().unwrap().contains(said)
    };
    let finding = findings.iter().find(is_meant);
    let finding = finding.unwrap_or_else(|| panic!("no {severity} of {check} says {said:?}: {findings:#?}"));
    finding["command"].as_str().unwrap_or_default().to_owned()
}

/// Returns a home in which Bob is signed in, with nothing to find.
pub(crate) fn healthy() -> Home {
    let home = Home::signed_in();
    for name in ["state/token_cache.json", "config/profiles/default.toml"] {
        fs::set_permissions(home.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    for name in ["state", "config", "config/profiles"] {
        fs::set_permissions(home.path(name), fs::Permissions::from_mode(0o700)).unwrap();
    }
    home
}

/// Runs a suggested command in the home.
#[track_caller]
pub(crate) fn run(home: &Home, command: &str) {
    let program = Path::new(env!("CARGO_BIN_EXE_tokcache")).parent().unwrap().display().to_string();
    let mut shell = home.command("bash");
    let path = format!("{program}:{}", std::env::var("PATH").unwrap());
    let output = shell.args(["-c", command]).env("PATH", path).output().unwrap();
    assert!(output.status.success(), "{command}: {}", text(&output.stderr));
}

/// Asserts that `doctor --offline` finds this, and nothing any more after the suggested command.
#[track_caller]
fn mended(home: &Home, status: i32, check: &str, severity: &str, said: &str) {
    let (found_status, findings) = examined(home, "--offline");
    let command = found(&findings, check, severity, said);
    assert_eq!(found_status, status, "{findings:#?}");
    run(home, &command);
    let (status, findings) = examined(home, "--offline");
    assert_eq!(status, 0, "after {command}: {findings:#?}");
}

#[test]
fn where_all_is_well_every_check_says_so_and_the_exit_status_is_0() {
    let home = healthy();
    let provider = Provider::start(generous);
    home.use_provider(&provider.address());
    let (status, findings) = examined(&home, "");
    assert_eq!(status, 0, "{findings:#?}");
    let checks: Vec<_> = findings.iter().map(|finding| finding["check"].as_str().unwrap()).collect();
    assert_eq!(checks, ["profiles", "cache", "profile", "proxy", "provider", "clock", "sign-in"]);
    assert!(findings.iter().all(|finding| finding["severity"] == "ok" && finding["code"] == Value::Null));
    let text = home.answer("doctor");
    assert!(text.lines().all(|line| line.starts_with("ok ")), "{text}");
}

#[test]
fn a_damaged_cache_is_found_and_the_suggested_repair_is_enough() {
    let home = Home::of("one-bad-entry");
    let (_, findings) = examined(&home, "--offline");
    assert_eq!(found(&findings, "cache", "warning", "unreadable entries"), "tokcache cache check");
    let home = healthy();
    let cache = fs::read_to_string(home.cache()).unwrap();
    home.write("state/token_cache.json", &cache[..cache.len() - 2]);
    mended(&home, 7, "cache", "problem", "cut off");
    let (status, findings) = examined(&home, "--offline");
    let command = found(&findings, "cache", "note", "may contain tokens");
    assert!(status == 0 && command.starts_with("rm "), "{command}");
}

#[test]
fn an_interrupted_conversion_is_found_and_not_touched() {
    let home = healthy();
    let profile = fs::read_to_string(home.path("config/profiles/default.toml")).unwrap();
    let store = format!("file:{}", home.cache().display());
    home.write(
        "config/profiles/default.toml",
        format!("{profile}\n[converting]\nstore = \"{store}\"\nto = \"keyring\"\n"),
    );
    mended(&home, 7, "cache", "warning", "conversion of the cache");
}

#[test]
fn a_lock_that_is_held_for_long_is_found_with_its_process() {
    let home = healthy();
    let held = Held::since(&home.path("state/token_cache.json.lockfile"), Duration::from_secs(600));
    let (status, findings) = examined(&home, "--offline");
    let command = found(&findings, "cache", "warning", "for 10 min");
    assert_eq!((status, command), (7, format!("ps -fp {}", held.pid())));
    drop(held);
    assert_eq!(examined(&home, "--offline").0, 0);
}

#[test]
fn a_sign_in_that_has_ended_is_found_however_it_ended() {
    let home = Home::empty();
    let (status, findings) = examined(&home, "--offline --authority https://id.example.com --client-id app");
    assert_eq!(status, 4, "{findings:#?}");
    let command = found(&findings, "sign-in", "note", "scope");
    assert!(command.is_empty(), "{command}");

    let change = |change: &dyn Fn(&mut Value)| {
        let home = healthy();
        let mut cache: Value = serde_json::from_slice(&fs::read(home.cache()).unwrap()).unwrap();
        change(&mut cache);
        home.write("state/token_cache.json", cache.to_string());
        home
    };
    let token = "bob-id-127.0.0.1-accesstoken-app-tenant-api:read openid";
    let expired = change(&|cache| cache["AccessToken"][token]["expires_on"] = json!("1700000001"));
    let (status, findings) = examined(&expired, "--offline");
    found(&findings, "sign-in", "ok", "refreshes the access token");
    assert_eq!(status, 0);

    let ended = change(&|cache| {
        cache["AccessToken"][token]["expires_on"] = json!("1700000001");
        cache["RefreshToken"] = json!({});
    });
    let (status, findings) = examined(&ended, "--offline");
    assert_eq!(found(&findings, "sign-in", "problem", "bob@example.com has ended"), "tokcache login");
    assert_eq!(status, 4);

    let provider = Provider::start(|path, _| match path {
        "/tenant/token" => (400, json!({ "error": "invalid_grant" })),
        _ => (200, Value::Null),
    });
    expired.use_provider(&provider.address());
    expired.failure(4, "token");
    let (status, findings) = examined(&expired, "--offline");
    assert_eq!(found(&findings, "sign-in", "problem", "refused the refresh token"), "tokcache login");
    assert_eq!(status, 4);

    let several = Home::of("two-accounts");
    let (_, findings) = examined(&several, "--offline");
    found(&findings, "sign-in", "problem", "");
}

#[test]
fn the_credential_of_a_client_is_read_and_a_command_is_not_run() {
    let home = healthy();
    let flags = "--offline --flow client-credentials";
    let (status, findings) = examined(&home, flags);
    found(&findings, "credential", "problem", "needs a credential");
    assert_eq!(status, 3);
    home.write("secret", "canary");
    let with_secret = format!("{flags} --client-secret-file {}", home.path("secret").display());
    let (status, findings) = examined(&home, &with_secret);
    found(&findings, "credential", "ok", "can be read");
    assert_eq!(status, 0, "{findings:#?}");
    fs::set_permissions(home.path("secret"), fs::Permissions::from_mode(0o666)).unwrap();
    let (status, findings) = examined(&home, &with_secret);
    found(&findings, "credential", "problem", "secret");
    assert_eq!(status, 3);
    // The state of the home would show that the command has run.
    let (_, findings) = examined(&home, &format!("{flags} --federated-token-command touch${{IFS}}ran"));
    found(&findings, "credential", "note", "not asked");
}

#[test]
fn a_keyring_that_is_locked_or_silent_or_missing_is_found() {
    let mut home = healthy();
    let (status, findings) = {
        let profile = fs::read_to_string(home.path("config/profiles/default.toml")).unwrap();
        home.write("config/profiles/default.toml", format!("encrypt = \"keyring\"\n{profile}"));
        fs::remove_file(home.cache()).unwrap();
        examined(&home, "--offline")
    };
    found(&findings, "keyring", "problem", "");
    assert_eq!(status, 7);

    let bus = Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses);
    home.set("DBUS_SESSION_BUS_ADDRESS", bus.address.clone());
    let (status, findings) = examined(&home, "--offline");
    found(&findings, "keyring", "ok", "answers");
    assert_eq!(status, 4, "nobody is signed in: {findings:#?}");

    let other = healthy();
    fs::copy(other.cache(), home.cache()).unwrap();
    home.answer("cache encrypt --encrypt keyring");
    let (status, findings) = examined(&home, "--offline");
    found(&findings, "cache", "ok", "encrypted with the key of keyring");
    assert_eq!(status, 0, "{findings:#?}");
    bus.lock();
    let (status, findings) = examined(&home, "--offline");
    found(&findings, "cache", "problem", "keyring");
    assert_eq!(status, 7);

    let mute = Bus::new(Daemon::Mute, Prompter::Dismisses);
    home.set("DBUS_SESSION_BUS_ADDRESS", mute.address.clone());
    let (status, findings) = examined(&home, "--offline");
    found(&findings, "cache", "problem", "has not answered for 3 s");
    assert_eq!(status, 7);
}

#[test]
fn a_missing_or_old_completion_script_is_a_note_with_the_command_that_installs_it() {
    for (shell, script) in [
        ("/bin/bash", ".local/share/bash-completion/completions/tokcache"),
        ("/usr/bin/zsh", ".zfunc/_tokcache"),
        ("/usr/bin/fish", ".config/fish/completions/tokcache.fish"),
    ] {
        let mut home = healthy();
        home.set("SHELL", shell);
        let (status, findings) = examined(&home, "--offline");
        assert_eq!(status, 0, "{findings:#?}");
        run(&home, &found(&findings, "completions", "note", "not in its usual places"));
        let (_, findings) = examined(&home, "--offline");
        found(&findings, "completions", "ok", script);
        home.edit(script, "tokcache", "tokcache-old");
        let (_, findings) = examined(&home, "--offline");
        run(&home, &found(&findings, "completions", "note", "another version"));
        let (_, findings) = examined(&home, "--offline");
        found(&findings, "completions", "ok", script);
    }
}

#[test]
fn the_error_says_how_many_faults_there_are_and_shows_the_worst() {
    let home = healthy();
    home.write("config/profiles/broken.toml", "nonsense = 1");
    fs::set_permissions(home.path("state"), fs::Permissions::from_mode(0o777)).unwrap();
    let output = home.tokcache("doctor --offline");
    let (answer, said) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(3));
    assert!(answer.contains("\nproblem  ") || answer.starts_with("problem  "), "{answer}");
    assert!(said.starts_with("error: 1 problem and "), "{said}");
    assert!(said.contains("broken.toml"), "{said}");
    let mut closed = Command::new("sh");
    closed.args(["-c", &format!("{} doctor --offline | true", env!("CARGO_BIN_EXE_tokcache"))]);
    closed.env_clear().env("HOME", home.folder()).env("PATH", std::env::var_os("PATH").unwrap());
    assert!(closed.status().unwrap().success());
}
