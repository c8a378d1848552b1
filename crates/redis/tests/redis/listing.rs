//! Listing the documents of many users.

use std::time::{Duration, Instant};

use tokcache_core::store::{Partition, Store as _};
use tokcache_redis::RedisStore;
use tokcache_testing::servers::{RedisCluster, RedisOptions, RedisServer};

use crate::{lease, open, put, settings};

/// Fills the server with users, and with keys of other programs.
fn fill(server: &RedisServer, users: usize) {
    let script = "for i = 1, tonumber(ARGV[1]) do redis.call('SET', string.format('msal:user%06d', i), '{}') end";
    server.cli(&["EVAL", script, "0", &users.to_string()]);
    server.cli(&["EVAL", "for i = 1, 1000 do redis.call('SET', 'other:' .. i, '{}') end", "0"]);
    server.cli(&["HSET", "msal:hash", "field", "value"]);
}

async fn all(store: &RedisStore, prefix: &str) -> Vec<Partition> {
    let mut names: Vec<Partition> = Vec::new();
    loop {
        let page = store.partitions(prefix, names.last()).await.unwrap();
        assert!(page.len() <= 50_000, "a page is bounded");
        if page.is_empty() {
            return names;
        }
        names.extend(page);
    }
}

#[tokio::test]
async fn a_hundred_thousand_documents_are_listed_in_order_without_blocking_the_server() {
    const USERS: usize = 100_000;
    let server = RedisServer::start(RedisOptions::default());
    let store = open(&server.url());
    fill(&server, USERS);
    put(&store, None, b"{}").await.unwrap();
    let held = lease(&store, Duration::from_secs(60)).await;
    held.note(Some(b"note")).await;
    server.take_commands();
    let start = Instant::now();
    let names = all(&store, "").await;
    let took = start.elapsed();
    let mut expected: Vec<_> = (1..=USERS).map(|number| Partition::named(format!("user{number:06}"))).collect();
    expected.insert(0, Partition::named("alice"));
    assert!(names == expected, "{} names", names.len());
    println!("{USERS} documents were listed in {took:?}: {}", server.info("cmdstat_scan"));
    let commands = server.take_commands();
    assert_eq!(commands.keys().collect::<Vec<_>>(), ["scan"]);
    // Three pages and the empty one behind them, in steps of a thousand keys.
    assert!((4 * USERS as u64 / 1000..5 * USERS as u64 / 1000).contains(&commands["scan"]), "{commands:?}");

    let some = all(&store, "user0999").await;
    assert_eq!((some.len(), some[0].as_str()), (100, "user099900"));
    held.release().await;
}

#[tokio::test]
async fn a_prefix_of_pattern_characters_means_itself() {
    let server = RedisServer::start(RedisOptions::default());
    for key in ["m*[a]?:one", "m*[a]?:two", "mxa?:three", "m*[a]?", "m*[a]?:"] {
        server.cli(&["SET", key, "{}"]);
    }
    let store = RedisStore::open(settings(&server.url()).prefix("m*[a]?:")).unwrap();
    assert_eq!(store.partitions("", None).await.unwrap(), ["", "one", "two"].map(Partition::named));
    assert_eq!(store.partitions("t", None).await.unwrap(), ["two"].map(Partition::named));
}

#[tokio::test]
async fn all_primaries_of_a_cluster_are_listed() {
    const USERS: usize = 3000;
    let cluster = RedisCluster::start();
    let store = open(&cluster.url());
    let partitions: Vec<_> = (0..USERS).map(|number| Partition::named(format!("user{number:06}"))).collect();
    let mut commands = String::new();
    for partition in &partitions {
        commands.push_str(&format!("SET msal:{partition} {{}}\n"));
    }
    let port = cluster.nodes[0].port().to_string();
    pipe(&["-c", "-p", &port], &commands);
    for node in &cluster.nodes {
        assert!(node.cli(&["DBSIZE"]).parse::<usize>().unwrap() > USERS / 4);
    }
    assert_eq!(all(&store, "").await, partitions);
}

fn pipe(arguments: &[&str], commands: &str) {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut cli = Command::new("redis-cli");
    let mut cli = cli.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    cli.stdin.take().unwrap().write_all(commands.as_bytes()).unwrap();
    assert!(cli.wait().unwrap().success());
}
