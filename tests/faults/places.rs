//! Tests caches in unusual places, with the results that a careful user would expect.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tokcache_testing::servers::unshare_options;

use crate::provider::Provider;
use crate::strace::{Call, Fault, calls_of, run_with};
use crate::support::home::Home;
use crate::support::root::is_root_or_runs_again;
use crate::support::strace::strace;
use crate::support::{names, put, text};

/// The time limit for a run that must not hang.
const AT_ONCE: Duration = Duration::from_secs(20);

fn start() -> (Provider, Home) {
    let provider = Provider::start();
    let home = Home::at(&provider);
    (provider, home)
}

/// Runs `tokcache token` after `script` has mounted something. `$STATE` is the cache's folder.
fn token_where(script: &str, home: &Home) -> Output {
    run_where(&format!("{script}; exec \"$0\" token"), home)
}

/// Runs `script` with the right to mount. `$0` is tokcache.
fn run_where(script: &str, home: &Home) -> Output {
    let mut command = home.command("unshare");
    command.args(unshare_options(&["--mount"]));
    let script = format!("set -e; cd /; {script}");
    command.args(["sh", "-c", &script, env!("CARGO_BIN_EXE_tokcache")]).env("STATE", home.state());
    let output = command.output().unwrap();
    let said = text(&output.stderr);
    assert!(!said.contains("unshare:") && !said.contains("mount:"), "this test needs to mount something: {said}");
    output
}

#[test]
fn in_a_read_only_home_a_cached_token_is_served_and_no_other_is_bought() {
    let (provider, home) = start();
    let read_only = "mount --bind \"$STATE\" \"$STATE\"; mount -o remount,ro,bind \"$STATE\"";
    assert_refused_before_it_is_spent(&token_where(read_only, &home), &provider, "Read-only file system");
    assert_eq!(fs::read(home.cache()).unwrap(), home.expired_cache());
    assert_eq!(home.answer("token"), "AT-1");
    let output = token_where(read_only, &home);
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("AT-1\n".to_owned(), String::new()));
    assert_eq!(names(&home.state()), ["token_cache.json"]);
}

#[test]
fn on_a_full_disk_no_refresh_token_is_spent() {
    let (provider, home) = start();
    let full = "cp \"$STATE/token_cache.json\" \"$STATE/../seed\"; mount -t tmpfs -o size=64k,mode=700 none \"$STATE\"; \
                cp -p \"$STATE/../seed\" \"$STATE/token_cache.json\"; cat /dev/zero >\"$STATE/full\" 2>/dev/null || true";
    assert_refused_before_it_is_spent(&token_where(full, &home), &provider, "No space left on device");
}

#[track_caller]
fn assert_refused_before_it_is_spent(output: &Output, provider: &Provider, why: &str) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(7), "{said}");
    assert!(said.starts_with("error: ") && said.contains(why) && said.lines().count() == 2, "{said}");
    assert!(output.stdout.is_empty());
    assert_eq!(provider.turn(), 0, "the refresh token was spent");
}

/// Mounts the cache as a single file, as in a container: `$STATE` gets it from `$VOLUME`, under another name.
const MOUNTED_ALONE: &str = "VOLUME=\"$STATE/../volume\"; mkdir \"$VOLUME\"; mv \"$STATE/token_cache.json\" \"$VOLUME/cache\"; \
     touch \"$STATE/token_cache.json\"; mount --bind \"$VOLUME/cache\" \"$STATE/token_cache.json\"";

/// The lock files of two containers are in two folders, so both would refresh, and the second use of one refresh token
/// ends the sign-in.
#[test]
fn a_single_file_that_is_mounted_serves_what_it_holds_and_is_never_refreshed_or_saved() {
    let (provider, home) = start();
    let output = token_where(MOUNTED_ALONE, &home);
    assert_refused_before_it_is_spent(&output, &provider, "mount the folder that holds it, not the file");
    let volume = home.path("volume/cache");
    assert_eq!(fs::read(&volume).unwrap(), home.expired_cache());
    for command in [
        "clear",
        "clear --all --yes",
        "login --scope notes",
        "cache encrypt --encrypt key-file:/key",
        "cache check --repair",
    ] {
        fs::rename(&volume, home.cache()).unwrap();
        fs::remove_dir_all(home.path("volume")).unwrap();
        let output = run_where(&format!("{MOUNTED_ALONE}; exec \"$0\" {command}"), &home);
        assert_refused_before_it_is_spent(&output, &provider, "mount the folder that holds it, not the file");
        assert_eq!(
            (fs::read(&volume).unwrap(), names(&home.path("volume"))),
            (home.expired_cache(), vec!["cache".to_owned()])
        );
    }
    fs::rename(&volume, home.cache()).unwrap();
    fs::remove_dir_all(home.path("volume")).unwrap();
    assert_eq!(home.answer("token"), "AT-1");
    let output = token_where(MOUNTED_ALONE, &home);
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("AT-1\n".to_owned(), String::new()));
    assert_eq!(provider.turn(), 1);
}

