//! Other processes: this test binary, controlled by its environment.

use std::fmt::{self, Display};
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tokcache_core::store::{Change, StoreError};
use tokcache_file::LocalStore;

use crate::cache::{PATIENCE, Wait, adding, document, file_store, lease_in_time, lines, loaded, replacing, sleep};
use crate::{neighbours, processes};

const ROLE: &str = "TOKCACHE_TEST_ROLE";
const CACHE: &str = "TOKCACHE_TEST_CACHE";
const TURNS: &str = "TOKCACHE_TEST_TURNS";
/// Precedes a child's answer, because the test harness prints too.
const ANSWER: &str = "answer: ";

/// The task of a child.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    /// Adds one line in each turn, and logs the beginning and the end.
    Append,
    /// Calls `ensure_room`.
    EnsureRoom,
    /// Takes the cache lock, reports it, and keeps it.
    HoldLock,
    /// Takes a lease, reports it, and keeps it.
    HoldLease,
    /// Reads once.
    Load,
    /// Adds one line in each turn by the protocol of msal-extensions.
    MsalAppend,
    /// Adds large lines endlessly.
    Grow,
    /// Waits for its turn, and reports the number of threads.
    Queue,
    /// Gets "a token", from the cache or by the only refresh.
    Refresh,
    /// Saves another document.
    Replace,
}

const ROLES: [Role; 10] = [
    Role::Append,
    Role::EnsureRoom,
    Role::HoldLock,
    Role::HoldLease,
    Role::Load,
    Role::MsalAppend,
    Role::Grow,
    Role::Queue,
    Role::Refresh,
    Role::Replace,
];

impl Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

/// The arguments that make this binary a child.
const ARGUMENTS: [&str; 4] = ["child::does_its_part", "--exact", "--ignored", "--nocapture"];

fn binary() -> PathBuf {
    std::env::current_exe().unwrap()
}

/// Returns the command of a child.
pub(crate) fn child(role: Role, cache: &Path, turns: usize) -> Command {
    let mut command = Command::new(binary());
    command.args(ARGUMENTS);
    tell(&mut command, role, cache, turns);
    command
}

/// Sets the environment of a child's command.
fn tell(command: &mut Command, role: Role, cache: &Path, turns: usize) {
    command.env(ROLE, role.to_string()).env(CACHE, cache).env(TURNS, turns.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
}

/// Runs children at the same time, and returns their answers when all have succeeded.
pub(crate) fn run_all(commands: Vec<Command>) -> Vec<String> {
    let spawn = |mut command: Command| command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let children: Vec<Child> = commands.into_iter().map(spawn).collect();
    children.into_iter().map(|child| answer(&child.wait_with_output().unwrap())).collect()
}

/// Returns the answer of a child, which must have succeeded.
pub(crate) fn answer(output: &Output) -> String {
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "a child failed: {}\n{stdout}\n{stderr}", output.status);
    let (_, rest) = stdout.split_once(ANSWER).unwrap_or_else(|| panic!("no answer\n{stdout}\n{stderr}"));
    rest.lines().next().unwrap_or_default().to_owned()
}

/// Starts a child and waits until it holds its lock or lease.
pub(crate) fn holder(role: Role, cache: &Path) -> Child {
    let mut child = child(role, cache, 0).spawn().unwrap();
    let mut said = String::new();
    let stdout = child.stdout.as_mut().unwrap();
    while !said.contains(ANSWER) {
        let mut byte = [0];
        assert_eq!(stdout.read(&mut byte).unwrap(), 1, "the child ended: {said}");
        said.push(byte[0].into());
    }
    child
}

/// Runs a child without root's power over modes: as the current user, or as nobody.
#[cfg(unix)]
pub(crate) fn nobody_does(role: Role, cache: &Path) -> String {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    let folder = tempfile::tempdir().unwrap();
    let binary = folder.path().join("child");
    // Copied by another process: a file that this process has open for writing cannot be run while a third process
    // starts.
    assert!(Command::new("cp").arg(self::binary()).arg(&binary).status().unwrap().success());
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(binary);
    command.args(ARGUMENTS).current_dir("/");
    tell(&mut command, role, cache, 0);
    if std::fs::metadata(folder.path()).unwrap().uid() == 0 {
        command.uid(65_534).gid(65_534);
    }
    answer(&command.output().unwrap())
}

#[test]
#[ignore = "the other tests start it, with something to do"]
fn does_its_part() {
    let told = |name| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: only other tests run this"));
    let role = told(ROLE);
    let role = ROLES.into_iter().find(|known| known.to_string() == role).expect("a known role");
    let answer = play(role, Path::new(&told(CACHE)), told(TURNS).parse().unwrap());
    say(&answer);
}

/// Bypasses the harness's buffer, so that the parent gets the line at once.
fn say(answer: &str) {
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{ANSWER}{answer}").unwrap();
    stdout.flush().unwrap();
}

fn play(role: Role, cache: &Path, turns: usize) -> String {
    let store = file_store(cache);
    match role {
        Role::Append => processes::append(cache, turns),
        Role::EnsureRoom => told(store.ensure_room(10_000).map(|()| "room")),
        Role::Grow => grow(&store),
        Role::HoldLease => {
            let _lease = lease_in_time(&store, &mut |_| Wait::More).unwrap();
            hold()
        }
        Role::HoldLock => told(store.update(&mut |_| hold()).map(|_| "given up")),
        Role::Load => loaded(&store).map_or("absent".to_owned(), |lines| lines.join(",")),
        Role::MsalAppend => neighbours::msal_append(cache, turns),
        Role::Queue => processes::queue(cache),
        Role::Refresh => processes::refresh(cache),
        Role::Replace => told(store.update(&mut |_| replacing(&document(&["replaced"]))).map(|_| "replaced")),
    }
}

fn told(outcome: Result<&str, StoreError>) -> String {
    outcome.map_or_else(|error| error.to_string(), str::to_owned)
}

fn hold<Nothing>() -> Nothing {
    say("holding");
    loop {
        sleep(PATIENCE);
    }
}

/// Replaces the document by another large one in each turn, until it is killed.
fn grow(store: &dyn LocalStore) -> ! {
    let large = "x".repeat(500_000);
    say("growing");
    loop {
        store
            .update(&mut |bytes| {
                let turn = bytes.and_then(lines).map_or(0, |lines| lines[0].parse::<u64>().unwrap() + 1);
                replacing(&document(&[&turn.to_string(), &large]))
            })
            .unwrap();
    }
}

/// Appends a line to a log, in one write, so that lines do not mix.
pub(crate) fn log(path: &Path, line: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Logs the beginning and the end of a change, which proves mutual exclusion.
pub(crate) fn bracketed(log_path: &Path, line: &str, bytes: Option<&[u8]>) -> Change {
    let pid = std::process::id();
    log(log_path, &format!("<{pid}"));
    sleep(Duration::from_millis(1));
    let change = adding(line, bytes);
    log(log_path, &format!(">{pid}"));
    change
}
