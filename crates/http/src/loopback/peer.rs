//! The user at the other end of a connection on this machine.

use std::net::{SocketAddr, TcpStream};

/// Whether another user than this one, or root, has opened the connection. Someone else who learns the address of a
/// sign-in from the list of processes could sign in as themselves and deliver their own code. Unknown users count as
/// this one.
#[cfg(target_os = "linux")]
pub(super) fn is_another_users(stream: &TcpStream) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let Ok(own) = std::fs::metadata("/proc/self").map(|process| process.uid()) else { return false };
    owner(stream).is_some_and(|user| user != own && user != 0)
}

/// Returns the user id of the process on this machine at the other end of a TCP connection. Returns `None` if the
/// process has closed its end, or if the system does not tell, as all but Linux.
pub fn user_of_peer(peer: SocketAddr, own: SocketAddr) -> Option<u32> {
    #[cfg(target_os = "linux")]
    return find_owner(peer, own);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (peer, own);
        None
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_another_users(_stream: &TcpStream) -> bool {
    false
}

/// Returns the user of the peer's socket, which is in the kernel's table of connections (proc_net_tcp.rst).
#[cfg(target_os = "linux")]
fn owner(stream: &TcpStream) -> Option<u32> {
    find_owner(stream.peer_addr().ok()?, stream.local_addr().ok()?)
}

#[cfg(target_os = "linux")]
fn find_owner(peer: SocketAddr, own: SocketAddr) -> Option<u32> {
    let table = std::fs::read_to_string(if peer.is_ipv4() { "/proc/net/tcp" } else { "/proc/net/tcp6" }).ok()?;
    let (peer, own) = (in_table(peer), in_table(own));
    table.lines().find_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let is_it = fields.next() == Some(&peer) && fields.next() == Some(&own);
        // After the state, the queues, the timer and the retransmissions. A closed socket has no inode, and the kernel
        // names root as its user.
        let (user, inode) = is_it.then(|| Some((fields.nth(4)?, fields.nth(1)?))).flatten()?;
        user.parse().ok().filter(|_| inode != "0")
    })
}

/// Returns the address as the kernel prints it: each 32 bits in the order of this machine.
#[cfg(target_os = "linux")]
fn in_table(address: SocketAddr) -> String {
    let bytes: Vec<u8> = match address.ip() {
        std::net::IpAddr::V4(ip) => ip.octets().to_vec(),
        std::net::IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    let words = bytes.as_chunks::<4>().0.iter().map(|word| format!("{:08X}", u32::from_ne_bytes(*word)));
    format!("{}:{:04X}", words.collect::<String>(), address.port())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::TcpListener;
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    #[test]
    fn the_owner_of_a_connection_is_found() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            // A machine may have no IPv6.
            let Ok(listener) = TcpListener::bind(address) else { continue };
            let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (accepted, _) = listener.accept().unwrap();
            assert_eq!(owner(&accepted), Some(std::fs::metadata("/proc/self").unwrap().uid()), "{address}");
            assert!(!is_another_users(&accepted));
        }
    }
}
