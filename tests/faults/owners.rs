//! Tests files of other users: which of them are trusted, and the owner of files that root creates.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::provider::Provider;
use crate::support::home::Home;
use crate::support::root::{is_root, is_root_or_runs_again};
use crate::support::{answer_of, failure_of, provider, put, text};

const STRANGER: u32 = 65_534;
const USER: u32 = 12_345;
const PROFILE: &str = "config/profiles/default.toml";

fn give(path: impl AsRef<Path>, user: u32) {
    std::os::unix::fs::lchown(path, Some(user), Some(user)).unwrap();
}

fn give_all(path: &Path, user: u32) {
    give(path, user);
    if path.is_dir() && !path.is_symlink() {
        fs::read_dir(path).unwrap().for_each(|entry| give_all(&entry.unwrap().path(), user));
    }
}

fn mode(path: impl AsRef<Path>, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Runs tokcache as another user.
fn as_user(user: u32, home: &Home, line: &str) -> Output {
    let mut command = home.command(program(home));
    command.args(line.split(' ')).uid(user).gid(user);
    command.output().unwrap()
}

/// Returns everything in a folder, with its owner.
fn owners(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.push((path.clone(), fs::symlink_metadata(&path).unwrap().uid()));
        if path.is_dir() && !path.is_symlink() {
            all.extend(owners(&path));
        }
    }
    all
}

#[track_caller]
fn assert_not_believed(home: &Home, provider: &Provider, why: &str) {
    let said = home.failure(3, "token");
    assert!(said.starts_with("error: cannot read ") && said.contains(why), "{said}");
    assert_eq!(provider.turn(), 0, "the refresh token went to the stranger");
}

#[test]
fn a_profile_of_another_user_is_not_believed_whoever_runs() {
    if !is_root_or_runs_again() {
        return;
    }
    let provider = Provider::start();
    for path in [PROFILE, "config/profiles", "config"] {
        let home = Home::at(&provider);
        mode(home.path(PROFILE), 0o644);
        give(home.path(path), STRANGER);
        assert_not_believed(&home, &provider, "it belongs to the user 65534");
        // The whole folder, as another user could create it beforehand.
        give_all(&home.path("config"), STRANGER);
        assert_not_believed(&home, &provider, "it belongs to the user 65534");
        give_all(home.folder(), USER);
        give_all(&home.path(path), STRANGER);
        mode(home.path("config/profiles"), 0o755);
        let said = failure_of(3, &as_user(USER, &home, "token"));
        assert!(said.contains("it belongs to the user 65534"), "{said}");
    }
    assert_eq!(provider.turn(), 0);
}

#[test]
fn a_profile_that_is_a_link_of_or_to_somebody_else_is_not_believed() {
    if !is_root_or_runs_again() {
        return;
    }
    let provider = Provider::start();
    let home = Home::at(&provider);
    let elsewhere = home.path("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let target = elsewhere.join("planted.toml");
    fs::rename(home.path(PROFILE), &target).unwrap();
    symlink(&target, home.path(PROFILE)).unwrap();
    // A link of the user to a file of the user, as dotfile managers create it.
    assert_eq!(home.answer("token"), "AT-1");
    home.sign_in_again();
    provider.reset();

    give(&target, STRANGER);
    assert_not_believed(&home, &provider, "it belongs to the user 65534");
    give(&target, 0);
    give(&elsewhere, STRANGER);
    assert_not_believed(&home, &provider, "it belongs to the user 65534");
    give(&elsewhere, 0);
    give(home.path(PROFILE), STRANGER);
    assert_not_believed(&home, &provider, "it belongs to the user 65534");
    give(home.path(PROFILE), 0);
    // A link of a stranger on the way.
    symlink("planted.toml", elsewhere.join("hop")).unwrap();
    give(elsewhere.join("hop"), STRANGER);
    fs::remove_file(home.path(PROFILE)).unwrap();
    symlink(elsewhere.join("hop"), home.path(PROFILE)).unwrap();
    assert_not_believed(&home, &provider, "it belongs to the user 65534");
}

#[test]
fn a_profile_that_others_could_have_written_or_replaced_is_not_believed() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    for (path, bad, good) in [(PROFILE, 0o646, 0o644), ("config/profiles", 0o757, 0o755), ("config", 0o777, 0o700)] {
        mode(home.path(path), bad);
        assert_not_believed(&home, &provider, &format!("its mode is {bad:04o}, and other users can change it"));
        let said = home.failure(3, "token");
        assert!(said.ends_with(&format!("  try: chmod go-w {}\n", home.path(path).display())), "{said}");
        mode(home.path(path), good);
    }
    // As in /tmp, other users cannot replace the user's own files.
    mode(home.path("config"), 0o1777);
    assert_eq!(home.answer("token"), "AT-1");
}

