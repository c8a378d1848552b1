//! SQLite: a file that the processes of one machine share.

mod failure;
mod open;
mod settings;
mod worker;

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::{
    Connection, OptionalExtension as _, Params, Row, Statement, ToSql, Transaction, TransactionBehavior, params,
    params_from_iter,
};
use tokcache_core::store::StoreError;
use zeroize::Zeroizing;

use self::open::exposed;
use self::settings::ResolvedSettings;
use self::worker::Worker;
use crate::database::{Answer, BATCH, Database, Document, HeldLease, LEASE_MEMORY, LeaseKey, Save, SaveOutcome};
use crate::error::{DatabaseError, DatabaseErrorKind};
use crate::range::Range;
use crate::store::SqlStore;

pub use self::open::MIGRATIONS;
pub use self::settings::SqliteSettings;

/// Stores documents in a SQLite file. A clone is the same store, with the same connections.
///
/// The file is created for this user alone (mode 0600). Any number of processes of the machine can share it. It must be
/// on a local disk. A save survives a power cut; for that, each save waits for the disk once. The statements run on two
/// threads of the store's own, one for reading and one for writing, so the store needs no runtime and blocks none.
pub type SqliteStore = SqlStore<Sqlite>;

impl SqliteStore {
    /// Returns the store. It opens the file when it first needs it.
    ///
    /// # Errors
    /// A thread cannot be started.
    pub fn new(settings: SqliteSettings) -> Result<Self, StoreError> {
        let settings = settings.resolved()?;
        let start = || Worker::start(settings.clone());
        let other =
            |error: std::io::Error| DatabaseError::new(&settings.url, DatabaseErrorKind::Other, error.to_string());
        let (reads, writes) = (start().map_err(other)?, start().map_err(other)?);
        Ok(SqlStore::of(Sqlite { settings, reads, writes }))
    }
}

/// A SQLite database, for [`SqliteStore`].
pub struct Sqlite {
    settings: ResolvedSettings,
    reads: Worker,
    writes: Worker,
}

const LOAD: &str = "\
    SELECT document, revision FROM tokcache_document
    WHERE partition = ?1 AND (keep_until IS NULL OR keep_until > unixepoch())";

const REVISION: &str = "\
    SELECT revision FROM tokcache_document
    WHERE partition = ?1 AND (keep_until IS NULL OR keep_until > unixepoch())";

const IS_FENCED: &str = "\
    SELECT EXISTS (SELECT 1 FROM tokcache_lease WHERE partition = ?1 AND credential = ?2 AND fence > ?3)";

const NEXT_NUMBER: &str = "UPDATE tokcache_number SET last = last + 1 RETURNING last";

const UPDATE: &str = "\
    UPDATE tokcache_document
    SET document = ?3, username = ?4, keep_until = ?5, revision = ?6, updated_at = unixepoch()
    WHERE partition = ?1 AND revision = ?2";

const INSERT: &str = "\
    INSERT INTO tokcache_document (partition, document, username, keep_until, revision)
    VALUES (?1, ?3, ?4, ?5, ?6)
    ON CONFLICT (partition) DO UPDATE
    SET document = ?3, username = ?4, keep_until = ?5, revision = ?6, created_at = unixepoch(),
        updated_at = unixepoch()
    WHERE keep_until <= unixepoch()";

const RESERVE: &str =
    "INSERT OR REPLACE INTO tokcache_document (partition, revision, document) VALUES ('', 0, zeroblob(?1))";

/// The number of pages that stay in memory even if the page cache is full.
const PAGES_IN_MEMORY: i64 = 10;
const LARGEST_PAGE: i64 = 4096;
/// The default of SQLite: 2,000 KiB.
const USUAL_CACHE: i64 = -2000;

const REMOVE: &str = "DELETE FROM tokcache_document WHERE partition = ?1";

const IS_TAKEN: &str = "\
    SELECT EXISTS (
        SELECT 1 FROM tokcache_lease
        WHERE partition = ?1 AND credential = ?2 AND owner <> ?3 AND expires_at > unixepoch('subsec') * 1000
    )";

const ACQUIRE: &str = "\
    INSERT INTO tokcache_lease (partition, credential, owner, fence, expires_at)
    VALUES (?1, ?2, ?3, ?4, CAST(unixepoch('subsec') * 1000 AS INTEGER) + ?5)
    ON CONFLICT (partition, credential) DO UPDATE
    SET owner = excluded.owner, fence = excluded.fence, expires_at = excluded.expires_at";

const RENEW: &str = "\
    UPDATE tokcache_lease SET expires_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) + ?5
    WHERE partition = ?1 AND credential = ?2 AND owner = ?3 AND fence = ?4";

const NOTE: &str = "SELECT note FROM tokcache_lease WHERE partition = ?1 AND credential = ?2";