#[test]
fn a_folder_that_is_mounted_at_two_places_has_one_refresh_for_both() {
    let (provider, home) = start();
    let script = "mkdir \"$STATE/../other\"; mount --bind \"$STATE\" \"$STATE/../other\"; \
                  for state in \"$STATE\" \"$STATE/../other\"; do TOKCACHE_STATE_DIR=$state \"$0\" token & done; wait";
    let output = run_where(script, &home);
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("AT-1\nAT-1\n".to_owned(), String::new()));
    assert_eq!((provider.turn(), provider.is_revoked()), (1, false));
}

/// Makes the save of the cache fail although there was room for it. The rescue file and the lock file are not affected.
pub(crate) fn token_that_cannot_be_saved(home: &Home, provider: &Provider) -> Output {
    let before = fs::read(home.cache()).unwrap();
    let calls = calls_of(home, "token").calls;
    let is_save = |call: &&Call| call.name.starts_with("rename") && call.line.contains("/token_cache.json\"");
    let save = calls.iter().find(is_save).expect("a run that saves").clone();
    home.write("state/token_cache.json", before);
    provider.reset();
    run_with(home, &save, Fault::Once("ENOSPC"), "token").output
}

#[test]
fn a_save_for_which_there_is_no_room_leaves_the_old_bytes() {
    let (provider, home) = start();
    let output = token_that_cannot_be_saved(&home, &provider);
    let said = text(&output.stderr);
    assert_eq!(text(&output.stdout), "AT-1\n", "{said}");
    assert!(said.contains("No space left on device"), "{said}");
    assert!(fs::read(home.cache()).unwrap() == home.expired_cache(), "the file is torn");
    assert_eq!(home.answer("token"), "AT-2", "the new refresh token was kept elsewhere");
    assert!(!provider.is_revoked());
}

#[test]
fn what_cannot_be_saved_is_kept_where_a_run_from_another_folder_finds_it() {
    let (provider, mut home) = start();
    home.set("XDG_RUNTIME_DIR", ".");
    home.set("TMPDIR", ".");
    let output = token_that_cannot_be_saved(&home, &provider);
    assert_eq!(text(&output.stdout), "AT-1\n", "{}", text(&output.stderr));
    let mut elsewhere = home.program("token");
    let output = elsewhere.current_dir(home.state()).output().unwrap();
    assert_eq!(text(&output.stdout), "AT-2\n", "{}", text(&output.stderr));
    assert!(!provider.is_revoked());
}

/// After the rename, the save counts: the new refresh token is kept, and a sign-out is completed.
#[test]
fn where_the_folder_cannot_be_synced_what_was_saved_is_saved_and_a_warning_says_so() {
    let (provider, home) = start();
    let state = home.state();
    for command in ["token", "clear", "login --scope notes", "clear --all --yes"] {
        let unsynced = |error: &str| {
            let inject = format!("inject=fsync:error={error}");
            let options = ["-o", "/dev/null", "-P", state.to_str().unwrap(), "-e", "trace=fsync", "-e", &inject];
            strace(&options, &home.program(command)).output().unwrap()
        };
        for error in ["EIO", "EACCES"] {
            let before = fs::read(home.cache()).unwrap();
            let output = unsynced(error);
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{command}: {said}");
            assert_eq!(
                said.matches("warning: saved, but a system crash could undo the save").count(),
                1,
                "{command}: {said}"
            );
            assert_ne!(fs::read(home.cache()).unwrap(), before, "{command}");
            assert_eq!(provider.is_signed_out("RT-0"), command.starts_with("clear"), "{command}");
            home.sign_in_again();
            provider.reset();
        }
        // A file system without this call is not an error.
        let output = unsynced("ENOSYS");
        assert!(output.status.success() && !text(&output.stderr).contains("it is saved, but"), "{output:?}");
        home.sign_in_again();
        provider.reset();
    }
    assert!(!provider.is_revoked());
}

