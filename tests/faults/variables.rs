//! Tests variables and flags with unusual values: they never count as unset.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::provider::Provider;
use crate::support::home::Home;
use crate::support::root::is_root_or_runs_again;
use crate::support::{answer_of, failure_of, names, provider, put, text};

/// Returns `cl\xe9`, which a terminal set to Latin 1 produces.
fn latin_1(before: &str) -> OsString {
    let mut bytes = before.as_bytes().to_vec();
    bytes.extend_from_slice(b"cl\xe9");
    OsStr::from_bytes(&bytes).to_owned()
}

fn run(home: &Home, name: &str, value: impl AsRef<OsStr>, line: &str) -> Output {
    home.program(line).env(name, value).output().unwrap()
}

#[test]
fn a_variable_that_is_no_text_is_named_and_never_as_if_it_were_not_set() {
    let home = Home::signed_in();
    for name in [
        "TOKCACHE_PROFILE",
        "TOKCACHE_AUTHORITY",
        "TOKCACHE_CLIENT_ID",
        "TOKCACHE_STORE",
        "TOKCACHE_ENCRYPT",
        "TOKCACHE_KEY_CACHE",
        "TOKCACHE_TIMEOUT",
        "TOKCACHE_LOCK_TIMEOUT",
        "TOKCACHE_ERROR_FORMAT",
        "TOKCACHE_LOG",
        "TOKCACHE_PASSPHRASE_FD",
    ] {
        for value in [latin_1(""), " ".into(), "a\nb".into()] {
            let said = failure_of(2, &run(&home, name, &value, "token"));
            assert!(said.contains(name) && said.ends_with(&format!("  try: unset {name}\n")), "{value:?}: {said}");
        }
    }
}

#[test]
fn tokens_are_not_in_plain_because_the_path_of_the_key_is_in_latin_1() {
    let server = provider::Provider::start(provider::generous);
    let home = Home::empty();
    let key = home.folder().join(latin_1(""));
    let mut encrypt = OsString::from("key-file:");
    encrypt.push(&key);
    let login = format!("login --authority {}/tenant --client-id app --scope notes", server.address());
    answer_of(&run(&home, "TOKCACHE_ENCRYPT", &encrypt, &login));
    let cache = fs::read(home.cache()).unwrap();
    assert!(!text(&cache).contains(provider::NEW_ACCESS_TOKEN) && key.exists(), "{}", text(&cache));
    // The profile and the header of the cache keep the path, byte for byte.
    for line in ["token", "token --force-refresh", "cache decrypt"] {
        answer_of(&home.tokcache(line));
    }
    answer_of(&home.program("cache encrypt").arg("--encrypt").arg(&encrypt).output().unwrap());
    let is_lossy = |name: &OsString| name.to_string_lossy().contains('\u{fffd}') && name != &latin_1("");
    let names: Vec<_> = fs::read_dir(home.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(is_lossy), "{names:?}");
}

#[test]
fn a_path_in_latin_1_is_used_byte_for_byte() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let moved = |name: &str| {
        let path = home.folder().join(latin_1(name));
        fs::rename(home.path(name), &path).unwrap();
        path
    };
    let (state, config) = (moved("state"), moved("config"));
    let with = |line: &str, variables: &[(&str, OsString)]| {
        let mut command = home.program(line);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        answer_of(&command.output().unwrap())
    };
    let both = [("TOKCACHE_STATE_DIR", state.clone().into()), ("TOKCACHE_CONFIG_DIR", config.into())];
    assert_eq!(with("token", &both), "AT-1");
    let mut store = OsString::from("file:");
    store.push(state.join("token_cache.json"));
    let by_store = [("TOKCACHE_STORE", store.clone()), both[1].clone()];
    assert_eq!(with("token", &by_store), "AT-1");
    assert!(with("cache check", &by_store).contains("cl%E9"), "a URL that can be typed");
    with("profile set other --client-id app", &by_store);
    let show = with("profile show other", &both);
    assert!(show.contains("store = \"file:///") && show.contains("cl%E9/token_cache.json"), "{show}");
    assert!(with("list --profile other", &both).contains("jane"), "the profile finds it again");
    let mut by_flag = home.program("token");
    by_flag.arg("--store").arg(&store).env("TOKCACHE_CONFIG_DIR", &both[1].1);
    assert_eq!(answer_of(&by_flag.output().unwrap()), "AT-1");
}

