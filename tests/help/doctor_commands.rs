//! Every call of `doctor` that reports a fault, and the command that comes with it.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::doctor::{examined, found, healthy, read};
use crate::doctor_network::at_provider;
use crate::doctor_places::examined_where;
use crate::held::Held;
use crate::support::home::Home;
use crate::support::provider::{Provider, generous};
use crate::support::root::is_root;
use crate::support::{answer_of, text};

/// A call in a file of `src/cli/doctor`.
#[derive(Debug, Eq, PartialEq)]
struct Call {
    file: &'static str,
    severity: String,
    /// The rest of the line.
    rest: String,
}

/// Returns the calls that report a fault, from the top of each file.
fn calls() -> Vec<Call> {
    let sources = [
        ("cache.rs", include_str!("../../src/cli/doctor/cache.rs")),
        ("completions.rs", include_str!("../../src/cli/doctor/completions.rs")),
        ("finding.rs", include_str!("../../src/cli/doctor/finding.rs")),
        ("mod.rs", include_str!("../../src/cli/doctor/mod.rs")),
        ("network.rs", include_str!("../../src/cli/doctor/network.rs")),
        ("places.rs", include_str!("../../src/cli/doctor/places.rs")),
        ("sign_in.rs", include_str!("../../src/cli/doctor/sign_in.rs")),
    ];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/doctor");
    assert_eq!(fs::read_dir(folder).unwrap().count(), sources.len(), "a file is missing here");
    let mut calls = Vec::new();
    for (file, source) in sources {
        let (source, _) = source.split_once("#[cfg(test)]").unwrap_or((source, ""));
        for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for severity in ["problem", "warning"] {
                if let Some((_, rest)) = line.split_once(&format!(".{severity}(")) {
                    calls.push(Call { file, severity: severity.to_owned(), rest: rest.to_owned() });
                }
            }
        }
    }
    calls
}