#[test]
fn without_flock_as_on_some_network_mounts_a_token_is_refreshed_and_no_lock_stays() {
    let (_provider, home) = start();
    let without_flock = ["-o", "/dev/null", "-e", "trace=flock", "-e", "inject=flock:error=ENOLCK"];
    let output = strace(&without_flock, &home.program("token")).output().unwrap();
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("AT-1\n".to_owned(), String::new()));
    assert_eq!(names(&home.state()), ["token_cache.json"]);
}

#[test]
fn links_stay_links_and_their_target_is_saved() {
    let (_provider, home) = start();
    let folder = home.path("elsewhere");
    fs::create_dir(&folder).unwrap();
    fs::rename(home.cache(), folder.join("real")).unwrap();
    symlink("real", folder.join("middle")).unwrap();
    symlink("../elsewhere/middle", home.cache()).unwrap();
    assert_eq!(home.answer("token"), "AT-1");
    assert!(fs::symlink_metadata(home.cache()).unwrap().is_symlink());
    assert!(fs::symlink_metadata(folder.join("middle")).unwrap().is_symlink());
    assert!(fs::read_to_string(folder.join("real")).unwrap().contains("RT-1"));
    assert_eq!(
        (names(&folder), names(&home.state())),
        (vec!["middle".into(), "real".into()], vec!["token_cache.json".to_owned()])
    );
}

#[test]
fn a_link_in_a_read_only_folder_is_followed_and_its_target_saved() {
    let (_provider, home) = start();
    let linked = "mkdir \"$STATE/../elsewhere\"; mv \"$STATE/token_cache.json\" \"$STATE/../elsewhere/real\"; \
                  ln -s ../elsewhere/real \"$STATE/token_cache.json\"; \
                  mount --bind \"$STATE\" \"$STATE\"; mount -o remount,ro,bind \"$STATE\"";
    let output = token_where(linked, &home);
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("AT-1\n".to_owned(), String::new()));
    let folder = home.path("elsewhere");
    assert!(fs::read_to_string(folder.join("real")).unwrap().contains("RT-1"));
    assert_eq!((names(&folder), names(&home.state())), (vec!["real".into()], vec!["token_cache.json".to_owned()]));
}

#[test]
fn a_link_to_nothing_is_nobody_signed_in_and_a_circle_is_an_error() {
    let (_provider, home) = start();
    fs::remove_file(home.cache()).unwrap();
    symlink("nothing", home.cache()).unwrap();
    assert!(home.failure(4, "token").starts_with("error: nobody is signed in\n"));
    fs::remove_file(home.cache()).unwrap();
    symlink("token_cache.json", home.cache()).unwrap();
    assert!(home.refusal("token").starts_with("error: cannot read "));
}

#[test]
fn under_sudo_the_owner_keeps_the_cache() {
    if !is_root_or_runs_again() {
        return;
    }
    let (_provider, home) = start();
    for path in [home.state(), home.cache()] {
        chown(path, Some(65_534), Some(65_534)).unwrap();
    }
    assert_eq!(home.answer("token"), "AT-1");
    let metadata = fs::metadata(home.cache()).unwrap();
    assert_eq!((metadata.uid(), metadata.gid(), home.mode()), (65_534, 65_534, 0o600));
}

#[test]
fn a_cache_that_others_can_read_is_closed_when_it_is_saved_and_says_so_once() {
    let (_provider, home) = start();
    fs::set_permissions(home.cache(), fs::Permissions::from_mode(0o644)).unwrap();
    let checked = home.tokcache("cache check");
    assert!(text(&checked.stderr).starts_with("warning: other users have access to "), "{checked:?}");
    for expected in ["warning: other users could read the cache until now; its mode is 0600 from now on\n", ""] {
        let output = home.tokcache("token --force-refresh");
        assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), expected));
        assert_eq!(home.mode(), 0o600);
    }
}

#[test]
fn a_folder_that_others_can_write_to_is_told_by_check() {
    let (_provider, home) = start();
    let check = |mode| {
        fs::set_permissions(home.state(), fs::Permissions::from_mode(mode)).unwrap();
        text(&home.tokcache("cache check").stderr)
    };
    let warning = format!("warning: other users have access to {}\n", home.state().display());
    assert_eq!([check(0o700), check(0o755), check(0o777), check(0o1777)], ["", "", &warning, ""]);
}

