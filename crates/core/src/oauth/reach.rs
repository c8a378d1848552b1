//! From where an address can be reached.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// From where an address can be reached. A host may only name hosts that can be reached from at least as far as itself:
/// a public server must not make this machine send requests into the private network, or to itself (server-side request
/// forgery).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Reach {
    /// From this machine only.
    Loopback,
    /// From a private network, or from one link.
    Private,
    /// From the Internet.
    Public,
}

impl Reach {
    /// Returns the reach of an address (RFC 6890).
    pub fn of_address(address: IpAddr) -> Reach {
        match address {
            IpAddr::V4(address) => Reach::of_v4(address),
            IpAddr::V6(address) => Reach::of_v6(address),
        }
    }

    /// Returns the reach of a host that is an address, or that has a name with a fixed meaning; `None` for any other
    /// name, which has to be resolved. Resolvers read some other spellings as IPv4 addresses, such as `127.1` and
    /// `0x7f000001`. No server has such a name, so they count as loopback.
    pub fn of_host(host: &str) -> Option<Reach> {
        let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
        if let Ok(address) = host.parse() {
            return Some(Reach::of_address(address));
        }
        let last = host.rsplit('.').next().unwrap_or_default();
        let is_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
        (last.is_empty() || is_number || last == "localhost").then_some(Reach::Loopback)
    }

    fn of_v4(address: Ipv4Addr) -> Reach {
        let [a, b, c, _] = address.octets();
        let is_special = matches!((a, b, c), (100, 64..=127, _) | (192, 0, 0) | (198, 18..=19, _));
        if address.is_loopback() || a == 0 {
            Reach::Loopback
        } else if address.is_private() || address.is_link_local() || is_special || a >= 224 {
            Reach::Private
        } else {
            Reach::Public
        }
    }

    fn of_v6(address: Ipv6Addr) -> Reach {
        let segments = address.segments();
        let embedded = |high: u16, low: u16| {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            Reach::of_v4(Ipv4Addr::new(a, b, c, d))
        };
        match segments {
            [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Reach::Loopback,
            // IPv4-mapped, IPv4-compatible, and NAT64 (RFC 6052).
            [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
            // 6to4 (RFC 3056).
            [0x2002, high, low, ..] => embedded(high, low),
            // Global unicast addresses begin with 001 (RFC 4291 §2.4).
            [first, ..] if first & 0xe000 == 0x2000 => Reach::Public,
            _ => Reach::Private,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_address_is_told_from_a_public_one() {
        for (host, reach) in [
            ("127.0.0.1", Reach::Loopback),
            ("127.8.9.1", Reach::Loopback),
            ("0.0.0.0", Reach::Loopback),
            ("localhost", Reach::Loopback),
            ("LOCALHOST.", Reach::Loopback),
            ("a.localhost", Reach::Loopback),
            ("127.1", Reach::Loopback),
            ("2130706433", Reach::Loopback),
            ("0x7f000001", Reach::Loopback),
            ("0x7f.0.0.0x1", Reach::Loopback),
            ("[::1]", Reach::Loopback),
            ("::", Reach::Loopback),
            ("::ffff:127.0.0.1", Reach::Loopback),
            ("10.1.2.3", Reach::Private),
            ("172.16.0.1", Reach::Private),
            ("192.168.1.1", Reach::Private),
            ("169.254.169.254", Reach::Private),
            ("100.64.0.1", Reach::Private),
            ("224.0.0.1", Reach::Private),
            ("255.255.255.255", Reach::Private),
            ("fd00::1", Reach::Private),
            ("fe80::1", Reach::Private),
            ("64:ff9b::a9fe:a9fe", Reach::Private),
            ("2002:a00:1::", Reach::Private),
            ("::ffff:10.0.0.1", Reach::Private),
            ("8.8.8.8", Reach::Public),
            ("172.32.0.1", Reach::Public),
            ("2606:4700::1111", Reach::Public),
        ] {
            assert_eq!(Reach::of_host(host), Some(reach), "{host}");
        }
        for name in ["mcp.example.com", "localhost.example.com", "a1", "x-0x1.example"] {
            assert_eq!(Reach::of_host(name), None, "{name}");
        }
        assert!(Reach::Loopback < Reach::Private && Reach::Private < Reach::Public);
    }
}
