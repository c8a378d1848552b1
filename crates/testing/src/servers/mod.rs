//! Real servers for tests. A server runs on a free loopback port and in a temporary folder, and ends with the value that
//! started it, also if the test panics or is killed. A test can start several, and two runs can be under way at once.

mod certificates;
mod process;
mod redis;

use std::net::TcpListener;
use std::time::{Duration, Instant};

pub use certificates::Certificates;
pub use process::ServerProcess;
pub use redis::{RedisCluster, RedisOptions, RedisSentinel, RedisServer};

/// How long a server may take to start or to reach a state.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Ports that the system does not hand out by itself (Linux begins at 32768), and whose number plus 10,000 is a port too,
/// which a node of a Redis cluster needs.
const PORTS: std::ops::Range<u16> = 10_000..32_000;

/// Returns a loopback port that nobody listens on. Another process could take it before the server does; the choice is
/// random among many, so that this does not happen in practice.
pub fn free_port() -> u16 {
    std::iter::repeat_with(|| fastrand::u16(PORTS))
        .take(1000)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a free port")
}

/// Asks about every 5 ms until `is_so`. Panics after [`PATIENCE`].
#[expect(clippy::disallowed_methods, reason = "the time of a real server")]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "waited {} s in vain until {what}", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_millis(5));
    }
}