#[test]
fn what_is_no_file_is_refused_at_once_and_left_alone() {
    let (_provider, home) = start();
    let refused = |what: &str, why: &str| {
        // Beside a device, only root can create the lock file that a repair needs.
        let is_device = what.starts_with("/dev/");
        let commands = ["token", "token --force-refresh", "list", "login", "cache check --repair"];
        for command in commands.into_iter().filter(|command| !is_device || !command.ends_with("--repair")) {
            let start = Instant::now();
            let said = home.refusal(&format!("{command} --store file:{what}"));
            assert!(said.starts_with("error: cannot ") && said.contains(why), "{command:?}: {said}");
            assert!(start.elapsed() < AT_ONCE, "{command:?} took {:?}", start.elapsed());
        }
    };
    let path = |name: &str| home.state().join(name).display().to_string();
    fs::create_dir(path("folder")).unwrap();
    assert!(Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
    let before = names(&home.state());
    refused(&path("folder"), "it is a folder");
    refused(&path("pipe"), "it is no regular file");
    refused(&path("socket"), "No such device or address");
    refused("/dev/zero", "it is no regular file");
    assert_eq!(names(&home.state()), before);
}

#[test]
fn what_stands_in_the_locks_place_and_is_no_file_is_neither_followed_nor_waited_for() {
    let (provider, home) = start();
    let lock = home.state().join("token_cache.json.lockfile");
    let precious = home.path("precious");
    put(&precious, "1 tokcache");
    let refused = |why: &str| {
        for command in ["token", "clear --all --yes"] {
            let said = home.refusal(command);
            assert!(said.starts_with(&format!("error: cannot lock {}: {why}", lock.display())), "{said}");
            assert!(said.ends_with(&format!("\n  try: ls -ld {}\n", lock.display())), "{said}");
        }
        assert_eq!(provider.turn(), 0, "the refresh token was spent");
        home.sign_in_again();
    };
    symlink(&precious, &lock).unwrap();
    refused("it is a symbolic link");
    fs::create_dir(&lock).unwrap();
    refused("Is a directory");
    assert!(Command::new("mkfifo").arg(&lock).status().unwrap().success());
    refused("it is no regular file");
    assert_eq!(fs::read_to_string(precious).unwrap(), "1 tokcache");
}

#[test]
fn without_a_home_the_system_is_asked_for_it_and_missing_folders_are_nobody_signed_in() {
    let run = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tokcache"));
        let output = command.args(arguments).env_clear().envs(variables.iter().copied()).output().unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, path, _) = run(&[], &["cache", "path"]);
    assert!(code == Some(0) && Path::new(path.trim()).is_absolute(), "{path}");
    let nowhere = [("HOME", "/no/home"), ("XDG_STATE_HOME", "/no/state"), ("XDG_CONFIG_HOME", "/no/config")];
    assert_eq!(run(&nowhere, &["cache", "path"]).1.trim(), "/no/state/tokcache/token_cache.json");
    assert_eq!(run(&nowhere[..1], &["cache", "path"]).1.trim(), "/no/home/.local/state/tokcache/token_cache.json");
    let (code, stdout, stderr) = run(&nowhere, &["token", "--scope", "notes"]);
    assert_eq!((code, stdout.as_str()), (Some(4), ""));
    assert!(stderr.starts_with("error: nobody has signed in"), "{stderr}");
}

#[test]
fn ten_thousand_stale_files_delay_nobody_and_are_gone_after_some_runs() {
    let (_provider, home) = start();
    for at in 0..5_000 {
        put(&home.state().join(format!(".tokcache-token_cache.json-{at:06}")), "x");
        put(&home.state().join(format!("token_cache.json.refresh-{at:016x}")), "99999999 tokcache");
    }
    let start = Instant::now();
    for _ in 0..12 {
        home.answer("token --force-refresh");
    }
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    assert_eq!(names(&home.state()), ["token_cache.json"]);
}

#[test]
fn a_server_that_is_down_is_not_asked_thrice_by_each_of_many() {
    let (provider, home) = start();
    for name in ["config/profiles/default.toml", "state/token_cache.json"] {
        home.edit(name, &provider.authority(), "http://127.0.0.1:1");
    }
    let start = Instant::now();
    let mut program = home.program("token");
    program.stdout(Stdio::null()).stderr(Stdio::piped());
    let many: Vec<_> = (0..20).map(|_| program.spawn().unwrap()).collect();
    for one in many {
        let output = one.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(5), "{}", text(&output.stderr));
    }
    // One after the other, with a second each, would take 20 s.
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}