#[test]
fn in_a_folder_for_everybody_a_strangers_link_to_ones_own_profiles_is_not_followed() {
    if !is_root_or_runs_again() {
        return;
    }
    let provider = Provider::start();
    let mut home = Home::at(&provider);
    let shared = home.path("shared");
    fs::create_dir(&shared).unwrap();
    mode(&shared, 0o1777);
    symlink(home.path("config"), shared.join("config")).unwrap();
    home.set("TOKCACHE_CONFIG_DIR", shared.join("config"));
    give(shared.join("config"), STRANGER);
    assert_not_believed(&home, &provider, "it belongs to the user 65534");
}

#[test]
fn a_profile_in_a_linked_folder_is_believed_only_where_nobody_else_could_exchange_that_folder() {
    if !is_root_or_runs_again() {
        return;
    }
    let provider = Provider::start();
    for linked in ["config/profiles", "config"] {
        let home = Home::at(&provider);
        let elsewhere = home.path("elsewhere");
        fs::create_dir_all(elsewhere.join("sub")).unwrap();
        fs::rename(home.path(linked), elsewhere.join("sub/linked")).unwrap();
        symlink(elsewhere.join("sub/linked"), home.path(linked)).unwrap();
        home.answer("profile show");

        for folder in ["elsewhere/sub", "elsewhere"] {
            give(home.path(folder), STRANGER);
            assert_not_believed(&home, &provider, "it belongs to the user 65534");
            give(home.path(folder), 0);
            mode(home.path(folder), 0o757);
            assert_not_believed(&home, &provider, "its mode is 0757");
            mode(home.path(folder), 0o755);
        }
        give(home.path(linked), STRANGER);
        assert_not_believed(&home, &provider, "it belongs to the user 65534");
        give(home.path(linked), 0);
        home.answer("profile show");
    }
}

#[test]
fn a_group_may_write_a_profile_only_where_it_is_the_owners_own_or_root_says_so() {
    if !is_root_or_runs_again() {
        return;
    }
    let provider = Provider::start();
    let home = Home::at(&provider);
    for (path, open, closed) in [(PROFILE, 0o664, 0o644), ("config/profiles", 0o775, 0o755), ("config", 0o770, 0o700)] {
        give_all(home.folder(), USER);
        mode(home.path(path), open);
        for (owner, group, is_believed) in
            [(USER, USER, true), (USER, STRANGER, false), (USER, 0, false), (0, STRANGER, path != "config")]
        {
            chown(home.path(path), Some(owner), Some(group)).unwrap();
            let shown = as_user(USER, &home, "profile show");
            let said = text(&shown.stderr);
            assert_eq!(shown.status.success(), is_believed, "{path} of {owner}:{group}: {said}");
            let mode = format!("its mode is {open:04o}, and other users can change it");
            assert!(is_believed || owner == 0 || said.contains(&mode), "{said}");
        }
        mode(home.path(path), closed);
    }
}

