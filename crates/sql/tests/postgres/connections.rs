use std::time::{Duration, Instant};

use pollster::FutureExt as _;
use tokcache_core::store::{Store, StoreError};
use tokcache_sql::DatabaseErrorKind::{
    AccessDenied, NoSuchDatabase, Other, TimedOut, Tls, TooManyConnections, Unreachable,
};
use tokcache_sql::{DatabasePassword, PostgresSettings, PostgresStore};
use tokcache_testing::servers::{Certificates, PostgresServer, free_port};

use crate::support::{alice, kind, postgres, put};

fn failure(url: &str) -> StoreError {
    let settings = PostgresSettings::parse(url).unwrap();
    PostgresStore::new(settings).and_then(|store| store.connect().block_on()).unwrap_err()
}

#[test]
fn an_error_says_which_server_and_whether_to_try_again() {
    let server = PostgresServer::start_with(&["max_connections=5", "superuser_reserved_connections=1"]);
    server.sql("CREATE USER app PASSWORD 'right'");
    let url = server.url().replace("tokcache@", "app:wrong-canary@");
    let hba = "host all app all scram-sha-256\nhost all all all trust\nlocal all all trust\n";
    server.sql(&format!(
        "COPY (SELECT unnest(string_to_array('{}', '|'))) TO '{}/data/pg_hba.conf'",
        hba.trim_end().replace('\n', "|"),
        server.folder().display()
    ));
    server.sql("SELECT pg_reload_conf()");
    let nobody = format!("postgres://app@127.0.0.1:{}/postgres", free_port());

    crate::support::failures::eventually("passwords count", || failure(&url).to_string().contains("28P01"));
    for (url, wanted) in [
        (url.as_str(), (AccessDenied, false)),
        (&url.replace(":wrong-canary", ""), (AccessDenied, false)),
        (&server.url().replace("/postgres", "/nothing"), (NoSuchDatabase, false)),
        (&nobody, (Unreachable, true)),
        ("postgres://app@no-such-host.invalid/postgres?sslmode=disable", (Unreachable, true)),
        ("postgres:///postgres?user=app&host=/nowhere", (Unreachable, true)),
    ] {
        let error = failure(url);
        assert_eq!(kind(&error), wanted, "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        assert!(error.to_string().starts_with("postgres://"), "{error}");
    }
    let settings = PostgresSettings::parse(&url).unwrap().password(&DatabasePassword::new("right"));
    let store = PostgresStore::new(settings).unwrap();
    // The password is right; the user has no right to create tables.
    assert_eq!(kind(&store.connect().block_on().unwrap_err()), (tokcache_sql::DatabaseErrorKind::Schema, false));

    let full: Vec<_> = (0..8).map(|_| postgres(&server.url())).collect();
    let errors: Vec<_> = full.iter().filter_map(|store| store.connect().block_on().err()).collect();
    assert!(!errors.is_empty() && errors.iter().all(|error| kind(error) == (TooManyConnections, true)), "{errors:?}");
}

/// The listener accepts connections and sends nothing.
#[test]
fn a_server_that_says_nothing_is_not_waited_for() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://app@127.0.0.1:{}/postgres?connect_timeout=1", listener.local_addr().unwrap().port());
    let start = Instant::now();
    assert_eq!(kind(&failure(&url)), (TimedOut, true));
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[test]
fn the_certificate_of_the_server_is_checked() {
    let certificates = Certificates::generate();
    let server = PostgresServer::start_with_tls(&certificates);
    let with = |parameters: &str| format!("{}?{parameters}", server.url().replace("127.0.0.1", "localhost"));
    let trusted = format!("sslrootcert={}", certificates.file("ca.pem").display());
    let store = postgres(&with(&format!("sslmode=verify-full&{trusted}")));
    put(&store, &alice(), b"{}");
    let encrypted = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                     WHERE application_name = 'tokcache'";
    assert_eq!(server.sql(encrypted), "t");

    let stranger = failure(&with("sslmode=require"));
    assert_eq!(kind(&stranger), (Tls, false), "{stranger}");
    assert!(stranger.to_string().contains("UnknownIssuer"), "{stranger}");
    let missing = failure(&with("sslmode=require&sslrootcert=/nowhere.pem"));
    assert!(kind(&missing) == (Tls, false) && missing.to_string().contains("/nowhere.pem"), "{missing}");
}

#[test]
fn a_server_without_tls_is_refused_unless_the_url_allows_it() {
    let server = PostgresServer::start();
    let refused = failure(&format!("{}?sslmode=require", server.url()));
    assert_eq!(kind(&refused), (Tls, false));
    assert!(refused.to_string().contains("sslmode=disable"), "{refused}");
}

/// No server runs at the first address, and the second one is a standby.
#[test]
fn the_host_that_can_be_written_to_is_found() {
    let (gone, primary) = (free_port(), PostgresServer::start());
    let standby = PostgresServer::start_with(&["default_transaction_read_only=on"]);
    let hosts = format!("127.0.0.1:{gone},127.0.0.1:{},127.0.0.1:{}", standby.port(), primary.port());
    put(&postgres(&format!("postgres://tokcache@{hosts}/postgres")), &alice(), b"{}");
    assert_eq!(primary.sql("SELECT partition FROM tokcache_document"), "alice");
}

/// More callers than connections: they take turns.
#[test]
fn a_few_connections_serve_many_callers() {
    let server = PostgresServer::start();
    let settings = PostgresSettings::parse(&server.url()).unwrap().connections(2);
    let store = PostgresStore::new(settings).unwrap();
    put(&store, &alice(), b"{}");
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| (0..20).for_each(|_| drop(store.load(&alice()).block_on().unwrap().unwrap())));
        }
    });
    let connections = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tokcache'";
    assert_eq!(server.sql(connections), "2");
    drop(store);
    crate::support::failures::eventually("the connections are closed", || server.sql(connections) == "0");
}

#[test]
fn a_name_that_postgres_has_not_is_an_error() {
    let server = PostgresServer::start();
    let store = postgres(&server.url());
    let error = store.load(&tokcache_core::store::Partition::named("a\0b")).block_on().map(drop).unwrap_err();
    assert_eq!(kind(&error), (Other, false), "{error}");
}