#[test]
fn a_path_that_a_profile_cannot_remember_is_refused_before_anything_is_done() {
    let home = Home::signed_in();
    let ca_file = home.folder().join(latin_1("ca"));
    put(&ca_file, "");
    for line in ["login --authority https://idp.example.com --client-id x", "profile set work --client-id x"] {
        let said = failure_of(2, &run(&home, "TOKCACHE_CA_FILE", &ca_file, line));
        assert!(said.contains("--ca-file: a profile cannot store a path that is not UTF-8"), "{said}");
    }
    assert_eq!(answer_of(&run(&home, "TOKCACHE_CA_FILE", &ca_file, "token")), "AT-bob");
}

#[test]
fn a_flag_that_is_no_text_is_named() {
    let home = Home::signed_in();
    for (line, flag) in [("token", "--account"), ("list", "--profile"), ("token", "--encrypt"), ("token", "--store")] {
        let mut command = home.program(line);
        command.arg(flag).arg(latin_1(""));
        let said = failure_of(2, &command.output().unwrap());
        assert!(said.contains(flag) && said.contains("UTF-8"), "{said}");
    }
}

#[test]
fn a_proxy_that_is_no_text_is_named_before_anything_is_sent() {
    let home = Home::signed_in();
    home.edit("config/profiles/default.toml", "http://127.0.0.1:1", "https://idp.invalid");
    for name in ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "ALL_PROXY"] {
        let login = "login --authority https://idp.invalid --client-id app --scope notes --timeout 5s";
        let said = failure_of(2, &run(&home, name, latin_1("http://"), login));
        assert!(said.contains(name) && said.ends_with(&format!("  try: unset {name}\n")), "{said}");
    }
}

#[test]
fn a_tilde_that_no_shell_has_replaced_makes_no_folder_of_that_name() {
    let home = Home::signed_in();
    let before = names(home.folder());
    for name in [
        "TOKCACHE_STATE_DIR",
        "TOKCACHE_CONFIG_DIR",
        "TOKCACHE_CA_FILE",
        "TOKCACHE_PASSPHRASE_FILE",
        "TOKCACHE_STORE",
        "TOKCACHE_ENCRYPT",
        "AZURE_CONFIG_DIR",
        "HOME",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
    ] {
        let value = match name {
            "TOKCACHE_STORE" => "file:~/st",
            "TOKCACHE_ENCRYPT" => "key-file:~/st",
            _ => "~/st",
        };
        let mut command =
            home.program(if name == "AZURE_CONFIG_DIR" { "profile show azure-cli" } else { "cache path" });
        if name.starts_with("XDG") || name == "HOME" {
            command.env_remove("TOKCACHE_STATE_DIR").env_remove("TOKCACHE_CONFIG_DIR");
        }
        let output = command.env(name, value).output().unwrap();
        let said = text(&output.stderr);
        assert!(matches!(output.status.code(), Some(2 | 3)), "{name}: {said}");
        assert!(said.contains(name) && said.contains('~'), "{name}: {said}");
    }
    for line in [
        "token --store file:~/x",
        "token --ca-file ~/x",
        "token --encrypt key-file:~/x",
        "cache rekey --new-passphrase-file ~/x",
    ] {
        let said = text(&home.tokcache(line).stderr);
        assert!(said.starts_with("error: ") && said.contains('~'), "{line}: {said}");
    }
    for setting in ["store = \"file:~/x\"", "ca_file = \"~/x\"", "encrypt = \"key-file:~/x\"", "store = \"file:x\""] {
        home.write("config/profiles/odd.toml", format!("{setting}\n"));
        let said = home.failure(3, "token --profile odd --scope x");
        let setting = setting.split(' ').next().unwrap();
        assert!(said.contains("odd.toml") && said.contains(setting), "{said}");
    }
    assert_eq!(names(home.folder()), before);
}

