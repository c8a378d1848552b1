//! Bringing the schema up to date.

use tokio::time::timeout;
use tokio_postgres::{Client, Error, GenericClient};

use super::failure::failure;
use super::settings::PostgresSettings;
use crate::error::{DatabaseError, DatabaseErrorKind as Kind};
use crate::migration::{Migration, missing};

/// The steps of the schema for PostgreSQL, the first one first.
pub const MIGRATIONS: &[Migration] =
    &[Migration { version: 1, sql: include_str!("../../migrations/postgres/0001_documents_and_leases.sql") }];

/// Takes the lock under which migrations run: "tokcache" in ASCII. It ends with the transaction, so that it works behind a
/// pooler.
const LOCK: &str = "SELECT pg_advisory_xact_lock(x'746f6b6361636865'::bigint)";

/// Applies what the schema lacks. One that is current is only looked at: no other rights are needed then.
pub(super) async fn migrate(client: &mut Client, settings: &PostgresSettings) -> Result<(), DatabaseError> {
    let url = settings.url.as_str();
    let found = within(settings, version(client)).await?;
    if missing(MIGRATIONS, found, url)?.is_empty() {
        return Ok(());
    }
    let transaction = within(settings, client.transaction()).await?;
    within(settings, transaction.batch_execute(LOCK)).await?;
    // Others may have applied them meanwhile.
    let found = within(settings, version(&transaction)).await?;
    for migration in missing(MIGRATIONS, found, url)? {
        let applied = within(settings, transaction.batch_execute(migration.sql)).await;
        applied.map_err(|error| explained(error, url, found))?;
    }
    within(settings, transaction.commit()).await
}

/// Looks for the table by a query, which sees what others have committed: `to_regclass` may answer from a cache.
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

/// Says what to do where the user has no right to change the schema.
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
