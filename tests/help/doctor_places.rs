//! Faults of folders, files and file systems that `doctor` finds.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::Output;

use tokcache_testing::servers::unshare_options;

use crate::doctor::{examined, found, healthy, read, run};
use crate::support::home::Home;
use crate::support::root::is_root_or_runs_again;
use crate::support::text;

/// Runs `doctor` after `script` has mounted something.
pub(crate) fn examined_where(script: &str, home: &Home) -> Output {
    let mut command = home.command("unshare");
    command.args(unshare_options(&["--mount"]));
    let script = format!("set -e; {script}; exec \"$0\" doctor --offline -o json");
    command.args(["sh", "-c", &script, env!("CARGO_BIN_EXE_tokcache")]).env("STATE", home.path("state"));
    let output = command.output().unwrap();
    let said = text(&output.stderr);
    assert!(!said.contains("unshare:") && !said.contains("mount:"), "this test needs to mount something: {said}");
    output
}

#[test]
fn each_weak_permission_is_found_and_the_suggested_command_mends_it() {
    for (name, mode, check, severity, status) in [
        ("state/token_cache.json", 0o644, "cache", "warning", 7),
        ("state", 0o777, "cache", "warning", 7),
        ("config/profiles", 0o777, "profiles", "problem", 3),
        ("config", 0o777, "profiles", "problem", 3),
        ("config/profiles/default.toml", 0o666, "profiles", "problem", 3),
    ] {
        let home = healthy();
        fs::set_permissions(home.path(name), fs::Permissions::from_mode(mode)).unwrap();
        let (found_status, findings) = examined(&home, "--offline");
        let command = found(&findings, check, severity, name.rsplit('/').next().unwrap());
        assert_eq!(found_status, status, "{name}: {findings:#?}");
        run(&home, &command);
        let (status, findings) = examined(&home, "--offline");
        assert_eq!(status, 0, "{name}, after {command}: {findings:#?}");
    }
}

#[test]
fn a_folder_of_another_user_is_found_and_the_suggested_command_mends_it() {
    if !is_root_or_runs_again() {
        return;
    }
    for (name, check) in [("state", "cache"), ("config/profiles", "profiles")] {
        let home = healthy();
        chown(home.path(name), Some(65_534), None).unwrap();
        let (_, findings) = examined(&home, "--offline");
        let command = found(&findings, check, "warning", "another user could replace");
        assert!(command.starts_with("chown "), "{command}");
        run(&home, &command);
        let (status, findings) = examined(&home, "--offline");
        assert_eq!(status, 0, "{name}, after {command}: {findings:#?}");
    }
}

#[test]
fn a_profile_that_cannot_be_read_is_found_even_if_it_is_not_selected() {
    let home = healthy();
    home.write("config/profiles/other.toml", "authorty = \"https://id.example.com\"");
    let (status, findings) = examined(&home, "--offline");
    let command = found(&findings, "profiles", "problem", "did you mean `authority`?");
    assert!(status == 3 && command.contains("other.toml"), "{command}");
    found(&findings, "sign-in", "ok", "bob@example.com");
}

#[test]
fn the_file_of_a_folder_that_is_not_trusted_is_found() {
    let home = healthy();
    fs::create_dir(home.path("project")).unwrap();
    home.write("project/.tokcache.toml", "profile = \"default\"");
    let examined = |home: &Home| {
        let mut command = home.program("doctor --offline -o json");
        read(&command.current_dir(home.path("project")).output().unwrap())
    };
    let (status, findings) = examined(&home);
    assert_eq!(status, 3);
    run(&home, &found(&findings, "profile", "problem", "not trusted it"));
    let (status, findings) = examined(&home);
    found(&findings, "profile", "ok", "selected by");
    assert_eq!(status, 0, "{findings:#?}");
}

#[test]
fn a_cache_that_cannot_be_written_is_found() {
    let home = healthy();
    let script = "mount --bind \"$STATE\" \"$STATE\"; mount -o remount,ro,bind \"$STATE\"";
    let (status, findings) = read(&examined_where(script, &home));
    let command = found(&findings, "cache", "warning", "no token is refreshed");
    assert_eq!((status, command), (7, format!("ls -ld {}", home.path("state").display())));
}

#[test]
fn a_full_file_system_is_found() {
    let home = healthy();
    let script = "cp \"$STATE/token_cache.json\" \"$STATE/../seed\"; mount -t tmpfs -o size=64k,mode=700 none \"$STATE\"; \
                  cp -p \"$STATE/../seed\" \"$STATE/token_cache.json\"; rm \"$STATE/../seed\"; \
                  dd if=/dev/zero of=\"$STATE/filler\" bs=1k 2>/dev/null || true";
    let (status, findings) = read(&examined_where(script, &home));
    let command = found(&findings, "cache", "problem", "is full");
    assert_eq!((status, command), (7, format!("df -h {}", home.path("state").display())));
}

/// A real FUSE file system. The kernels of test machines rarely have NFS.
#[test]
fn a_file_system_that_may_be_on_another_machine_is_noted() {
    let home = healthy();
    let script = "mkdir \"$STATE/../real\"; mv \"$STATE/token_cache.json\" \"$STATE/../real\"; \
                  bindfs \"$STATE/../real\" \"$STATE\"";
    let output = examined_where(script, &home);
    let said = text(&output.stderr);
    assert!(!said.contains("bindfs:"), "bindfs is needed, and /dev/fuse: {said}");
    let (status, findings) = read(&output);
    let command = found(&findings, "cache", "note", "on a FUSE file system");
    assert_eq!((status, command.as_str()), (0, "tokcache cache copy --to URL"), "{findings:#?}");
    let (_, findings) = examined(&healthy(), "--offline");
    assert!(!findings.iter().any(|finding| finding["message"].to_string().contains("file system")), "{findings:#?}");
}