/// A fault, and the finding that `doctor` reports.
struct Case {
    /// The file of `src/cli/doctor`, and the number of its call, from 1.
    at: (&'static str, usize),
    check: &'static str,
    said: &'static str,
    /// A part of the command.
    command: String,
    findings: Vec<Value>,
}

fn offline(home: &Home, flags: &str) -> Vec<Value> {
    examined(home, format!("--offline {flags}").trim_end()).1
}

/// Returns the findings with a changed cache.
fn with_cache(change: impl FnOnce(&mut Value)) -> Vec<Value> {
    let home = healthy();
    let mut cache: Value = serde_json::from_slice(&fs::read(home.cache()).unwrap()).unwrap();
    change(&mut cache);
    home.write("state/token_cache.json", cache.to_string());
    offline(&home, "")
}

/// Returns the findings with a changed profile.
fn with_profile(from: &str, to: &str) -> Vec<Value> {
    let home = healthy();
    home.edit("config/profiles/default.toml", from, to);
    offline(&home, "")
}

fn expire(cache: &mut Value) {
    let token = cache["AccessToken"].as_object_mut().unwrap().values_mut().next().unwrap();
    token["expires_on"] = json!("1700000001");
}

fn cases() -> Vec<Case> {
    [cases_of_cache(), cases_of_settings(), cases_of_network(), cases_of_places(), cases_of_sign_in()]
        .into_iter()
        .flatten()
        .collect()
}

fn case(
    at: (&'static str, usize),
    check: &'static str,
    said: &'static str,
    command: impl Into<String>,
    findings: Vec<Value>,
) -> Case {
    Case { at, check, said, command: command.into(), findings }
}

fn cases_of_cache() -> Vec<Case> {
    let cut = || {
        let home = healthy();
        let cache = fs::read_to_string(home.cache()).unwrap();
        home.write("state/token_cache.json", &cache[..cache.len() - 2]);
        offline(&home, "")
    };
    let key_is_gone = || {
        let home = healthy();
        let key = home.path("key");
        home.answer(&format!("cache encrypt --encrypt key-file:{}", key.display()));
        fs::remove_file(key).unwrap();
        offline(&home, "")
    };
    let locked = || {
        let home = healthy();
        let held = Held::since(&home.path("state/token_cache.json.lockfile"), Duration::from_secs(600));
        (home, held)
    };
    let (of_process, pid) = {
        let (home, held) = locked();
        (offline(&home, ""), held.pid())
    };
    // A lock file without a number, as other programs write it.
    let of_nobody = {
        let (home, _held) = locked();
        let lock = home.path("state/token_cache.json.lockfile");
        let taken = fs::metadata(&lock).unwrap().modified().unwrap();
        let mut file = fs::File::options().write(true).truncate(true).open(lock).unwrap();
        file.write_all(b"?").unwrap();
        file.set_modified(taken).unwrap();
        offline(&home, "")
    };
    let without_keyring = {
        let home = healthy();
        let profile = fs::read_to_string(home.path("config/profiles/default.toml")).unwrap();
        home.write("config/profiles/default.toml", format!("encrypt = \"keyring\"\n{profile}"));
        fs::remove_file(home.cache()).unwrap();
        offline(&home, "")
    };
    let converting = {
        let home = healthy();
        let profile = fs::read_to_string(home.path("config/profiles/default.toml")).unwrap();
        let store = format!("file:{}", home.cache().display());
        let lines = format!("{profile}\n[converting]\nstore = \"{store}\"\nto = \"keyring\"\n");
        home.write("config/profiles/default.toml", lines);
        offline(&home, "")
    };
    vec![
        case(("cache.rs", 1), "cache", "cut off", "tokcache cache check --repair", cut()),
        case(("cache.rs", 1), "cache", "key", "ls -ld ", key_is_gone()),
        case(
            ("cache.rs", 1),
            "cache",
            "127.0.0.1:1",
            "",
            offline(&healthy(), "--store redis://127.0.0.1:1 --timeout 1s"),
        ),
        case(("cache.rs", 2), "cache", "for 10 min", format!("ps -fp {pid}"), of_process),
        case(("cache.rs", 2), "cache", "another process for 10 min", "tokcache explain", of_nobody),
        case(
            ("cache.rs", 3),
            "cache",
            "unreadable entries",
            "tokcache cache check",
            offline(&Home::of("one-bad-entry"), ""),
        ),
        case(("cache.rs", 4), "keyring", "", "tokcache token --encrypt key-file:PATH", without_keyring),
        case(("finding.rs", 1), "cache", "was interrupted", "tokcache cache check", converting),
    ]
}

fn cases_of_settings() -> Vec<Case> {
    let in_folder = {
        let home = healthy();
        fs::create_dir(home.path("project")).unwrap();
        home.write("project/.tokcache.toml", "profile = \"default\"");
        let mut command = home.program("doctor --offline -o json");
        read(&command.current_dir(home.path("project")).output().unwrap()).1
    };
    let with_a_store_of_users = offline(&healthy(), "--store redis://127.0.0.1:1 --encrypt keyring");
    let incomplete = with_profile("client_id = \"app\"\n", "");
    vec![
        case(("mod.rs", 1), "profile", "not trusted it", "tokcache profile trust ", in_folder),
        case(("mod.rs", 2), "profile", "", "tokcache ", with_a_store_of_users),
        case(("mod.rs", 3), "profile", "lacks", "tokcache login --client-id ", incomplete),
    ]
}

fn cases_of_network() -> Vec<Case> {
    const ELSEWHERE: &str = "--authority https://id.example.com --client-id app --timeout 5s";
    let through = |proxy: &str| {
        let mut home = healthy();
        home.set("https_proxy", proxy);
        offline(&home, ELSEWHERE)
    };
    let without_certificates = {
        let mut home = healthy();
        home.set("SSL_CERT_FILE", home.path("none.pem"));
        offline(&home, ELSEWHERE)
    };
    let without_endpoint = {
        let home = healthy();
        let provider = Provider::start_without(&["authorization_endpoint"], generous);
        home.use_provider(&provider.address());
        examined(&home, "--flow browser").1
    };
    let late = {
        let home = healthy();
        let provider = Provider::start_behind(Duration::from_secs(600), generous);
        home.use_provider(&provider.address());
        examined(&home, "").1
    };
    let without_host = {
        let home = healthy();
        examined(&home, "--authority https://nowhere.invalid --client-id app --timeout 5s").1
    };
    let ca_file = offline(&healthy(), &format!("{ELSEWHERE} --ca-file /none.pem"));
    let client_cert = offline(&healthy(), &format!("{ELSEWHERE} --client-cert /none.pem"));
    vec![
        case(("network.rs", 1), "proxy", "is not the URL of a proxy", "unset https_proxy ", through("gopher://x y")),
        case(("network.rs", 2), "certificates", "no trusted certificates", "tokcache ", without_certificates),
        case(("network.rs", 2), "certificates", "/none.pem", "--ca-file PATH", ca_file),
        case(("network.rs", 2), "certificates", "/none.pem", "--client-cert PATH", client_cert),
        case(("network.rs", 3), "provider", "authorization_endpoint", "tokcache login ", without_endpoint),
        case(("network.rs", 4), "provider", "cannot reach", "curl -v http", examined(&healthy(), "").1),
        case(("network.rs", 4), "provider", "", "curl -v http", at_provider(503, "").1),
        case(("network.rs", 4), "provider", "", "--authority URL", at_provider(404, "").1),
        case(("network.rs", 4), "provider", "", "curl -v http", at_provider(200, "<html>").1),
        case(("network.rs", 4), "provider", "", "--authority URL", at_provider(200, "{}").1),
        case(("network.rs", 4), "provider", "", "--authority URL", at_provider(400, "{\"error\":\"made_up\"}").1),
        case(("network.rs", 4), "provider", "nowhere.invalid", "--authority URL", without_host),
        case(("network.rs", 5), "clock", "10 min ahead", "timedatectl set-ntp true", late),
    ]
}

fn cases_of_places() -> Vec<Case> {
    let blank = {
        let mut home = healthy();
        home.set("TOKCACHE_CONFIG_DIR", " ");
        read(&home.tokcache("doctor --offline -o json")).1
    };
    let homeless = {
        let home = Home::empty();
        // A user that the system does not know. In a changed root directory, the kernel refuses a namespace for users.
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let program = folder.path().join("tokcache");
        let (mut command, as_user): (_, &[&str]) = match is_root() {
            true => (home.command("setpriv"), &["--reuid=54321", "--regid=54321", "--clear-groups"]),
            false => (home.command("unshare"), &["--user", "--map-user=54321"]),
        };
        // Another user must be able to run it.
        answer_of(&home.command("cp").arg(env!("CARGO_BIN_EXE_tokcache")).arg(&program).output().unwrap());
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        command.args(as_user).arg(&program).args(["doctor", "--offline", "-o", "json"]).current_dir("/");
        for name in ["HOME", "TOKCACHE_CONFIG_DIR", "TOKCACHE_STATE_DIR"] {
            command.env_remove(name);
        }
        let output = command.output().unwrap();
        assert!(!text(&output.stderr).contains("unshare:"), "this test needs a user namespace, or root: {output:?}");
        read(&output).1
    };
    let with_mode = |name: &str, mode: u32| {
        let home = healthy();
        fs::set_permissions(home.path(name), fs::Permissions::from_mode(mode)).unwrap();
        offline(&home, "")
    };
    let broken = {
        let home = healthy();
        home.write("config/profiles/other.toml", "authorty = \"https://id.example.com\"");
        offline(&home, "")
    };
    let read_only = "mount --bind \"$STATE\" \"$STATE\"; mount -o remount,ro,bind \"$STATE\"";
    let full = "cp -p \"$STATE/token_cache.json\" \"$STATE/../seed\"; mount -t tmpfs -o size=64k,mode=700 none \"$STATE\"; \
                cp -p \"$STATE/../seed\" \"$STATE/token_cache.json\"; rm \"$STATE/../seed\"; \
                dd if=/dev/zero of=\"$STATE/filler\" bs=1k 2>/dev/null || true";
    let mounted = |script: &str| read(&examined_where(script, &healthy())).1;
    vec![
        case(("places.rs", 1), "profiles", "", "export TOKCACHE_CONFIG_DIR=FOLDER", homeless),
        case(("places.rs", 2), "profiles", "TOKCACHE_CONFIG_DIR", "unset TOKCACHE_CONFIG_DIR", blank),
        case(("places.rs", 3), "profiles", "", "ls -ld ", offline(&Home::of("a-file-in-a-folders-place"), "")),
        case(("places.rs", 4), "profiles", "did you mean", "${EDITOR:-vi} ", broken),
        case(
            ("places.rs", 5),
            "cache",
            "other users have access",
            "chmod ",
            with_mode("state/token_cache.json", 0o644),
        ),
        case(("places.rs", 6), "cache", "cannot be written", "ls -ld ", mounted(read_only)),
        case(("places.rs", 7), "cache", "is full", "df -h ", mounted(full)),
        case(("places.rs", 8), "cache", "could replace", "chmod ", with_mode("state", 0o777)),
        case(("places.rs", 8), "profiles", "could replace", "chmod ", with_mode("config", 0o777)),
    ]
}

fn cases_of_sign_in() -> Vec<Case> {
    let withheld = with_cache(|cache| {
        expire(cache);
        let now = fs::metadata("/proc/self").unwrap().modified().unwrap();
        let now = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let token = cache["RefreshToken"].as_object_mut().unwrap().values_mut().next().unwrap();
        token["tokcache_scope_withheld"] = json!(format!("api:read={now}+600"));
    });
    let refused = {
        let home = healthy();
        let mut cache: Value = serde_json::from_slice(&fs::read(home.cache()).unwrap()).unwrap();
        expire(&mut cache);
        home.write("state/token_cache.json", cache.to_string());
        let provider = Provider::start(|path, _| match path {
            "/tenant/token" => (400, json!({ "error": "invalid_grant" })),
            _ => (200, Value::Null),
        });
        home.use_provider(&provider.address());
        home.failure(4, "token");
        offline(&home, "")
    };
    let ended = with_cache(|cache| {
        expire(cache);
        cache["RefreshToken"] = json!({});
    });
    let nobody = {
        let home = healthy();
        fs::remove_file(home.cache()).unwrap();
        offline(&home, "")
    };
    let several = offline(&Home::of("two-accounts"), "");
    let without_secret = offline(&healthy(), "--flow client-credentials");
    let lifetime = with_profile("client_id", "lifetime = \"soon\"\nclient_id");
    vec![
        case(("sign_in.rs", 1), "credential", "needs a credential", "tokcache token ", without_secret),
        case(("sign_in.rs", 2), "settings", "soon", "tokcache login --lifetime 30d", lifetime),
        case(("sign_in.rs", 3), "sign-in", "", "--account ", several),
        case(("sign_in.rs", 4), "sign-in", "did not grant api:read", "tokcache login", withheld),
        case(("sign_in.rs", 5), "sign-in", "refused the refresh token", "tokcache login", refused),
        case(("sign_in.rs", 6), "sign-in", "has ended", "tokcache login", ended),
        case(("sign_in.rs", 7), "sign-in", "nobody is signed in", "tokcache login", nobody),
    ]
}

#[test]
fn every_call_that_reports_a_fault_has_a_case_whose_command_helps() {
    let (calls, cases) = (calls(), cases());
    let files: std::collections::BTreeSet<_> = calls.iter().map(|call| call.file).collect();
    for file in files {
        let of_file: Vec<_> = calls.iter().filter(|call| call.file == file).collect();
        for (at, call) in of_file.iter().enumerate() {
            assert!(cases.iter().any(|case| case.at == (file, at + 1)), "no case: {} of {call:?}", at + 1);
        }
    }
    for Case { at, check, said, command, findings } in &cases {
        let call = calls.iter().filter(|call| call.file == at.0).nth(at.1 - 1);
        let call = call.unwrap_or_else(|| panic!("{at:?} is no call"));
        let shown = found(findings, check, &call.severity, said);
        assert!(!shown.is_empty() && shown.contains(command), "{at:?}: {shown}");
        // A call that serves several checks has a variable in the place of the name.
        let is_named = call.rest.starts_with('"');
        assert!(!is_named || call.rest.starts_with(&format!("\"{check}\"")), "{at:?} is {call:?}");
    }
}
