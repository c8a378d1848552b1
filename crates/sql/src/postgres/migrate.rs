//! Brings the schema up to date.

use tokio::time::timeout;
use tokio_postgres::{Client, Error, GenericClient};

use super::failure::failure;
use super::settings::PostgresSettings;
use crate::error::{DatabaseError, DatabaseErrorKind as Kind};
use crate::migration::{Migration, missing};

/// The steps of the schema for PostgreSQL, in order.
pub const MIGRATIONS: &[Migration] =
    &[Migration { version: 1, sql: include_str!("../../migrations/postgres/0001_documents_and_leases.sql") }];

/// Takes the lock for migrations; its number is "tokcache" in ASCII. The lock ends with the transaction, so it works
/// behind a pooler.
const LOCK: &str = "SELECT pg_advisory_xact_lock(x'746f6b6361636865'::bigint)";

/// Applies the missing steps of the schema. If the schema is current, it only reads, which needs no further rights.
pub(super) async fn migrate(client: &mut Client, settings: &PostgresSettings) -> Result<(), DatabaseError> {
    let url = settings.url.as_str();
    let found = within(settings, version(client)).await?;
    if missing(MIGRATIONS, found, url)?.is_empty() {
        return Ok(());
    }
    let transaction = within(settings, client.transaction()).await?;
    within(settings, transaction.batch_execute(LOCK)).await?;
    // Another process may have applied them meanwhile.
    let found = within(settings, version(&transaction)).await?;
    for migration in missing(MIGRATIONS, found, url)? {
        let applied = within(settings, transaction.batch_execute(migration.sql)).await;
        applied.map_err(|error| explained(error, url, found))?;
    }
    within(settings, transaction.commit()).await
}

/// Looks for the table with a query, which sees the commits of other processes; `to_regclass` may answer from a cache.
const HAS_MIGRATIONS: &str = "\
    SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'tokcache_migration' AND pg_table_is_visible(oid))";

async fn version(client: &impl GenericClient) -> Result<i32, Error> {
    let exists = client.query_typed(HAS_MIGRATIONS, &[]).await?;
    if !exists.first().map_or(Ok(false), |row| row.try_get(0))? {
        return Ok(0);
    }
    let newest = client.query_typed("SELECT coalesce(max(version), 0) FROM tokcache_migration", &[]).await?;
    newest.first().map_or(Ok(0), |row| row.try_get(0))
}

async fn within<Answer>(
    settings: &PostgresSettings,
    work: impl Future<Output = Result<Answer, Error>>,
) -> Result<Answer, DatabaseError> {
    match timeout(settings.statement_timeout, work).await {
        Ok(answer) => answer.map_err(|error| failure(&settings.url, &error)),
        Err(_) => {
            Err(DatabaseError::new(&settings.url, Kind::TimedOut, "the schema could not be looked at or changed"))
        }
    }
}

/// Adds the remedy to an error that says that the user has no right to change the schema.
fn explained(error: DatabaseError, url: &str, found: i32) -> DatabaseError {
    if error.kind() != Kind::AccessDenied {
        return error;
    }
    let detail = format!(
        "it has version {found}, and this user may not change it; let the owner of the schema run the newer files in \
         migrations/postgres: {}",
        error.detail()
    );
    DatabaseError::new(url, Kind::Schema, detail)
}
