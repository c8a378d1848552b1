//! Measures a cached token in Redis, beside `redis-cli`, as whole processes.

use std::process::{Command, Stdio};

use tokcache_testing::servers::{RedisOptions, RedisServer};

use crate::cache::{ACCOUNT, Cache};
use crate::contender::{Contender, compete, found, print_table};
use crate::{Program, rounds};

const TOKENS: usize = 6;

pub(crate) fn show(programs: &[Program], effort: f64) {
    let (server, folder) = (RedisServer::start(RedisOptions::default()), tempfile::tempdir().unwrap());
    let cache = Cache::write(folder.path(), TOKENS);
    let key = format!("tokcache:{ACCOUNT}");
    let client = |words: &[&str]| {
        let mut client = Command::new(found("redis-cli"));
        client.args(["-u", &server.url()]).args(words);
        client
    };
    let document = std::fs::File::open(&cache.path).unwrap();
    let saved = client(&["-x", "SET", &key]).stdin(document).stdout(Stdio::null()).status().unwrap();
    assert!(saved.success(), "redis-cli SET: {saved}");
    println!("A cached token of {TOKENS} of one user in Redis, whole processes:\n");

    let document = std::fs::read_to_string(&cache.path).unwrap() + "\n";
    let mut contenders = vec![
        Contender::new("true", Command::new("true"), ""),
        Contender::new("redis-cli GET", client(&["GET", &key]), document),
    ];
    for (name, program) in programs {
        let mut command = cache.ask(program);
        command.env("TOKCACHE_STORE", server.url()).env("TOKCACHE_ACCOUNT", ACCOUNT);
        contenders.push(Contender::new(*name, command, format!("{}\n", cache.token)));
    }
    compete(&mut contenders, rounds(effort, 400));
    let rows: Vec<_> = contenders.iter().map(|contender| (contender.name.as_str(), contender.spread())).collect();
    print_table("redis-cli GET", &rows);
}
