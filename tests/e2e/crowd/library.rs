//! A program that uses tokcache as a library and refreshes continuously. It is this binary, controlled by its
//! environment.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pollster::FutureExt as _;
use serde_json::json;
use tokcache_core::acquire::{self, AcquireError, ClientApplication, Registration, SilentRequest};
use tokcache_core::cache::{Grant, MinValid, Owner, SignIn, TokenCache};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Authority, Endpoint, Endpoints, Http, Request, Response, TransportError};
use tokcache_core::secret::{AccessToken, RefreshToken};
use tokcache_core::store::{Change, Partition, Store as _, StoreError, Update};
use tokcache_core::time::{Clock as _, SystemClock};
use tokcache_core::types::{AuthorityType, ClientId, Environment, HomeAccountId, Realm, ScopeSet};
use tokcache_file::FileStore;
use zeroize::Zeroizing;

use super::Pace;
use super::bracketed::Bracketed;

const AUTHORITY: &str = "https://login.microsoftonline.com/organizations";
const PATIENCE: Duration = Duration::from_secs(60);

/// The same number as in `writer.py`.
const SLOTS: usize = 8;

/// The variable with the cache file. If it is set, [`command`] has started this process.
pub(crate) const CACHE: &str = "CROWD_CACHE";
const VARIABLES: [&str; 6] = [CACHE, "CROWD_NAME", "CROWD_BRACKETS", "CROWD_SECONDS", "CROWD_PAUSE", "CROWD_WATCH"];

/// The arguments with which the test binary runs [`write_as_told`]. Other programs look for [`CACHE`].
const TEST: [&str; 4] = ["neighbours::tokcache_writes", "--exact", "--ignored", "--nocapture"];

/// Returns the command that runs [`write_as_told`] in a separate process.
pub(super) fn command(name: &str, cache: &Path, brackets: &Path, pace: Pace) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    let times = [pace.time, pace.pause, pace.watch].map(|time| time.as_secs_f64().to_string());
    let [time, pause, watch] = times.each_ref().map(|time| -> &OsStr { time.as_ref() });
    let values = [cache.as_ref(), name.as_ref(), brackets.as_ref(), time, pause, watch];
    command.args(TEST).envs(VARIABLES.into_iter().zip(values));
    command
}

