//! The stores, each with a server or a file of its own.

use std::sync::Arc;

use pollster::FutureExt as _;
use serde_json::json;
use tempfile::TempDir;
use tokcache_core::oauth::Authority;
use tokcache_core::store::{Partition, Replacement, Store};
use tokcache_redis::RedisStore;
use tokcache_sql::{PostgresSettings, PostgresStore, SqliteSettings, SqliteStore};
use tokcache_testing::servers::{PostgresServer, RedisOptions, RedisServer};
use tokio::runtime::Runtime;

use crate::provider::{id, name};

/// A store, and what it runs on.
pub(crate) struct SharedStore {
    pub(crate) url: String,
    pub(crate) store: Arc<dyn Store>,
    _place: Place,
}

/// Keeps a server or a folder alive.
enum Place {
    Folder { _folder: TempDir },
    Postgres { _server: PostgresServer },
    Redis { _server: RedisServer, _runtime: Runtime },
}

/// Returns a store of each kind.
pub(crate) fn all() -> [SharedStore; 3] {
    [sqlite(), redis(), postgres()]
}

pub(crate) fn sqlite() -> SharedStore {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens.db");
    let store = Arc::new(SqliteStore::new(SqliteSettings::new(&file)).unwrap());
    SharedStore { url: format!("sqlite:{}", file.display()), store, _place: Place::Folder { _folder: folder } }
}

pub(crate) fn redis() -> SharedStore {
    let server = RedisServer::start(RedisOptions::default());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let url = server.url();
    let settings = tokcache_redis::Settings::parse(&url).unwrap();
    let store = runtime.block_on(async { Arc::new(RedisStore::open(settings).unwrap()) });
    SharedStore { url, store, _place: Place::Redis { _server: server, _runtime: runtime } }
}

pub(crate) fn postgres() -> SharedStore {
    let server = PostgresServer::start();
    let url = server.url();
    let store = Arc::new(PostgresStore::new(PostgresSettings::parse(&url).unwrap()).unwrap());
    SharedStore { url, store, _place: Place::Postgres { _server: server } }
}

impl SharedStore {
    /// Returns the document of a partition.
    pub(crate) fn document(&self, partition: &str) -> Option<String> {
        let loaded = self.store.load(&Partition::named(partition)).block_on().unwrap()?;
        Some(String::from_utf8(loaded.bytes.to_vec()).unwrap())
    }

    /// Puts a document into an empty partition.
    pub(crate) fn put(&self, partition: &str, document: &str) {
        let replacement = Replacement { expected: None, bytes: document.as_bytes(), keep_until: None, fence: None };
        self.store.replace(&Partition::named(partition), replacement).block_on().unwrap();
    }

    /// Signs users in without the program.
    pub(crate) fn put_users(&self, authority: &str, users: impl IntoIterator<Item = String>) {
        for user in users {
            self.put(&id(&user), &document(authority, &user));
        }
    }

    /// Returns the names of all partitions.
    pub(crate) fn partitions(&self) -> Vec<String> {
        let (mut all, mut last) = (Vec::new(), None);
        loop {
            let page = self.store.partitions("", last.as_ref()).block_on().unwrap();
            let Some(end) = page.last() else { return all };
            last = Some(end.clone());
            all.extend(page.iter().map(|partition| partition.as_str().to_owned()));
        }
    }
}

/// Returns the document of a user who has signed in, with a token that is valid for decades.
pub(crate) fn document(authority: &str, user: &str) -> String {
    document_with_id(authority, user, &id(user))
}

/// Like [`document`], with another home account id.
pub(crate) fn document_with_id(authority: &str, user: &str, id: &str) -> String {
    let parsed = Authority::parse(authority, None).unwrap();
    let (environment, realm) = (parsed.environment(), parsed.realm());
    let common = json!({
        "home_account_id": id, "environment": environment.canonical(), "client_id": "app",
        "realm": realm.as_str(), "authority": authority
    });
    let with = |further: serde_json::Value| {
        let mut entry = common.clone();
        entry.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        entry
    };
    let access_token = with(json!({
        "credential_type": "AccessToken", "secret": format!("canary-AT-{user}"), "target": "notes.read",
        "token_type": "Bearer", "cached_at": "1700000000", "expires_on": "4000000000"
    }));
    let refresh_token = with(json!({
        "credential_type": "RefreshToken", "secret": format!("canary-RT-{user}-1"), "target": "notes.read",
        "last_modification_time": "1700000000"
    }));
    let account = with(json!({ "username": name(user), "authority_type": "OIDC" }));
    let document = json!({
        "AccessToken": { "a": access_token }, "RefreshToken": { "r": refresh_token }, "Account": { "c": account }
    });
    document.to_string()
}
