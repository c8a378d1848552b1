//! The ways to a server, and the errors if there is none.

use std::time::Duration;

use tokcache_core::store::{Partition, Store as _};
use tokcache_redis::{ErrorKind, Password, RedisStore, Settings};
use tokcache_testing::servers::{
    Certificates, RedisCluster, RedisOptions, RedisSentinel, RedisServer, free_port, wait_until,
};

use crate::{alice, fails, lease, open, put, settings, text};

#[tokio::test]
async fn a_server_that_is_down_is_named_and_worth_another_try() {
    let url = format!("redis://127.0.0.1:{}", free_port());
    let error = fails(open(&url).load(&alice()), ErrorKind::Unreachable, &url).await;
    assert!(error.is_retryable() && error.to_string().contains("refused"), "{error}");

    let error =
        fails(open("unix:///no/such.sock").load(&alice()), ErrorKind::Unreachable, "unix:///no/such.sock").await;
    assert!(error.is_retryable());

    let error =
        fails(open("redis://no.such.invalid").load(&alice()), ErrorKind::Unreachable, "redis://no.such.invalid:6379")
            .await;
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_user_of_an_acl_needs_the_rights_that_the_documentation_names() {
    let documentation = include_str!("../../src/lib.rs");
    let (_, rights) = documentation.split_once("An ACL user needs `~PREFIX* ").unwrap();
    let (rights, _) = rights.split_once('`').unwrap();
    let user: Vec<_> = ["--user", "app", "on", ">canary", "~msal:*"].into_iter().chain(rights.split(' ')).collect();
    let server = RedisServer::start(RedisOptions { arguments: &user, ..RedisOptions::default() });
    let url = format!("redis://app@127.0.0.1:{}", server.port());
    let store = RedisStore::open(settings(&url).password(Password::new("canary"))).unwrap();

    put(&store, None, b"{}").await.unwrap();
    let held = lease(&store, Duration::from_secs(60)).await;
    held.renew().await.unwrap();
    held.note(Some(b"note")).await;
    assert_eq!(store.note(&alice(), "credential").await.as_deref(), Some(&b"note"[..]));
    held.release().await;
    assert!(store.revision(&alice()).await.is_some());
    store.forget_notes(&alice()).await;
    assert_eq!(store.note(&alice(), "credential").await, None);
    store.remove(&alice()).await.unwrap();
    assert_eq!(text(&store).await, None);
    // Listing needs more rights.
    fails(store.partitions("", None), ErrorKind::Denied, &url).await;
    assert_eq!(server.info("errorstat_NOPERM"), "count=1", "nothing else was refused, not even without our noticing");
}

#[tokio::test]
async fn a_refusal_is_reported_and_no_password_is_repeated() {
    let server = RedisServer::start(RedisOptions {
        password: Some("right"),
        arguments: &["--user", "app", "on", ">right", "~other:*", "+@all"],
        ..RedisOptions::default()
    });
    let port = server.port();
    let shown = format!("redis://127.0.0.1:{port}");
    let of_app = format!("redis://app@127.0.0.1:{port}");
    for (url, shown) in [
        (format!("redis://127.0.0.1:{port}"), &shown),
        (format!("redis://127.0.0.1:{port}/1"), &format!("{shown}/1")),
        (format!("redis://:canary@127.0.0.1:{port}"), &shown),
        (format!("redis://app:canary@127.0.0.1:{port}/1"), &format!("{of_app}/1")),
        (format!("redis://app:right@127.0.0.1:{port}"), &of_app),
    ] {
        let store = open(&url);
        let error = fails(store.load(&alice()), ErrorKind::Denied, shown).await;
        assert!(!error.is_retryable() && !error.to_string().contains("canary"), "{error}");
        assert_eq!(store.describe().url, *shown);
    }
}

#[tokio::test]
async fn tls_needs_the_right_authority_name_and_client_certificate() {
    let certificates = Certificates::generate();
    let server = RedisServer::start(RedisOptions { certificates: Some(&certificates), ..RedisOptions::default() });
    let url = format!("rediss://localhost:{}", server.port());
    let file = |name| certificates.file(name);
    let with_client = |settings: Settings| settings.client_certificate(file("client.pem"), file("client.key"));
    let load = async |settings: Settings| RedisStore::open(settings).unwrap().load(&alice()).await;

    assert!(load(with_client(settings(&url)).ca_file(file("ca.pem"))).await.unwrap().is_none());
    for wrong in [
        // The system does not know the authority.
        with_client(settings(&url)),
        // The server wants a certificate.
        settings(&url).ca_file(file("ca.pem")),
        // The server is not this authority.
        with_client(settings(&url)).ca_file(file("client.pem")),
    ] {
        let error = fails(load(wrong), ErrorKind::Tls, &url).await;
        assert!(!error.is_retryable(), "{error}");
    }
    let other_name = format!("rediss://127.0.0.2:{}", server.port());
    let error =
        fails(load(with_client(settings(&other_name)).ca_file(file("ca.pem"))), ErrorKind::Unreachable, &other_name)
            .await;
    assert!(error.to_string().contains("refused"), "{error}");

    let no_file = settings(&url).ca_file("/no/such.pem");
    let error = RedisStore::open(no_file).unwrap().load(&alice()).await.err().unwrap();
    assert!(error.to_string().contains("/no/such.pem"), "{error}");

    // Only one side speaks TLS.
    let plain = RedisServer::start(RedisOptions::default());
    let secure = format!("rediss://localhost:{}", plain.port());
    let error = fails(load(settings(&secure).ca_file(file("ca.pem"))), ErrorKind::TimedOut, &secure).await;
    assert!(error.to_string().contains("does it speak TLS"), "{error}");
    let open = format!("redis://localhost:{}", server.port());
    fails(load(settings(&open)), ErrorKind::Disconnected, &open).await;
}

#[tokio::test]
async fn a_database_has_documents_of_its_own() {
    let server = RedisServer::start(RedisOptions::default());
    let (zero, one) = (open(&server.url()), open(&format!("{}/1", server.url())));
    put(&zero, None, b"zero").await.unwrap();
    assert_eq!(text(&one).await, None);
    put(&one, None, b"one").await.unwrap();
    assert_eq!((text(&zero).await.as_deref(), text(&one).await.as_deref()), (Some("zero"), Some("one")));
    assert_eq!(one.partitions("", None).await.unwrap(), [alice()]);
}

#[tokio::test]
async fn a_node_of_a_cluster_says_that_it_is_one() {
    let cluster = RedisCluster::start();
    let mut errors = Vec::new();
    for node in &cluster.nodes {
        errors.extend(open(&node.url()).load(&alice()).await.err());
    }
    assert_eq!(errors.len(), 2, "one of the nodes has the document");
    for error in errors {
        assert!(!error.is_retryable() && error.to_string().contains("redis+cluster://"), "{error}");
    }
    let single = RedisServer::start(RedisOptions::default());
    let url = single.url().replace("redis://", "redis+cluster://");
    let error = fails(open(&url).load(&alice()), ErrorKind::Server, &url).await;
    assert!(error.to_string().contains("cluster support disabled"), "{error}");
}

#[tokio::test]
async fn a_cluster_that_lost_a_node_serves_the_others_and_recovers() {
    let mut cluster = RedisCluster::start();
    for node in &cluster.nodes {
        node.cli(&["CONFIG", "SET", "cluster-require-full-coverage", "no"]);
    }
    let store = open(&cluster.url());
    put(&store, None, b"{}").await.unwrap();
    let slot = cluster.nodes[0].cli(&["CLUSTER", "KEYSLOT", "msal:alice"]).parse::<usize>().unwrap();
    let lost = slot * 3 / 16384;
    cluster.nodes[lost].process().kill();
    let error = crate::failure(store.load(&alice()).await);
    assert!(error.is_retryable(), "{error}");
    let of_others = (0..).map(|number| format!("user{number}")).find(|name| {
        let slot = cluster.nodes[(lost + 1) % 3].cli(&["CLUSTER", "KEYSLOT", &format!("msal:{name}")]);
        slot.parse::<usize>().unwrap() * 3 / 16384 != lost
    });
    let other = Partition::named(of_others.unwrap());
    wait_for(async || store.load(&other).await.is_ok()).await;
    cluster.nodes[lost].start_again();
    wait_for(async || store.load(&alice()).await.is_ok_and(|found| found.is_none())).await;
}

#[tokio::test]
async fn a_failover_is_followed() {
    let mut servers = RedisSentinel::start();
    let store = open(&format!("redis+sentinel://{}/main", servers.address()));
    put(&store, None, b"{}").await.unwrap();
    wait_until("the replica has it", || servers.replica.cli(&["EXISTS", "msal:alice"]) == "1");
    servers.primary.process().kill();
    wait_for(async || store.load(&alice()).await.is_ok()).await;
    assert_eq!(text(&store).await.as_deref(), Some("{}"));
    lease(&store, Duration::from_secs(60)).await.release().await;

    let unknown = open(&format!("redis+sentinel://{}/other", servers.address()));
    let error = crate::failure(unknown.load(&alice()).await);
    assert!(error.kind() == ErrorKind::Unreachable && error.is_retryable(), "{error}");
}

/// The old primary is alive and becomes a replica. The client must leave it.
#[tokio::test]
async fn a_primary_that_is_replaced_is_left() {
    let servers = RedisSentinel::start();
    let store = open(&format!("redis+sentinel://{}/main", servers.address()));
    put(&store, None, b"old").await.unwrap();
    wait_until("the sentinel fails over", || servers.ask("SENTINEL FAILOVER main").contains("OK"));
    wait_until("the replica is promoted", || servers.replica.is_primary() == Some(true));
    wait_until("the primary is a replica", || servers.primary.is_primary() == Some(false));
    let expected = store.load(&alice()).await.unwrap().map(|loaded| loaded.revision);
    wait_for(async || put(&store, expected, b"new").await.is_ok()).await;
    assert_eq!(servers.replica.cli(&["GET", "msal:alice"]), "new");
    assert_eq!(text(&store).await.as_deref(), Some("new"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_restart_shorter_than_the_connect_timeout_is_not_noticed() {
    let mut server =
        RedisServer::start(RedisOptions { arguments: &["--appendonly", "yes"], ..RedisOptions::default() });
    let limit = Duration::from_secs(20);
    let store = RedisStore::open(settings(&server.url()).timeouts(limit, limit)).unwrap();
    put(&store, None, b"{}").await.unwrap();
    server.process().shut_down();
    let restart = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        tokio::task::block_in_place(|| server.start_again());
    };
    let (found, ()) = tokio::join!(text(&store), restart);
    assert_eq!(found.as_deref(), Some("{}"));
}

#[tokio::test]
async fn a_connection_that_the_server_has_closed_is_reopened_silently() {
    let server = RedisServer::start(RedisOptions::default());
    let store = open(&server.url());
    put(&store, None, b"{}").await.unwrap();
    for _ in 0..3 {
        server.cli(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
        assert_eq!(text(&store).await.as_deref(), Some("{}"));
    }
    server.cli(&["SCRIPT", "FLUSH"]);
    assert!(store.revision(&alice()).await.is_some(), "a script is sent again that the server has forgotten");
}

#[test]
fn a_store_is_opened_within_a_runtime() {
    let error = RedisStore::open(settings("redis://localhost")).err().unwrap();
    assert!(error.kind() == ErrorKind::Settings && error.to_string().contains("tokio"), "{error}");
}

/// Asks again and again, as a program whose calls fail does.
async fn wait_for(mut is_so: impl AsyncFnMut() -> bool) {
    let start = std::time::Instant::now();
    while !is_so().await {
        assert!(start.elapsed() < Duration::from_secs(30), "waited in vain");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
