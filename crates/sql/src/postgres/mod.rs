//! PostgreSQL, directly or behind a connection pooler.

mod failure;
mod migrate;
mod pool;
mod settings;
mod statement;
mod thread;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use tokcache_core::store::StoreError;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Error, Row};
use zeroize::Zeroizing;

use self::failure::failure;
use self::pool::Pool;
use self::statement::Statement;
use self::thread::RuntimeThread;
use self::tls::Tls;
use crate::database::{Answer, BATCH, Database, Document, HeldLease, LEASE_MEMORY, LeaseKey, Save, SaveOutcome};
use crate::error::{DatabaseError, DatabaseErrorKind};
use crate::range::Range;
use crate::store::SqlStore;

pub use self::migrate::MIGRATIONS;
pub use self::settings::{DatabasePassword, DatabasePasswordKind, PostgresSettings, SettingsError};

/// Stores documents in PostgreSQL. A clone is the same store, with the same connections.
///
/// Each method of the contract is one statement in one round trip, in a transaction of its own. So the store works
/// behind a pooler that gives each transaction another connection (PgBouncer's `pool_mode = transaction`). The
/// statements run on a thread of the store's own, so the store needs no runtime and blocks none.
pub type PostgresStore = SqlStore<Postgres>;

impl PostgresStore {
    /// Returns the store. It connects when it first needs a connection.
    ///
    /// # Errors
    /// The trusted certificates cannot be read, or a thread cannot be started.
    pub fn new(settings: PostgresSettings) -> Result<Self, StoreError> {
        let refused = |kind, detail| DatabaseError::new(&settings.url, kind, detail);
        let tls = match settings.config.get_ssl_mode() {
            SslMode::Disable => Tls::none(),
            _ => Tls::trusting(settings.root_certificates.as_deref())
                .map_err(|detail| refused(DatabaseErrorKind::Tls, detail))?,
        };
        let other = |error: std::io::Error| refused(DatabaseErrorKind::Other, error.to_string());
        let pool = Arc::new(Pool::new(settings.clone(), tls));
        let thread = RuntimeThread::start(Arc::clone(&pool)).map_err(other)?;
        Ok(SqlStore::of(Postgres { pool, thread }))
    }
}

/// A PostgreSQL database, for [`PostgresStore`].
pub struct Postgres {
    pool: Arc<Pool>,
    thread: RuntimeThread,
}

const LOAD: &str = "\
    SELECT document, revision FROM tokcache_document
    WHERE partition = $1 AND (keep_until IS NULL OR keep_until > now())";

const REVISION: &str = "\
    SELECT revision FROM tokcache_document
    WHERE partition = $1 AND (keep_until IS NULL OR keep_until > now())";