#[test]
fn a_blank_or_relative_home_is_named() {
    let home = Home::signed_in();
    for (name, value) in [("HOME", "home"), ("HOME", " "), ("TOKCACHE_STATE_DIR", " "), ("TOKCACHE_CONFIG_DIR", "\t")] {
        let mut command = home.program("token --scope notes");
        if name == "HOME" {
            command.env_remove("TOKCACHE_STATE_DIR");
        }
        let said = failure_of(2, &command.env(name, value).output().unwrap());
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn without_a_home_one_message_names_both_variables_and_a_named_store_needs_neither() {
    if !is_root_or_runs_again() {
        return;
    }
    let home = Home::signed_in();
    let somewhere = |line: &str| {
        let mut command = Command::new(program(&home));
        // A user that the system does not know.
        command.args(line.split(' ')).env_clear().current_dir("/").uid(54_321).gid(54_321);
        command
    };
    for line in ["token", "cache path", "list", "login --authority https://idp.example.com --client-id app"] {
        let said = failure_of(3, &somewhere(line).output().unwrap());
        assert!(said.starts_with("error: there is no home folder for the profiles and the cache: "), "{said}");
        assert!(said.ends_with("\n  try: export TOKCACHE_CONFIG_DIR=FOLDER TOKCACHE_STATE_DIR=FOLDER\n"), "{said}");
    }
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    std::os::unix::fs::chown(folder.path(), Some(54_321), None).unwrap();
    let cache = folder.path().join("cache.json");
    let store = format!("file:{}", cache.display());
    let path = answer_of(&somewhere(&format!("cache path --store {store}")).output().unwrap());
    assert_eq!(PathBuf::from(path), cache);
    for store in [store.as_str(), "memory:"] {
        let line = format!("token --store {store} --authority https://idp.example.com --client-id app --scope notes");
        let said = failure_of(4, &somewhere(&line).output().unwrap());
        assert!(said.contains("has signed in") || said.contains("is signed in"), "{said}");
    }
    assert_eq!(answer_of(&somewhere("list --store memory:").output().unwrap()), "");
    let mut half = somewhere("token --scope notes");
    half.env("TOKCACHE_STATE_DIR", folder.path());
    assert!(!text(&half.output().unwrap().stderr).contains("home folder"));
    let mut half = somewhere("profile set x --client-id y");
    half.env("TOKCACHE_STATE_DIR", folder.path());
    let said = failure_of(3, &half.output().unwrap());
    assert!(said.ends_with("  try: export TOKCACHE_CONFIG_DIR=FOLDER\n"), "{said}");
}

/// Returns a copy of the program that every user can run.
fn program(home: &Home) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let copy = home.path("tokcache");
    // Copied by another process: a file that this process has open for writing cannot be run.
    assert!(Command::new("cp").arg(env!("CARGO_BIN_EXE_tokcache")).arg(&copy).status().unwrap().success());
    for path in [home.folder(), &copy] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    copy
}

#[test]
fn a_variable_that_names_another_key_than_the_cache_has_is_to_be_unset_and_converts_nothing() {
    let mut home = Home::signed_in();
    home.answer(&format!("cache encrypt --encrypt key-file:{}", home.path("key").display()));
    for wrong in ["none".to_owned(), format!("key-file:{}", home.path("other").display())] {
        home.set("TOKCACHE_ENCRYPT", wrong);
        let said = home.refusal("token");
        assert!(said.ends_with("  try: unset TOKCACHE_ENCRYPT\n"), "{said}");
    }
}
