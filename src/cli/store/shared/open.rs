//! Opens a shared store. Nothing connects before the first call of the store.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::{SharedKeys, SharedStore};
use crate::cli::settings::store_url::{Kind, StoreUrl};
use crate::cli::{Exit, Failure};

/// The settings of a shared store, in addition to its URL.
pub(in crate::cli) struct Access {
    /// Replaces the password in the URL.
    pub(in crate::cli) password: Option<Zeroizing<String>>,
    /// The file with further trusted certificates.
    pub(in crate::cli) ca_file: Option<PathBuf>,
    /// Whether the file was typed.
    pub(in crate::cli) is_ca_file_typed: bool,
    /// Whether a missing SQLite file may be created.
    pub(in crate::cli) may_create: bool,
    /// The keys, if the store is encrypted.
    pub(in crate::cli) keys: Option<SharedKeys>,
}

/// Opens the store at a URL.
///
/// # Errors
/// The URL cannot be used, this build lacks the store, or there is no such file.
pub(in crate::cli) fn open(mut url: StoreUrl, access: Access) -> Result<SharedStore, Failure> {
    url.password = access.password.clone().or(url.password);
    ensure_ca_file_is_of_use(&url, &access)?;
    match url.kind {
        #[cfg(feature = "postgres")]
        Kind::Postgres => postgres(url, access.ca_file, access.keys),
        #[cfg(feature = "redis")]
        Kind::Redis => redis(url, access.ca_file, access.keys),
        #[cfg(feature = "sqlite")]
        Kind::Sqlite => sqlite(&url, access.may_create, access.keys),
        #[allow(unreachable_patterns, reason = "a build with all stores has no other kind")]
        kind => {
            let message = format!("this build of tokcache has no store for {kind:?}");
            Err(Failure::new(Exit::Config, message).try_with("--store", "file:PATH"))
        }
    }
}

/// A user who types `--ca-file` expects a connection that is checked with it, so it is not ignored in silence.
fn ensure_ca_file_is_of_use(url: &StoreUrl, access: &Access) -> Result<(), Failure> {
    if !access.is_ca_file_typed || url.has_tls() {
        return Ok(());
    }
    let (why, other) = match url.kind {
        Kind::Postgres => ("cannot protect the connection to", "which has no TLS: write sslmode=verify-full"),
        Kind::Redis => ("cannot protect the connection to", "which has no TLS: use rediss://"),
        Kind::Sqlite => ("has no meaning for", "a file of this machine: leave it out"),
    };
    let message = format!(
        "--ca-file {why} {}, {other}, or set TOKCACHE_CA_FILE instead if the file is for the provider",
        url.shown
    );
    let failure = Failure::new(Exit::Usage, message);
    Err(match url.kind {
        Kind::Postgres => failure.try_with("--store", "postgres://USER@HOST/DATABASE?sslmode=verify-full"),
        Kind::Redis => failure.try_with("--store", "rediss://HOST"),
        Kind::Sqlite => failure.try_without_value("--ca-file"),
    })
}

/// Whether this is the URL of a server whose certificate is checked, with the CA file if there is one.
pub(in crate::cli) fn has_tls(url: &str) -> bool {
    StoreUrl::parse(url).is_some_and(|url| url.has_tls())
}

/// Whether this is the URL of a shared store that cannot use a CA file.
pub(in crate::cli) fn is_without_tls(url: &str) -> bool {
    StoreUrl::parse(url).is_some_and(|url| !url.has_tls())
}

impl StoreUrl {
    fn has_tls(&self) -> bool {
        match self.kind {
            #[cfg(feature = "postgres")]
            Kind::Postgres => {
                tokcache_sql::PostgresSettings::parse(&self.address).is_ok_and(|settings| settings.has_tls())
            }
            Kind::Redis => ["rediss", "valkeys"].iter().any(|scheme| self.shown.starts_with(scheme)),
            _ => false,
        }
    }
}

#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
fn wrong(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Config, format!("the store cannot be opened: {error}")).try_with("--store", "URL")
}

#[cfg(feature = "redis")]
fn redis(url: StoreUrl, ca_file: Option<PathBuf>, keys: Option<SharedKeys>) -> Result<SharedStore, Failure> {
    use pollster::FutureExt as _;
    use tokcache_redis::{Health, Password, RedisStore, Settings};

    let mut settings = Settings::parse(&url.address).map_err(wrong)?.program("tokcache");
    if let Some(password) = &url.password {
        settings = settings.password(Password::new(password.as_str()));
    }
    // A file of the profile or of a variable may be for the provider alone.
    if let Some(file) = ca_file.filter(|_| url.has_tls()) {
        settings = settings.ca_file(file);
    }
    // With a thread of its own, the runtime works while this thread blocks.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(Exit::Unexpected, format!("cannot start a thread: {error}")))?;
    let entered = runtime.enter();
    let store = RedisStore::open(settings).map_err(wrong)?;
    drop(entered);
    let server = store.clone();
    let warnings = move || {
        let servers = server.health().block_on()?;
        let warnings = |health: &Health| health.warnings().into_iter().map(|warning| warning.to_string()).collect();
        Ok(servers.iter().flat_map(|health| -> Vec<String> { warnings(health) }).collect())
    };
    Ok(SharedStore::new(url.shown, store, keys).running_on(runtime).with_warnings(warnings))
}

#[cfg(feature = "postgres")]
fn postgres(url: StoreUrl, ca_file: Option<PathBuf>, keys: Option<SharedKeys>) -> Result<SharedStore, Failure> {
    use pollster::FutureExt as _;
    use tokcache_sql::{DatabasePassword, PostgresSettings, PostgresStore};

    let mut settings = PostgresSettings::parse(&url.address).map_err(wrong)?;
    if let Some(password) = &url.password {
        settings = settings.password(&DatabasePassword::new(password.as_str()));
    }
    if let Some(file) = ca_file {
        settings = settings.root_certificates(file);
    }
    let store = PostgresStore::new(settings)?;
    let index = store.clone();
    let by_name = move |name: &str| Ok(named(name, index.users(name, None).block_on()?));
    Ok(SharedStore::new(url.shown, store, keys).with_index(by_name))
}

#[cfg(feature = "sqlite")]
fn sqlite(url: &StoreUrl, may_create: bool, keys: Option<SharedKeys>) -> Result<SharedStore, Failure> {
    use pollster::FutureExt as _;
    use tokcache_core::store::Store as _;
    use tokcache_sql::{SqliteSettings, SqliteStore};

    let settings = SqliteSettings::parse(&url.shown).filter(|settings| !settings.path().starts_with("~"));
    let settings = settings.ok_or_else(|| wrong("type sqlite:PATH (without ~)"))?;
    // A store that is only read must not be created by a mistyped path.
    if !may_create && settings.path().try_exists().is_ok_and(|exists| !exists) {
        let message = format!("there is no database at {}", settings.path().display());
        return Err(Failure::new(Exit::Store, message).try_tokcache(["login"]));
    }
    let store = SqliteStore::new(settings)?;
    let index = store.clone();
    let by_name = move |name: &str| Ok(named(name, index.users(name, None).block_on()?));
    Ok(SharedStore::new(store.describe().url, store, keys).with_index(by_name))
}

/// Returns the partitions of the users with exactly this name.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
fn named(name: &str, listed: Vec<tokcache_sql::ListedUser>) -> Vec<tokcache_core::store::Partition> {
    let name = name.to_lowercase();
    listed.into_iter().filter(|user| user.username == name).map(|user| user.partition).collect()
}