/// Locks the row of the lease, so that the lease cannot get another holder before the document is saved. The conditions
/// on the row are outside this query: the choice of the row to lock must not depend on its content.
const FENCE: &str = "\
    WITH lease AS MATERIALIZED (
        SELECT fence FROM tokcache_lease WHERE partition = $1 AND credential = $6 FOR SHARE
    ), saved AS (";

const UPDATE: &str = "\
        UPDATE tokcache_document
        SET document = $3, username = $4, keep_until = to_timestamp($5), revision = nextval('tokcache_number'),
            updated_at = now()
        WHERE partition = $1 AND revision = $2 AND NOT EXISTS (SELECT FROM lease WHERE fence > $7)
        RETURNING revision";

const INSERT: &str = "\
        INSERT INTO tokcache_document AS found (partition, document, username, keep_until, revision)
        SELECT $1, $3, $4, to_timestamp($5), nextval('tokcache_number')
        WHERE NOT EXISTS (SELECT FROM lease WHERE fence > $7)
        ON CONFLICT (partition) DO UPDATE
        SET document = excluded.document, username = excluded.username, keep_until = excluded.keep_until,
            revision = excluded.revision, created_at = now(), updated_at = now()
        WHERE found.keep_until <= now()
        RETURNING revision";

const SAVED: &str = "\
    ) SELECT (SELECT revision FROM saved), EXISTS (SELECT FROM lease WHERE fence > $7)";

const REMOVE: &str = "DELETE FROM tokcache_document WHERE partition = $1";

/// Attempts to acquire a lease. An attempt at a lease that another owner holds only reads. If the statement had to wait
/// for the row, `DO UPDATE` draws another fencing number.
const ACQUIRE: &str = "\
    INSERT INTO tokcache_lease AS found (partition, credential, owner, fence, expires_at)
    SELECT $1, $2, $3, nextval('tokcache_number'), clock_timestamp() + $4 * interval '1 second'
    WHERE NOT EXISTS (
        SELECT FROM tokcache_lease
        WHERE partition = $1 AND credential = $2 AND owner <> $3 AND expires_at > clock_timestamp()
    )
    ON CONFLICT (partition, credential) DO UPDATE
    SET owner = $3, fence = greatest(nextval('tokcache_number'), found.fence + 1),
        expires_at = clock_timestamp() + $4 * interval '1 second'
    WHERE found.owner = $3 OR found.expires_at <= clock_timestamp()
    RETURNING fence";

const RENEW: &str = "\
    UPDATE tokcache_lease SET expires_at = clock_timestamp() + $5 * interval '1 second'
    WHERE partition = $1 AND credential = $2 AND owner = $3 AND fence = $4 RETURNING fence";

const RELEASE: &str = "\
    UPDATE tokcache_lease SET expires_at = clock_timestamp()
    WHERE partition = $1 AND credential = $2 AND owner = $3 AND fence = $4";

const NOTE: &str = "SELECT note FROM tokcache_lease WHERE partition = $1 AND credential = $2";

const SET_NOTE: &str = "\
    UPDATE tokcache_lease SET note = $5 WHERE partition = $1 AND credential = $2 AND owner = $3 AND fence = $4";

const FORGET_NOTES: &str = "UPDATE tokcache_lease SET note = NULL WHERE partition = $1 AND note IS NOT NULL";

/// Skips rows that another transaction is deleting.
const PURGE: &str = "\
    WITH old_document AS (
        SELECT partition FROM tokcache_document WHERE keep_until <= now()
        ORDER BY keep_until LIMIT $1 FOR UPDATE SKIP LOCKED
    ), document AS (
        DELETE FROM tokcache_document USING old_document
        WHERE tokcache_document.partition = old_document.partition RETURNING 1
    ), old_lease AS (
        SELECT partition, credential FROM tokcache_lease WHERE expires_at < now() - $2 * interval '1 second'
        ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
    ), lease AS (
        DELETE FROM tokcache_lease USING old_lease
        WHERE tokcache_lease.partition = old_lease.partition AND tokcache_lease.credential = old_lease.credential
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM document) + (SELECT count(*) FROM lease)";

impl Postgres {
    /// Starts a statement. `read` converts its rows.
    fn run<Value: Send + 'static>(
        &self,
        statement: Statement,
        read: impl FnOnce(&[Row]) -> Result<Value, Error> + Send + 'static,
    ) -> Answer<Value> {
        let pool = Arc::clone(&self.pool);
        self.thread.run(async move {
            let rows = pool.query(&statement).await?;
            read(&rows).map_err(|error| failure(&pool.settings.url, &error))
        })
    }

    fn of_lease(sql: &'static str, HeldLease { key, owner, fence }: HeldLease) -> Statement {
        Statement::new(sql).text(key.partition).text(key.credential).number(owner).number(fence)
    }
}

impl Database for Postgres {
    fn url(&self) -> &str {
        &self.pool.settings.url
    }

    fn connect(&self) -> Answer<()> {
        let pool = Arc::clone(&self.pool);
        self.thread.run(async move { pool.ready().await })
    }

    fn load(&self, partition: String) -> Answer<Option<(Document, i64)>> {
        self.run(Statement::new(LOAD).text(partition), |rows| {
            let read = |row: &Row| Ok((Zeroizing::new(row.try_get(0)?), row.try_get(1)?));
            rows.first().map(read).transpose()
        })
    }

    fn revision(&self, partition: String) -> Answer<Option<i64>> {
        self.run(Statement::new(REVISION).text(partition), number)
    }

