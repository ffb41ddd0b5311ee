//! Where a host is: out in the public internet, or somewhere that strangers must not send us to.
//!
//! Looked at is what is written, name or literal. Special addresses: IANA's registries after RFC 6890. Odd spellings of IPv4
//! addresses never come here: [`super::Url`] refuses them.

use core::net::{Ipv4Addr, Ipv6Addr};

/// Names without a public address by convention or standard (RFC 6761, RFC 6762, RFC 8375, and what networks at home use).
const PRIVATE_SUFFIXES: &[&str] = &[
    "local",
    "localdomain",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "arpa",
    "test",
    "invalid",
    "onion",
    "alt",
    "cluster",
    "svc",
];

/// Where a host is, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Out there: every address that is routed, every name that may have one.
    Public,
    /// This very machine.
    Loopback,
    /// One cable away: where clouds keep their metadata services.
    LinkLocal,
    /// A closed network, or nowhere.
    Private,
}

impl Place {
    /// Where this host is: a name, an IPv4 address, or an IPv6 address in brackets.
    pub fn of(host: &str) -> Self {
        if let Some(literal) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            return literal.parse().map_or(Self::Private, of_ipv6);
        }
        if let Ok(address) = host.parse() {
            return of_ipv4(address);
        }
        let name = host.strip_suffix('.').unwrap_or(host);
        match name.rsplit('.').next().unwrap_or(name) {
            "localhost" => Self::Loopback,
            last if last == name || PRIVATE_SUFFIXES.contains(&last) => Self::Private,
            _ => Self::Public,
        }
    }
}

fn of_ipv4(address: Ipv4Addr) -> Place {
    match address.octets() {
        [0 | 127, ..] => Place::Loopback,
        [169, 254, ..] => Place::LinkLocal,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Place::Private,
        // Protocols, documentation, relays, benchmarks, multicast and what lies beyond.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] | [224..=255, ..] => {
            Place::Private
        }
        _ => Place::Public,
    }
}

fn of_ipv6(address: Ipv6Addr) -> Place {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Place::Loopback,
        // An IPv4 address in IPv6 clothes, mapped, compatible, translated or tunnelled, is where that address is.
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            of_ipv4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)))
        }
        [0xfe80..=0xfebf, ..] => Place::LinkLocal,
        // Of what is routed, 2000::/3, not protocols (Teredo among them) and documentation.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Place::Private,
        [0x2000..=0x3fff, ..] => Place::Public,
        _ => Place::Private,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_where_their_names_say() {
        use Place::{LinkLocal, Loopback, Private, Public};
        for (host, place) in [
            ("ghcr.io", Public),
            ("ghcr.io.", Public),
            ("8.8.8.8", Public),
            ("[2606:4700::1111]", Public),
            ("localhost", Loopback),
            ("a.localhost.", Loopback),
            ("127.9.9.9", Loopback),
            ("0.0.0.0", Loopback),
            ("[::1]", Loopback),
            ("[::]", Loopback),
            ("[::ffff:127.0.0.1]", Loopback),
            ("[64:ff9b::7f00:1]", Loopback),
            ("[2002:a9fe:a9fe::1]", LinkLocal),
            ("169.254.169.254", LinkLocal),
            ("[::ffff:a9fe:a9fe]", LinkLocal),
            ("[fe80::1]", LinkLocal),
            ("[fd00:ec2::254]", Private),
            ("[ff02::1]", Private),
            ("[2001:db8::1]", Private),
            ("10.1.2.3", Private),
            ("172.31.0.1", Private),
            ("172.32.0.1", Public),
            ("192.168.1.1", Private),
            ("100.64.0.1", Private),
            ("224.0.0.1", Private),
            ("255.255.255.255", Private),
            ("registry", Private),
            ("registry.local", Private),
            ("metadata.google.internal", Private),
            ("router.home.arpa.", Private),
            ("thelocal.se", Public),
        ] {
            assert_eq!(Place::of(host), place, "{host}");
        }
    }
}