#[test]
fn a_profile_that_is_exchanged_while_it_is_read_is_never_the_strangers() {
    if !is_root_or_runs_again() {
        return;
    }
    let provider = Provider::start();
    let home = Home::at(&provider);
    let (profile, own) = (home.path(PROFILE), home.path("config/profiles/own"));
    let planted = home.path("config/profiles/planted");
    fs::rename(&profile, &own).unwrap();
    let believed = fs::read_to_string(&own).unwrap();
    put(&planted, believed.replace("client_id = \"app\"", "client_id = \"planted\""));
    give(&planted, STRANGER);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let next = home.path("config/profiles/next");
            while !is_over.load(Ordering::Relaxed) {
                for target in [&own, &planted] {
                    symlink(target, &next).unwrap();
                    fs::rename(&next, &profile).unwrap();
                }
            }
        });
        let outcomes: Vec<_> = (0..150).map(|_| home.tokcache("profile show")).collect();
        is_over.store(true, Ordering::Relaxed);
        for outcome in outcomes {
            assert!(!text(&outcome.stdout).contains("planted"), "{outcome:?}");
        }
    });
}

#[test]
fn nobody_signs_in_where_the_profile_would_not_be_believed() {
    if !is_root_or_runs_again() {
        return;
    }
    let server = provider::Provider::start(provider::generous);
    let home = Home::empty();
    give(home.path("config"), STRANGER);
    let authority = format!("{}/tenant", server.address());
    let said = home.failure(3, &format!("login --authority {authority} --client-id app --scope notes"));
    assert!(said.starts_with("error: cannot write ") && said.contains("it belongs to the user 65534"), "{said}");
    assert!(!said.contains("enter the code"), "{said}");
}

#[test]
fn what_root_does_in_a_users_home_is_left_to_that_user() {
    if !is_root_or_runs_again() {
        return;
    }
    let server = provider::Provider::start(provider::generous);
    for platform_folders in [true, false] {
        let mut home = Home::empty();
        if platform_folders {
            for name in ["TOKCACHE_CONFIG_DIR", "TOKCACHE_STATE_DIR", "XDG_RUNTIME_DIR"] {
                home.set(name, "");
            }
        }
        give_all(home.folder(), USER);
        let authority = format!("{}/tenant", server.address());
        let key = home.path("key");
        for line in [
            &format!(
                "login --authority {authority} --client-id app --scope notes --encrypt key-file:{}",
                key.display()
            ),
            "token",
            "token --force-refresh",
            "profile set other --client-id x",
            "cache decrypt",
            "list",
        ] {
            let output = home.tokcache(line);
            assert!(output.status.success(), "{line}: {}", text(&output.stderr));
        }
        let foreign: Vec<_> = owners(home.folder()).into_iter().filter(|(_, owner)| *owner != USER).collect();
        assert!(foreign.is_empty(), "{foreign:?}");
        assert!(key.exists());
        for line in ["token", "profile show", "cache check", "token --force-refresh"] {
            let output = as_user(USER, &home, line);
            assert!(output.status.success(), "{line}: {}", text(&output.stderr));
        }
    }
}

#[test]
fn a_lock_that_root_leaves_behind_in_a_users_home_is_the_users() {
    if !is_root_or_runs_again() {
        return;
    }
    let provider = Provider::start();
    let home = Home::at(&provider);
    give_all(home.folder(), USER);
    // Killed while it holds the lock.
    let mut killed = Command::new("strace");
    let log = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:signal=KILL"];
    killed.args(log).arg(env!("CARGO_BIN_EXE_tokcache")).arg("token").env_clear();
    killed.envs(home.program("token").get_envs().filter_map(|(name, value)| Some((name, value?))));
    assert!(!killed.output().unwrap().status.success());
    let left = owners(home.folder());
    assert!(left.iter().any(|(path, _)| path.to_string_lossy().contains(".refresh-")), "{left:?}");
    assert!(left.iter().all(|(_, owner)| *owner == USER), "{left:?}");
}

#[test]
fn root_gives_nothing_to_a_stranger_whose_folder_lies_where_everybody_can_make_one() {
    if !is_root_or_runs_again() {
        return;
    }
    let server = provider::Provider::start(provider::generous);
    let mut home = Home::empty();
    let shared = home.path("shared");
    fs::create_dir(&shared).unwrap();
    mode(&shared, 0o1777);
    let trap = shared.join("state");
    fs::create_dir(&trap).unwrap();
    give(&trap, STRANGER);
    home.set("TOKCACHE_STATE_DIR", &trap);
    let authority = format!("{}/tenant", server.address());
    answer_of(&home.tokcache(&format!("login --authority {authority} --client-id app --scope notes")));
    let cache = trap.join("token_cache.json");
    let found = fs::metadata(&cache).unwrap();
    assert_eq!((found.uid(), found.mode() & 0o777), (0, 0o600));
    chown(&cache, Some(STRANGER), None).unwrap();
    let said = home.failure(7, "token");
    assert!(said.contains("it belongs to the user 65534"), "{said}");
}