const SET_NOTE: &str = "\
    UPDATE tokcache_lease SET note = ?5 WHERE partition = ?1 AND credential = ?2 AND owner = ?3 AND fence = ?4";

const FORGET_NOTES: &str = "UPDATE tokcache_lease SET note = NULL WHERE partition = ?1 AND note IS NOT NULL";

const PURGE_DOCUMENTS: &str = "\
    DELETE FROM tokcache_document WHERE rowid IN (
        SELECT rowid FROM tokcache_document WHERE keep_until <= unixepoch() ORDER BY keep_until LIMIT ?1
    )";

const PURGE_LEASES: &str = "\
    DELETE FROM tokcache_lease WHERE (partition, credential) IN (
        SELECT partition, credential FROM tokcache_lease WHERE expires_at < (unixepoch() - ?2) * 1000
        ORDER BY expires_at LIMIT ?1
    )";

fn select_partitions(range: &Range) -> String {
    let condition = range.condition("partition >= ?1", "partition > ?1", "partition < ?2");
    format!(
        "SELECT partition FROM tokcache_document
         WHERE {condition} AND (keep_until IS NULL OR keep_until > unixepoch())
         ORDER BY partition LIMIT {BATCH}"
    )
}

fn select_users(range: &Range) -> String {
    let condition = range.condition("username >= ?1", "(username, partition) > (?1, ?3)", "username < ?2");
    format!(
        "SELECT username, partition FROM tokcache_document
         WHERE username IS NOT NULL AND {condition} AND (keep_until IS NULL OR keep_until > unixepoch())
         ORDER BY username, partition LIMIT {BATCH}"
    )
}

