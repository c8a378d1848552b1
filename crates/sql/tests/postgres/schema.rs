use pollster::FutureExt as _;
use tokcache_core::store::Store as _;
use tokcache_sql::DatabaseErrorKind::{AccessDenied, Schema};
use tokcache_testing::servers::PostgresServer;

use crate::support::{alice, kind, postgres, put};

#[test]
fn a_newer_schema_is_refused_by_name() {
    let server = PostgresServer::start();
    put(&postgres(&server.url()), &alice(), b"{}");
    server.sql("INSERT INTO tokcache_migration (version) VALUES (99)");
    let error = postgres(&server.url()).load(&alice()).block_on().map(drop).unwrap_err();
    assert_eq!(kind(&error), (Schema, false));
    assert!(error.to_string().contains("version 99"), "{error}");
}

/// The user has the rights that the crate's documentation lists.
#[test]
fn a_user_without_the_right_to_create_uses_a_schema_that_is_current() {
    let server = PostgresServer::start();
    server.sql("CREATE USER app");
    let url = server.url().replace("tokcache@", "app@");
    let error = postgres(&url).connect().block_on().unwrap_err();
    assert_eq!(kind(&error), (Schema, false));
    assert!(error.to_string().contains("migrations/postgres"), "{error}");

    // The owner applies the schema by hand.
    tokcache_sql::postgres::MIGRATIONS.iter().for_each(|migration| drop(server.sql(migration.sql)));
    let error = postgres(&url).connect().block_on().unwrap_err();
    assert_eq!(kind(&error), (AccessDenied, false));
    server.sql(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON tokcache_document, tokcache_lease, tokcache_migration TO app;
         GRANT USAGE ON SEQUENCE tokcache_number TO app",
    );
    let store = postgres(&url);
    put(&store, &alice(), b"{}");
    assert_eq!(store.purge_expired().block_on().unwrap(), 0);
}

/// People read the columns too.
#[test]
fn the_tables_say_what_is_in_them() {
    let server = PostgresServer::start();
    let store = postgres(&server.socket_url());
    let document = tokcache_testing::provider::expired_sign_in(tokcache_testing::provider::ISSUER);
    put(&store, &alice(), &document);
    let row = "SELECT partition, username, keep_until IS NULL, created_at = updated_at, length(document)
               FROM tokcache_document";
    assert_eq!(server.sql(row), format!("alice|alice@example.com|t|t|{}", document.len()));
    put(&store, &alice(), &document[..document.len() - 1]);
    assert_eq!(server.sql("SELECT username IS NULL, created_at < updated_at FROM tokcache_document"), "t|t");
}

#[test]
fn a_database_that_cannot_hold_every_name_is_refused() {
    let server = PostgresServer::start();
    server.sql("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
    let error = postgres(&server.url().replace("/postgres", "/latin")).connect().block_on().unwrap_err();
    assert_eq!(kind(&error), (Schema, false));
    assert!(error.to_string().contains("LATIN1"), "{error}");
}