/// Writes until the time is over, and returns a report in the format of `writer.py`.
pub(crate) fn write_as_told() -> String {
    let [cache, name, brackets, time, pause, watch] =
        VARIABLES.map(|name| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set")));
    let [time, pause, watch] =
        [time, pause, watch].map(|seconds| Duration::from_secs_f64(seconds.parse().expect("seconds")));
    Writer { watch, ..Writer::new(Path::new(&cache), &name, Path::new(&brackets)) }.run(Pace { time, pause, watch })
}

/// Holds a few sign-ins, refreshes them in turn, and counts lost refresh tokens.
pub(crate) struct Writer {
    store: Bracketed,
    clock: SystemClock,
    watch: Duration,
    /// The newest secret in each slot.
    expected: HashMap<String, String>,
    pub(crate) lost: usize,
    pub(crate) failures: usize,
    last_failure: Option<String>,
}

impl Writer {
    pub(crate) fn new(cache: &Path, name: &str, brackets: &Path) -> Writer {
        let store = FileStore::new(cache, PATIENCE, Arc::new(SystemClock::new()));
        Writer {
            store: Bracketed { store, name: name.to_owned(), log: brackets.to_owned() },
            clock: SystemClock::new(),
            watch: Duration::ZERO,
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
        let writes = turn - self.failures;
        self.look();
        json!({
            "name": self.store.name,
            "writes": writes,
            "failures": self.failures,
            "last_failure": self.last_failure,
            "lost": self.lost,
            "broken": 0,
        })
        .to_string()
    }

    pub(crate) fn write(&mut self, turn: usize) {
        self.look();
        let slot = format!("{}-{}", self.store.name, turn % SLOTS);
        let secret = format!("{slot}-turn-{turn}");
        let outcome = match self.expected.remove(&slot) {
            Some(_) => self.refresh(&slot, &secret),
            None => self.sign_in(&slot, &secret).map_err(AcquireError::Store),
        };
        match outcome {
            Ok(()) => drop(self.expected.insert(slot, secret)),
            Err(error) => self.fail(&error),
        }
    }

    fn look(&mut self) {
        match acquire::load(&self.store, &Partition::whole()).block_on() {
            Ok(cache) => {
                let before = self.expected.len();
                self.expected.retain(|_, secret| cache.holds_refresh_token(&RefreshToken::new(secret.as_str())));
                self.lost += before - self.expected.len();
            }
            Err(error) => self.fail(&AcquireError::Store(error)),
        }
    }

    fn fail(&mut self, error: &AcquireError) {
        self.failures += 1;
        self.last_failure = Some(error.to_string());
    }

    fn sign_in(&self, slot: &str, secret: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        let change = &mut |bytes: Option<&[u8]>| {
            let Ok(mut cache) = TokenCache::deserialize(bytes.unwrap_or_default()) else { return Change::Torn };
            cache.record(&grant("shared", &format!("shared-{secret}")), now);
            cache.record(&grant(slot, secret), now);
            Change::Replace(Zeroizing::new(cache.serialize().as_bytes().to_vec()))
        };
        self.store.update(&Partition::whole(), Update::default(), change).block_on().map(drop)
    }

    fn refresh(&self, slot: &str, secret: &str) -> Result<(), AcquireError> {
        let token = Some(Endpoint::parse(&format!("{AUTHORITY}/token")).expect("an endpoint"));
        let authority = Authority::parse(AUTHORITY, None).expect("an authority");
        let registration = Registration {
            endpoints: Endpoints { token, ..Endpoints::default() },
            ..Registration::new(authority, ClientId::new("neighbour"))
        };
        let http = Rotating { next: secret };
        let client = ClientApplication {
            lock_timeout: PATIENCE,
            retry_within: self.watch,
            ..ClientApplication::new(registration, &self.store, &http, &self.clock)
        };
        let request = SilentRequest {
            scopes: ScopeSet::parse("api.read"),
            account: Some(format!("{slot}.contoso")),
            min_valid: MinValid::Default,
            force_refresh: true,
            offline: false,
            ..SilentRequest::default()
        };
        client.acquire_token_silent(&request).block_on().map(drop)
    }
}

/// A server that answers at once with this refresh token.
struct Rotating<'a> {
    next: &'a str,
}

impl Rotating<'_> {
    fn exchange(&self, _request: &Request) -> Result<Response, TransportError> {
        let body = json!({
            "access_token": format!("access-{}", self.next),
            "refresh_token": self.next,
            "expires_in": 3600,
            "scope": "api.read",
            "token_type": "Bearer",
        });
        Ok(Response {
            status: 200,
            body: Zeroizing::new(body.to_string().into()),
            retry_after: None,
            date: None,
            location: None,
        })
    }
}

impl Http for Rotating<'_> {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move { self.exchange(request) })
    }
}

/// Returns the grant for the response to a sign-in.
fn grant(user: &str, secret: &str) -> Grant {
    Grant {
        sign_in: Some(SignIn {
            local_account_id: Some(user.to_owned()),
            username: format!("{user}@example.com"),
            authority_type: AuthorityType::Mssts,
            account_source: None,
        }),
        refresh_token: Some(RefreshToken::new(secret)),
        ..Grant::new(
            ClientId::new("neighbour"),
            Environment::new("login.microsoftonline.com"),
            Realm::new("organizations"),
            Owner::User(HomeAccountId::new(format!("{user}.contoso"))),
            AccessToken::new(format!("access-{secret}")),
            ScopeSet::parse("api.read"),
            3600,
        )
    }
}

#[allow(clippy::disallowed_methods, reason = "a program that writes now and then")]
fn sleep(time: Duration) {
    std::thread::sleep(time);
}
