//! Real servers for tests. A server runs on a free loopback port and in a temporary folder. It ends when its value is
//! dropped, or when the test process ends in any way. A test can start several servers, and two test runs can overlap.

mod certificates;
mod network;
mod pgbouncer;
mod postgres;
mod process;
mod provider;
mod redis;

use std::net::{TcpListener, UdpSocket};
use std::sync::Mutex;
use std::time::{Duration, Instant};

pub use certificates::Certificates;
pub use network::{Host, Network};
pub use pgbouncer::PgBouncer;
pub use postgres::PostgresServer;
pub use process::{ServerProcess, unshare_options};
pub use provider::ProviderServer;
pub use redis::{RedisCluster, RedisOptions, RedisSentinel, RedisServer};

/// The time limit for a server to start or to reach a state.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Ports below the system's ephemeral range (Linux begins at 32768), from which the system takes the ports of outgoing
/// connections.
const PORTS: std::ops::Range<u16> = 10_000..32_000;

/// Returns a random free loopback port, which no other call returns while this process runs, in whatever process of
/// the machine: the UDP port of the same number is held to reserve it.
pub fn free_port() -> u16 {
    static RESERVED: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());
    let reserve = |port: u16| {
        let reservation = UdpSocket::bind(("127.0.0.1", port)).ok()?;
        TcpListener::bind(("127.0.0.1", port)).ok()?;
        Some((port, reservation))
    };
    let mut ports = std::iter::repeat_with(|| fastrand::u16(PORTS)).take(1000);
    let (port, reservation) = ports.find_map(reserve).expect("a free port");
    RESERVED.lock().expect("the list of ports").push(reservation);
    port
}

/// Checks every 5 ms until `is_so` returns true. Panics after [`PATIENCE`].
#[expect(clippy::disallowed_methods, reason = "the time of a real server")]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "waited {} s in vain until {what}", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_millis(5));
    }
}
