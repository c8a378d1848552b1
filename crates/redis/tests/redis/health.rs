//! `RedisStore::health` on real servers.

use tokcache_redis::{ErrorKind, Health, HealthWarning, Persistence};
use tokcache_testing::servers::{RedisCluster, RedisOptions, RedisServer};

use crate::open;

async fn health(server: &RedisServer) -> Health {
    let mut health = open(&server.url()).health().await.unwrap();
    assert_eq!(health.len(), 1);
    health.remove(0)
}

#[tokio::test]
async fn a_server_that_keeps_everything_has_no_warnings() {
    let server = RedisServer::start(RedisOptions { arguments: &["--appendonly", "yes"], ..RedisOptions::default() });
    let health = health(&server).await;
    assert_eq!((health.server.as_str(), health.software.as_str()), (server.url().as_str(), "redis"));
    assert_eq!(health.version, server.info("redis_version"));
    assert_eq!((health.eviction_policy.as_str(), health.persistence), ("noeviction", Persistence::AppendOnlyFile));
    assert_eq!(health.warnings(), []);
}

#[tokio::test]
async fn eviction_and_missing_persistence_are_warnings() {
    let arguments = &["--maxmemory-policy", "allkeys-lru"];
    let server = RedisServer::start(RedisOptions { arguments, ..RedisOptions::default() });
    let eviction = HealthWarning::Eviction { policy: "allkeys-lru".to_owned() };
    assert_eq!(health(&server).await.warnings(), [eviction.clone(), HealthWarning::NoPersistence]);
    assert!(eviction.to_string().contains("signed out"));
    server.cli(&["CONFIG", "SET", "save", "3600 1"]);
    assert_eq!(health(&server).await.warnings(), [eviction, HealthWarning::OnlySnapshots]);
}

#[tokio::test]
async fn a_server_that_refuses_config_has_unknown_persistence() {
    let arguments = &["--user", "app", "on", ">secret", "~*", "+info"];
    let server = RedisServer::start(RedisOptions { arguments, ..RedisOptions::default() });
    let url = format!("redis://app:secret@127.0.0.1:{}", server.port());
    assert_eq!(open(&url).health().await.unwrap()[0].persistence, Persistence::Unknown);
    server.cli(&["ACL", "SETUSER", "app", "-info"]);
    assert_eq!(open(&url).health().await.unwrap_err().kind(), ErrorKind::Denied);
}

#[tokio::test]
async fn every_primary_of_a_cluster_is_asked() {
    let cluster = RedisCluster::start();
    cluster.nodes[1].cli(&["CONFIG", "SET", "maxmemory-policy", "volatile-ttl"]);
    let mut health = open(&cluster.url()).health().await.unwrap();
    health.sort_by(|a, b| a.server.cmp(&b.server));
    let mut nodes: Vec<_> = cluster.nodes.iter().map(|node| format!("127.0.0.1:{}", node.port())).collect();
    nodes.sort();
    assert_eq!(health.iter().map(|health| health.server.clone()).collect::<Vec<_>>(), nodes);
    let evicts = |health: &&Health| health.eviction_policy != "noeviction";
    let evicting: Vec<_> = health.iter().filter(evicts).map(|health| health.server.clone()).collect();
    assert_eq!(evicting, [format!("127.0.0.1:{}", cluster.nodes[1].port())]);
}
