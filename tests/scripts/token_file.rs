//! The file with a token that `exec --token-file` keeps fresh.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::api::numbered;
use crate::support::home::Home;
use crate::support::{failure_of, names, text};
use crate::wait_until;

/// A program that is killed at the end of the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a program that runs until it is told to end, with the token in the file `token`.
fn running(home: &Home, flags: &str) -> Running {
    let line = format!("exec --token-file=token {flags} -- sh -c");
    let mut program = home.program(&line.replace("  ", " "));
    program.arg("while [ ! -e end ]; do sleep 0.02; done; rm end").stderr(Stdio::piped());
    Running(program.spawn().unwrap())
}

/// Ends the program, and returns what was printed on stderr.
fn end(home: &Home, mut running: Running) -> String {
    home.write("end", "");
    assert!(running.0.wait().unwrap().success());
    let mut said = String::new();
    running.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    said
}

fn token(home: &Home) -> String {
    fs::read_to_string(home.path("token")).unwrap_or_default()
}

#[test]
fn the_file_is_private_and_gone_when_the_program_has_ended() {
    let home = Home::signed_in();
    let script = "stat -c '%a %n' \"$ACCESS_TOKEN_FILE\" \"$(dirname \"$ACCESS_TOKEN_FILE\")\"; \
                  cat \"$ACCESS_TOKEN_FILE\"; echo \"[$ACCESS_TOKEN]\"";
    let output = home.program("exec --token-file -- sh -c").arg(script).output().unwrap();
    let shown = text(&output.stdout);
    let lines: Vec<_> = shown.lines().collect();
    let folder = home.path("run").display().to_string();
    assert!(lines[0].starts_with(&format!("600 {folder}/tokcache-")) && lines[0].ends_with("/token"), "{shown}");
    assert!(lines[1].starts_with(&format!("700 {folder}/tokcache-")), "{shown}");
    assert_eq!(lines[2], "AT-bob[]", "{shown}");
    wait_until("the folder is gone", || names(&home.path("run")).is_empty());

    let mut named = home.program("exec --token-file named --env WEB_IDENTITY -- sh -c");
    let output = named.arg("echo $WEB_IDENTITY; stat -c %a named").output().unwrap();
    assert_eq!(text(&output.stdout), format!("{}\n600\n", home.path("named").display()));
    wait_until("the file is gone", || !home.path("named").exists());
}

#[test]
fn the_token_is_replaced_before_it_expires_and_readers_never_find_half_of_one() {
    let provider = numbered(3, |_, _| true);
    let home = Home::signed_in();
    home.use_provider(&provider.address());
    let child = running(&home, "--force-refresh");
    wait_until("there is a token", || token(&home) == "AT-1");
    let first = fs::metadata(home.path("token")).unwrap().ino();
    let mut all = Vec::new();
    wait_until("two refreshes", || {
        all.push(token(&home));
        all.last().unwrap() == "AT-3"
    });
    all.dedup();
    assert_eq!(all, ["AT-1", "AT-2", "AT-3"]);
    let metadata = fs::metadata(home.path("token")).unwrap();
    assert!(metadata.ino() != first && metadata.permissions().mode() & 0o777 == 0o600);
    assert_eq!(end(&home, child), "");
    wait_until("the file is gone", || !home.path("token").exists());
}

#[test]
fn a_provider_that_is_down_is_asked_again_and_told_once() {
    let provider = numbered(3, |request, _| request == 1 || request > 3);
    let home = Home::signed_in();
    home.use_provider(&provider.address());
    let child = running(&home, "--force-refresh --timeout 1s");
    wait_until("there is a token", || token(&home) == "AT-1");
    wait_until("the refresh succeeds in the end", || token(&home).len() > 3 && token(&home) != "AT-1");
    let said = end(&home, child);
    assert_eq!(said.matches("warning: the token in").count(), 1, "{said}");
    assert!(said.contains("is not renewed"), "{said}");
}

#[test]
fn a_program_that_is_killed_leaves_neither_the_file_nor_a_process() {
    let home = Home::signed_in();
    let mut running = running(&home, "");
    let child = &mut running.0;
    wait_until("there is a token", || token(&home) == "AT-bob");
    let keeper = keeper_of(child.id()).expect("the process that renews the file");
    assert_ne!(parent_of(keeper), child.id(), "the program has no child that it does not know");
    kill_process(Pid::from_raw(keeper.cast_signed()).unwrap(), Signal::TERM).unwrap();
    kill_process(Pid::from_child(child), Signal::KILL).unwrap();
    child.wait().unwrap();
    wait_until("the file is gone", || !home.path("token").exists());
    wait_until("the process has ended", || keeper_of(child.id()).is_none());
}

#[test]
fn the_arguments_of_the_program_are_not_repeated_by_another_process() {
    let home = Home::signed_in();
    let child = home.program("exec --token-file=token -- sh -c").arg("sleep 60 # canary").spawn().unwrap();
    let running = Running(child);
    wait_until("there is a token", || token(&home) == "AT-bob");
    let keeper = keeper_of(running.0.id()).unwrap();
    let words = fs::read_to_string(format!("/proc/{keeper}/cmdline")).unwrap();
    assert!(words.contains("exec\0--token-file=token\0--\0") && !words.contains("canary"), "{words}");
}

#[test]
fn what_is_no_regular_file_is_left_alone_and_a_file_of_another_run_too() {
    let home = Home::signed_in();
    fs::create_dir(home.path("folder")).unwrap();
    symlink("/dev/null", home.path("link")).unwrap();
    for name in ["folder", "link", "/dev/null"] {
        let output = home.tokcache(&format!("exec --token-file={name} -- touch started"));
        assert!(failure_of(2, &output).contains("is not a regular file"), "{name}");
    }
    failure_of(3, &home.tokcache("exec --token-file=missing/token -- touch started"));
    failure_of(2, &home.tokcache("exec --token-file --assertion-file - -- touch started"));
    assert!(!home.path("started").exists());

    let child = running(&home, "");
    wait_until("there is a token", || token(&home) == "AT-bob");
    home.write("token", "another run");
    end(&home, child);
    #[expect(clippy::disallowed_methods, reason = "the file must stay")]
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(token(&home), "another run");
}

/// Returns the process that renews the file for a program.
fn keeper_of(program: u32) -> Option<u32> {
    let name = format!("tokcache-refreshes-token-file-for-{program}\0");
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let mut numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.find(|number| {
        fs::read(format!("/proc/{number}/cmdline")).is_ok_and(|words| words.starts_with(name.as_bytes()))
    })
}

fn parent_of(process: u32) -> u32 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    stat.rsplit_once(") ").unwrap().1.split(' ').nth(1).unwrap().parse().unwrap()
}