/// Runs statements in a transaction without other writers. SQLite waits for another writer before the transaction
/// begins.
fn write<Value>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<Value>,
) -> rusqlite::Result<Value> {
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    let value = work(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

fn save(transaction: &Transaction<'_>, save: &Save) -> rusqlite::Result<SaveOutcome> {
    let Save { partition, expected, document, username, keep_until, fence } = save;
    if let Some((credential, number)) = fence {
        let mut is_fenced = transaction.prepare_cached(IS_FENCED)?;
        if is_fenced.query_row(params![partition, credential, number], |row| row.get(0))? {
            return Ok(SaveOutcome::LeaseLost);
        }
    }
    let revision = next_number(transaction)?;
    let mut change = transaction.prepare_cached(if expected.is_some() { UPDATE } else { INSERT })?;
    match change.execute(params![partition, expected, **document, username, keep_until, revision])? {
        0 => Ok(SaveOutcome::Conflict),
        _ => Ok(SaveOutcome::Saved(revision)),
    }
}

/// Writes as many bytes into the log as the document will need, and rolls back.
fn ensure_room(connection: &mut Connection, size: usize) -> rusqlite::Result<()> {
    // With a small page cache, SQLite writes the pages to the log before the transaction ends.
    connection.pragma_update(None, "cache_size", PAGES_IN_MEMORY)?;
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate);
    let written = transaction.and_then(|transaction| {
        let size = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(PAGES_IN_MEMORY * LARGEST_PAGE);
        transaction.execute(RESERVE, [size])?;
        transaction.rollback()
    });
    connection.pragma_update(None, "cache_size", USUAL_CACHE)?;
    written
}

fn next_number(transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
    transaction.prepare_cached(NEXT_NUMBER)?.query_row([], |row| row.get(0))
}

fn acquire(
    connection: &mut Connection,
    LeaseKey { partition, credential }: &LeaseKey,
    owner: i64,
    time_to_live: i64,
) -> rusqlite::Result<Option<i64>> {
    let is_taken = |connection: &Connection| -> rusqlite::Result<bool> {
        let mut is_taken = connection.prepare_cached(IS_TAKEN)?;
        is_taken.query_row(params![partition, credential, owner], |row| row.get(0))
    };
    // A process that waits for a lease only reads, and blocks no writer.
    if is_taken(connection)? {
        return Ok(None);
    }
    write(connection, |transaction| {
        if is_taken(transaction)? {
            return Ok(None);
        }
        let fence = next_number(transaction)?;
        let mut acquire = transaction.prepare_cached(ACQUIRE)?;
        acquire.execute(params![partition, credential, owner, fence, time_to_live])?;
        Ok(Some(fence))
    })
}

/// Changes the lease if it is still held, and returns whether it was.
fn change_lease(
    connection: &mut Connection,
    sql: &str,
    HeldLease { key, owner, fence }: &HeldLease,
    value: impl ToSql,
) -> rusqlite::Result<bool> {
    write(connection, |transaction| {
        let mut change = transaction.prepare_cached(sql)?;
        let changed = change.execute(params![key.partition, key.credential, owner, fence, value])?;
        Ok(changed > 0)
    })
}

/// Returns the first values, as many as the statement has parameters.
fn those_of(statement: &Statement<'_>, values: Vec<Option<String>>) -> impl Params + use<> {
    params_from_iter(values.into_iter().take(statement.parameter_count()))
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

impl Database for Sqlite {
    fn url(&self) -> &str {
        &self.settings.url
    }

    fn path(&self) -> Option<PathBuf> {
        Some(self.settings.path.clone())
    }

    fn exposed(&self) -> Vec<PathBuf> {
        exposed(&self.settings.path)
    }

    fn connect(&self) -> Answer<()> {
        self.reads.run(|_| Ok(()))
    }

    fn load(&self, partition: String) -> Answer<Option<(Document, i64)>> {
        self.reads.run(move |connection| {
            let read = |row: &Row<'_>| Ok((Zeroizing::new(row.get(0)?), row.get(1)?));
            connection.prepare_cached(LOAD)?.query_row([partition], read).optional()
        })
    }

    fn revision(&self, partition: String) -> Answer<Option<i64>> {
        self.reads.run(move |connection| {
            connection.prepare_cached(REVISION)?.query_row([partition], |row| row.get(0)).optional()
        })
    }

    fn save(&self, save: Save) -> Answer<SaveOutcome> {
        self.writes.run(move |connection| write(connection, |transaction| self::save(transaction, &save)))
    }

    fn ensure_room(&self, size: usize) -> Answer<()> {
        self.writes.run(move |connection| ensure_room(connection, size))
    }

    fn remove(&self, partition: String) -> Answer<()> {
        self.writes.run(move |connection| {
            write(connection, |transaction| transaction.prepare_cached(REMOVE)?.execute([partition]).map(drop))
        })
    }

    fn acquire(&self, key: LeaseKey, owner: i64, time_to_live: Duration) -> Answer<Option<i64>> {
        self.writes.run(move |connection| acquire(connection, &key, owner, milliseconds(time_to_live)))
    }

    fn renew(&self, held: HeldLease, time_to_live: Duration) -> Answer<bool> {
        self.writes.run(move |connection| change_lease(connection, RENEW, &held, milliseconds(time_to_live)))
    }

    fn release(&self, held: HeldLease) -> Answer<()> {
        self.writes.run(move |connection| change_lease(connection, RENEW, &held, 0).map(drop))
    }

    fn note(&self, key: LeaseKey) -> Answer<Option<Vec<u8>>> {
        self.reads.run(move |connection| {
            let mut note = connection.prepare_cached(NOTE)?;
            note.query_row([key.partition, key.credential], |row| row.get(0)).optional().map(Option::flatten)
        })
    }

    fn set_note(&self, held: HeldLease, note: Option<Vec<u8>>) -> Answer<()> {
        self.writes.run(move |connection| change_lease(connection, SET_NOTE, &held, note).map(drop))
    }

    fn forget_notes(&self, partition: String) -> Answer<()> {
        self.writes.run(move |connection| {
            write(connection, |transaction| transaction.prepare_cached(FORGET_NOTES)?.execute([partition]).map(drop))
        })
    }

    fn partitions(&self, range: Range) -> Answer<Vec<String>> {
        self.reads.run(move |connection| {
            let mut select = connection.prepare_cached(&select_partitions(&range))?;
            let values = those_of(&select, vec![Some(range.from), range.to]);
            select.query_map(values, |row| row.get(0))?.collect()
        })
    }

    fn users(&self, range: Range, after: Option<String>) -> Answer<Vec<(String, String)>> {
        self.reads.run(move |connection| {
            let mut select = connection.prepare_cached(&select_users(&range))?;
            let values = those_of(&select, vec![Some(range.from), range.to, after]);
            select.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }

    fn purge(&self) -> Answer<u64> {
        const MEMORY: i64 = LEASE_MEMORY.as_secs().cast_signed();
        self.writes.run(|connection| {
            write(connection, |transaction| {
                let documents = transaction.prepare_cached(PURGE_DOCUMENTS)?.execute([BATCH])?;
                let leases = transaction.prepare_cached(PURGE_LEASES)?.execute(params![BATCH, MEMORY])?;
                Ok((documents + leases) as u64)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_by_an_index_in_its_order() {
        let database = Connection::open_in_memory().unwrap();
        MIGRATIONS.iter().for_each(|migration| database.execute_batch(migration.sql).unwrap());
        let plan = |sql: String| -> String {
            let mut plan = database.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let lines = plan.raw_query().mapped(|row| row.get::<_, String>("detail"));
            lines.map(Result::unwrap).collect::<Vec<_>>().join("\n")
        };
        for (prefix, after) in [("a", None), ("a", Some("ab")), ("", None), ("", Some("ab"))] {
            let range = Range::of(prefix, after);
            for plan in [plan(select_partitions(&range)), plan(select_users(&range))] {
                assert!(
                    plan.starts_with("SEARCH tokcache_document USING INDEX") && plan.lines().count() == 1,
                    "{plan}"
                );
            }
        }
    }
}