#[test]
fn with_a_mode_mask_that_hides_files_from_their_owner_the_next_run_can_read_them() {
    let server = provider::Provider::start(provider::generous);
    let home = Home::empty();
    give_all_if_root(home.folder());
    let authority = format!("{}/tenant", server.address());
    let line = format!("umask 0777; exec \"$0\" login --authority {authority} --client-id app --scope notes");
    let script = |line: &str| {
        let mut command = home.command("sh");
        command.args(["-c", line, &program(&home)]);
        as_nobody_if_root(&mut command);
        command.output().unwrap()
    };
    for line in [line.as_str(), "exec \"$0\" token", "exec \"$0\" token --force-refresh", "exec \"$0\" profile show"] {
        let output = script(line);
        assert!(output.status.success(), "{line}: {}", text(&output.stderr));
    }
    assert_eq!(fs::metadata(home.cache()).unwrap().mode() & 0o777, 0o600);
}

fn give_all_if_root(folder: &Path) {
    if is_root() {
        give_all(folder, USER);
    }
}

fn as_nobody_if_root(command: &mut Command) {
    if is_root() {
        command.uid(USER).gid(USER);
    }
}

/// Returns a copy of the program that every user can run.
fn program(home: &Home) -> String {
    let copy = home.path("tokcache");
    if !copy.exists() {
        // Copied by another process: a file that this process has open for writing cannot be run.
        assert!(Command::new("cp").arg(env!("CARGO_BIN_EXE_tokcache")).arg(&copy).status().unwrap().success());
        mode(&copy, 0o755);
    }
    copy.display().to_string()
}

#[test]
fn check_names_every_folder_above_by_which_somebody_else_could_replace_the_cache() {
    if !is_root_or_runs_again() {
        return;
    }
    let mut home = Home::signed_in();
    mode(home.cache(), 0o600);
    let check = |home: &Home| text(&home.tokcache("cache check").stderr);
    assert_eq!(check(&home), "");
    let above = home.path("above");
    fs::create_dir_all(above.join("deep")).unwrap();
    fs::rename(home.path("state"), above.join("deep/state")).unwrap();
    home.set("TOKCACHE_STATE_DIR", above.join("deep/state"));
    assert_eq!(check(&home), "");
    give(&above, STRANGER);
    let warning = format!(
        "warning: another user could replace the cache through {0}: it belongs to the user 65534, who could change \
         it; to repair it: chown -h 0 {0}\n",
        above.display()
    );
    assert_eq!(check(&home), warning);
    give(&above, 0);
    mode(&above, 0o757);
    let said = check(&home);
    assert!(said.contains("its mode is 0757") && said.contains(&format!("chmod go-w {}\n", above.display())), "{said}");
    // As in /tmp, only a stranger's entries in it are at risk.
    mode(&above, 0o1777);
    assert_eq!(check(&home), "");
    give(above.join("deep"), STRANGER);
    assert!(check(&home).contains(&format!("through {}", above.join("deep").display())), "{}", check(&home));
    give(above.join("deep"), 0);
    // The target of a link is checked too.
    let elsewhere = home.path("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::rename(above.join("deep/state"), elsewhere.join("state")).unwrap();
    symlink(elsewhere.join("state"), above.join("deep/state")).unwrap();
    give(&elsewhere, STRANGER);
    assert!(check(&home).contains(&format!("through {}", elsewhere.display())), "{}", check(&home));
    give(&elsewhere, 0);
    // In such a home, even the profile is not trusted.
    mode(home.folder(), 0o777);
    let said = home.failure(3, "cache check");
    assert!(said.contains(&format!("{}: its mode is 0777", home.folder().display())), "{said}");
}
