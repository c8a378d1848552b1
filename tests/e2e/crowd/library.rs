//! A program that uses tokcache as a library and writes without end: this binary again, told by its environment.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokcache::cache::{Grant, Owner, SignIn, TokenCache};
use tokcache::secret::{AccessToken, RefreshToken};
use tokcache::store::{CacheStore, Change, FileStore};
use tokcache::terms::{AuthorityType, ClientId, Environment, HomeAccountId, Realm, ScopeSet};
use tokcache::time::{Clock as _, SystemClock};
use zeroize::Zeroizing;

use super::Pace;

/// As in `writer.py`.
const SLOTS: usize = 8;

/// Names the file; where it is set, this process was started by [`command`].
pub(crate) const CACHE: &str = "CROWD_CACHE";
const VARIABLES: [&str; 5] = [CACHE, "CROWD_NAME", "CROWD_BRACKETS", "CROWD_SECONDS", "CROWD_PAUSE"];

/// What makes the test binary call [`write_as_told`]; other programs look for [`CACHE`].
const TEST: [&str; 4] = ["neighbours::tokcache_writes", "--exact", "--ignored", "--nocapture"];

/// The command that runs [`write_as_told`] in a process of its own.
pub(super) fn command(name: &str, cache: &Path, brackets: &Path, pace: Pace) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    let [time, pause] = [pace.time, pace.pause].map(|time| time.as_secs_f64().to_string());
    let values: [&OsStr; 5] = [cache.as_ref(), name.as_ref(), brackets.as_ref(), time.as_ref(), pause.as_ref()];
    command.args(TEST).envs(VARIABLES.into_iter().zip(values));
    command
}

/// Writes until the time is over, and returns a report in the form of `writer.py`.
pub(crate) fn write_as_told() -> String {
    let [cache, name, brackets, time, pause] =
        VARIABLES.map(|name| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set")));
    let [time, pause] = [time, pause].map(|seconds| Duration::from_secs_f64(seconds.parse().expect("seconds")));
    Writer::new(Path::new(&cache), &name, Path::new(&brackets)).run(Pace { time, pause })
}

/// Writes entries of its own in a few slots, one after the other, and notices when one is lost.
pub(crate) struct Writer {
    store: FileStore,
    name: String,
    brackets: PathBuf,
    /// The newest secret in each slot.
    expected: HashMap<String, String>,
    pub(crate) lost: usize,
    pub(crate) failures: usize,
    last_failure: Option<String>,
}

impl Writer {
    pub(crate) fn new(cache: &Path, name: &str, brackets: &Path) -> Writer {
        let store = FileStore::new(cache, Duration::from_secs(60), Arc::new(SystemClock::new()));
        Writer {
            store,
            name: name.to_owned(),
            brackets: brackets.to_owned(),
            expected: HashMap::new(),
            lost: 0,
            failures: 0,
            last_failure: None,
        }
    }

    fn run(mut self, pace: Pace) -> String {
        let start = Instant::now();
        let mut turn = 0;
        while start.elapsed() < pace.time {
            self.write(turn);
            turn += 1;
            sleep(pace.pause);
        }
        // Only to look.
        let writes = turn - self.failures;
        self.update(&mut |_| {});
        json!({
            "name": self.name,
            "writes": writes,
            "failures": self.failures,
            "last_failure": self.last_failure,
            "lost": self.lost,
            "broken": 0,
        })
        .to_string()
    }

    pub(crate) fn write(&mut self, turn: usize) {
        let slot = format!("{}-{}", self.name, turn % SLOTS);
        let secret = format!("{slot}-turn-{turn}");
        let now = SystemClock::new().now();
        let saved = self.update(&mut |cache| {
            cache.record(&grant("shared", &format!("shared-{secret}")), now);
            cache.record(&grant(&slot, &secret), now);
        });
        if saved {
            self.expected.insert(slot, secret);
        } else {
            self.expected.remove(&slot);
        }
    }

    /// Saves a change, and tells whether that succeeded. What was lost before it is seen under the lock, in the very bytes that are changed.
    fn update(&mut self, change: &mut dyn FnMut(&mut TokenCache)) -> bool {
        let mut missing = Vec::new();
        let outcome = self.store.update(&mut |bytes| {
            bracket(&self.brackets, '<', &self.name);
            let document = TokenCache::deserialize(bytes.unwrap_or_default());
            let replacement = document.map(|mut cache| {
                let is_missing = |secret: &str| !cache.holds_refresh_token(&RefreshToken::new(secret));
                missing = self.expected.values().filter(|secret| is_missing(secret)).cloned().collect();
                change(&mut cache);
                cache.serialize().as_bytes().to_vec()
            });
            bracket(&self.brackets, '>', &self.name);
            replacement.map_or(Change::Torn, |bytes| Change::Replace(Zeroizing::new(bytes)))
        });
        if let Err(error) = outcome {
            self.failures += 1;
            self.last_failure = Some(error.to_string());
            return false;
        }
        self.lost += missing.len();
        self.expected.retain(|_, secret| !missing.contains(secret));
        true
    }
}

fn bracket(log: &Path, mark: char, name: &str) {
    let mut log = OpenOptions::new().create(true).append(true).open(log).expect("a log");
    log.write_all(format!("{mark}{name}\n").as_bytes()).expect("a log");
}

/// What the response to a sign-in means.
fn grant(user: &str, secret: &str) -> Grant {
    Grant {
        client_id: ClientId::new("neighbour"),
        environment: Environment::new("login.microsoftonline.com"),
        realm: Realm::new("organizations"),
        other_realms: Vec::new(),
        owner: Owner::User(HomeAccountId::new(format!("{user}.contoso"))),
        sign_in: Some(SignIn {
            local_account_id: Some(user.to_owned()),
            username: format!("{user}@example.com"),
            authority_type: AuthorityType::Mssts,
            account_source: None,
        }),
        access_token: AccessToken::new(format!("access-{secret}")),
        token_type: "Bearer".to_owned(),
        scopes: ScopeSet::parse("api.read"),
        expires_in: 3600,
        ext_expires_in: None,
        refresh_in: None,
        refresh_token: Some(RefreshToken::new(secret)),
        family_id: None,
        id_token: None,
        spent: None,
        key_id: None,
        ext_cache_key: None,
    }
}

#[allow(clippy::disallowed_methods, reason = "a program that writes now and then")]
fn sleep(time: Duration) {
    std::thread::sleep(time);
}
