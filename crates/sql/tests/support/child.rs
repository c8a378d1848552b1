//! Other processes: this test binary, started again. The environment names the role.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::acquire::ClientApplication;
use tokcache_core::store::{Partition, Replacement, Store};
use tokcache_core::time::SystemClock;
use tokcache_http::{Network, NetworkOptions};
use tokcache_testing::provider::{expired_sign_in, registration};

use super::{alice, kind, open, put, request};

const ROLE: &str = "TOKCACHE_TEST_ROLE";
const STORE: &str = "TOKCACHE_TEST_STORE";
const AUTHORITY: &str = "TOKCACHE_TEST_AUTHORITY";
/// The prefix of a child's answer, because the test harness prints to the same stream.
const SAYS: &str = "says: ";

/// The role of a child.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    /// Gets alice's token: from the cache, or by a refresh.
    Acquire,
    /// Makes the store ready.
    Connect,
    /// Signs alice in, fills the disk, gets her token, makes room and gets it again.
    FillDisk,
    /// Saves five times.
    Save,
}

/// A process that waits for its start signal.
pub(crate) struct Waiting {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
}

impl Waiting {
    /// Starts the process, in a command such as `unshare`, and waits until it is ready.
    pub(crate) fn start(mut command: Command, role: Role, store: &str, authority: &str) -> Self {
        command.args([std::env::current_exe().unwrap().to_str().unwrap()]);
        command.args(["support::child::does_its_part", "--exact", "--ignored", "--nocapture"]);
        command.env(ROLE, format!("{role:?}")).env(STORE, store).env(AUTHORITY, authority);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (say, lines) = mpsc::channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            lines.filter_map(|line| Some(line.split_once(SAYS)?.1.to_owned())).try_for_each(|line| say.send(line))
        });
        let waiting = Waiting { child, input, lines };
        assert_eq!(waiting.lines.recv().unwrap(), "ready");
        waiting
    }

    /// Lets the process start its work.
    pub(crate) fn go(&mut self) {
        self.input.write_all(b"go\n").unwrap();
    }

    /// Waits for the answer of the process.
    pub(crate) fn answer(mut self) -> String {
        let answer = self.lines.recv().unwrap();
        assert!(self.child.wait().unwrap().success());
        answer
    }
}

/// Runs `count` processes at the same moment, and returns their answers.
pub(crate) fn at_once(count: usize, role: Role, store: &str, authority: &str) -> Vec<String> {
    let mut waiting: Vec<_> = (0..count).map(|_| Waiting::start(Command::new("env"), role, store, authority)).collect();
    waiting.iter_mut().for_each(Waiting::go);
    waiting.into_iter().map(Waiting::answer).collect()
}

#[test]
#[ignore = "the other tests start it, with something to do"]
fn does_its_part() {
    let told = |name| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: only other tests run this"));
    let (role, store, authority) = (told(ROLE), told(STORE), told(AUTHORITY));
    let roles = [Role::Acquire, Role::Connect, Role::FillDisk, Role::Save];
    let role = roles.into_iter().find(|known| format!("{known:?}") == role).unwrap();
    let store = open(&store);
    if role == Role::Acquire {
        store.load(&alice()).block_on().unwrap();
    }
    say("ready");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    say(&play(role, store.as_ref(), &authority));
}

/// Writes past the harness's own buffer, so that the parent reads it at once.
fn say(what: &str) {
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{SAYS}{what}").unwrap();
    stdout.flush().unwrap();
}

fn play(role: Role, store: &dyn Store, authority: &str) -> String {
    match role {
        Role::Acquire => acquire(store, authority),
        Role::Connect => match store.partitions("", None).block_on() {
            Ok(listed) => format!("{} partitions", listed.len()),
            Err(error) => error.to_string(),
        },
        Role::FillDisk => fill_disk(store, authority),
        Role::Save => {
            (0..5_u8).for_each(|turn| put(store, &alice(), &[turn]));
            "saved".to_owned()
        }
    }
}

fn acquire(store: &dyn Store, authority: &str) -> String {
    let (clock, network) = (SystemClock::new(), Network::new(NetworkOptions::default()));
    let client = ClientApplication::new(registration(authority), store, &network, &clock);
    let client = ClientApplication { partition: alice(), retry_within: Duration::ZERO, ..client };
    match client.acquire_token_silent(&request()).block_on() {
        Ok(token) => token.access_token.expose().to_owned(),
        Err(error) => error.to_string(),
    }
}

/// Returns three answers: the failure on the full disk, the result of the refresh then, and the result when there was
/// room again.
fn fill_disk(store: &dyn Store, authority: &str) -> String {
    put(store, &alice(), &expired_sign_in(authority));
    let fill = |number: usize| {
        let partition = Partition::named(format!("other {number}"));
        let replacement = Replacement { expected: None, bytes: &[b'x'; 10_000], keep_until: None, fence: None };
        store.replace(&partition, replacement).block_on()
    };
    let (number, full) = (0..).find_map(|number| fill(number).err().map(|error| (number, error))).unwrap();
    let room = store.ensure_room(&alice(), 100_000).block_on().unwrap_err();
    let at_full = acquire(store, authority);
    let file = store.describe().path.unwrap();
    std::fs::remove_file(file.with_file_name("reserve")).unwrap();
    format!("{number}; {:?}; {:?}; {at_full}; {}", kind(&full), kind(&room), acquire(store, authority))
}