    fn save(&self, save: Save) -> Answer<SaveOutcome> {
        let Save { partition, expected, document, username, keep_until, fence } = save;
        let (credential, fence) = fence.unzip();
        let change = if expected.is_some() { UPDATE } else { INSERT };
        let statement = Statement::new(format!("{FENCE}{change}{SAVED}"))
            .once()
            .text(partition)
            .number(expected)
            .document(document)
            .text(username)
            .seconds(keep_until.map(|seconds| seconds as f64))
            .text(credential)
            .number(fence);
        self.run(statement, |rows| {
            let Some(row) = rows.first() else { return Ok(SaveOutcome::Conflict) };
            let (saved, is_lost): (Option<i64>, bool) = (row.try_get(0)?, row.try_get(1)?);
            Ok(match saved {
                Some(revision) => SaveOutcome::Saved(revision),
                None if is_lost => SaveOutcome::LeaseLost,
                None => SaveOutcome::Conflict,
            })
        })
    }

    fn remove(&self, partition: String) -> Answer<()> {
        self.run(Statement::new(REMOVE).text(partition), nothing)
    }

    fn acquire(&self, key: LeaseKey, owner: i64, time_to_live: Duration) -> Answer<Option<i64>> {
        let statement = Statement::new(ACQUIRE).text(key.partition).text(key.credential).number(owner);
        self.run(statement.seconds(time_to_live.as_secs_f64()), number)
    }

    fn renew(&self, held: HeldLease, time_to_live: Duration) -> Answer<bool> {
        let statement = Postgres::of_lease(RENEW, held).seconds(time_to_live.as_secs_f64());
        self.run(statement, |rows| Ok(!rows.is_empty()))
    }

    fn release(&self, held: HeldLease) -> Answer<()> {
        self.run(Postgres::of_lease(RELEASE, held), nothing)
    }

    fn note(&self, key: LeaseKey) -> Answer<Option<Vec<u8>>> {
        let statement = Statement::new(NOTE).text(key.partition).text(key.credential);
        self.run(statement, |rows| rows.first().map_or(Ok(None), |row| row.try_get(0)))
    }

    fn set_note(&self, held: HeldLease, note: Option<Vec<u8>>) -> Answer<()> {
        self.run(Postgres::of_lease(SET_NOTE, held).bytes(note), nothing)
    }

    fn forget_notes(&self, partition: String) -> Answer<()> {
        self.run(Statement::new(FORGET_NOTES).text(partition), nothing)
    }

    fn partitions(&self, range: Range) -> Answer<Vec<String>> {
        let condition = range.condition("partition >= $1", "partition > $1", "partition < $2");
        let sql = format!(
            "SELECT partition FROM tokcache_document
             WHERE {condition} AND (keep_until IS NULL OR keep_until > now())
             ORDER BY partition LIMIT {BATCH}"
        );
        let statement = Statement::new(sql).text(range.from).text(range.to);
        self.run(statement, |rows| rows.iter().map(|row| row.try_get(0)).collect())
    }

    fn users(&self, range: Range, after: Option<String>) -> Answer<Vec<(String, String)>> {
        let condition = range.condition("username >= $1", "(username, partition) > ($1, $3)", "username < $2");
        let sql = format!(
            "SELECT username, partition FROM tokcache_document
             WHERE username IS NOT NULL AND {condition} AND (keep_until IS NULL OR keep_until > now())
             ORDER BY username, partition LIMIT {BATCH}"
        );
        let statement = Statement::new(sql).text(range.from).text(range.to).text(after);
        self.run(statement, |rows| rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect())
    }

    fn purge(&self) -> Answer<u64> {
        let statement = Statement::new(PURGE).number(i64::from(BATCH)).seconds(LEASE_MEMORY.as_secs_f64());
        self.run(statement, |rows| {
            let purged: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
            Ok(purged.unsigned_abs())
        })
    }
}

/// Returns the number that the statement has returned, if any.
fn number(rows: &[Row]) -> Result<Option<i64>, Error> {
    rows.first().map(|row| row.try_get(0)).transpose()
}

fn nothing(_: &[Row]) -> Result<(), Error> {
    Ok(())
}
