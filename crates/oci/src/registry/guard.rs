//! Which addresses may be asked at all, by a host that asks on behalf of strangers.
//!
//! A reference, a realm and a redirect are written by people that nobody knows: each must lead to the public internet, by
//! `https`, at an allowed port. Looked at is what is written, name or literal; a public name that resolves to a private
//! address is the resolver's to refuse (Cloudflare's network and workerd's default both do).
//! Must not know: sockets, names' addresses. Proof: the table below, that of `place.rs`, `tests/edge`.

use core::net::Ipv4Addr;

use super::{Error, Place, Url};
use crate::reference::Reference;

/// What may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// Registries that references may name (`ghcr.io`, `registry.example:5000`); none: any public one.
    pub registries: Vec<String>,
    /// Ports that any address may have.
    pub ports: Vec<u16>,
    /// Hosts with port that the operator vouches for: asked over plain `http`, private or not, but only for an image whose
    /// reference names one of them. A public registry cannot send anybody there.
    pub trusted: Vec<String>,
}

impl Default for Guard {
    fn default() -> Self {
        Self { registries: Vec::new(), ports: vec![443], trusted: Vec::new() }
    }
}

impl Guard {
    /// Whether images of this registry are looked at.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when it is not in the list.
    pub fn reference(&self, reference: &Reference) -> Result<(), Error> {
        if self.registries.is_empty() || self.registries.contains(&reference.registry) || self.trusts(&reference.registry) {
            return Ok(());
        }
        Err(Error::Forbidden { host: reference.registry.clone(), why: "it is not among the registries that are asked here" })
    }

    /// Whether a registry is asked over plain `http`.
    pub fn trusts(&self, registry: &str) -> bool {
        self.trusted.iter().any(|trusted| trusted == registry)
    }

    /// Whether this request may be made on the way to an image of `registry`: call it for every hop.
    ///
    /// # Errors
    /// [`Error::Forbidden`] with the reason.
    pub fn url(&self, registry: &str, url: &Url) -> Result<(), Error> {
        let forbidden = |why| Err(Error::Forbidden { host: url.host.clone(), why });
        if self.trusts(registry) && self.trusts(&format!("{}:{}", url.host, url.port())) {
            return Ok(());
        }
        if let Some(why) = private(&url.host) {
            return forbidden(why);
        }
        if !url.tls {
            return forbidden("it would be asked without encryption");
        }
        if !self.ports.contains(&url.port()) {
            return forbidden("its port is not allowed");
        }
        Ok(())
    }
}

/// Why a host is not on the public internet; none when it may be.
fn private(host: &str) -> Option<&'static str> {
    let is_literal = host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok();
    match Place::of(host) {
        Place::Public => None,
        _ if is_literal => Some("it is no public address"),
        _ if !host.contains('.') => Some("it is a name without a domain"),
        _ => Some("it is a name of a private network"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(guard: &Guard, registry: &str, url: &str) -> Result<(), Error> {
        guard.url(registry, &Url::parse(url).expect("a URL"))
    }

    #[test]
    fn only_public_addresses_are_asked() {
        let guard = Guard::default();
        for url in ["https://ghcr.io/", "https://registry-1.docker.io./", "https://8.8.8.8/", "https://[2606:4700::1111]/"] {
            assert_eq!(asked(&guard, "ghcr.io", url), Ok(()), "{url}");
        }
        for url in [
            "http://ghcr.io/",
            "https://ghcr.io:8443/",
            "https://localhost/",
            "https://a.localhost/",
            "https://registry/",
            "https://registry.local/",
            "https://metadata.google.internal/",
            "https://kubernetes.default.svc.cluster.local/",
            "https://router.home.arpa./",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://127.0.0.1./",
            "https://10.1.2.3/",
            "https://100.64.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://172.31.255.255/",
            "https://192.168.0.1/",
            "https://0.0.0.0/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a9fe:a9fe]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[2001:db8::1]/",
            "https://[fd00:ec2::254]/",
            "https://[fe80::1]/",
            "https://[ff02::1]/",
        ] {
            let refused = match Url::parse(url) {
                Ok(_) => matches!(asked(&guard, "ghcr.io", url), Err(Error::Forbidden { .. })),
                // An odd spelling of an address is no URL at all.
                Err(_) => true,
            };
            assert!(refused, "{url}");
        }
    }

    #[test]
    fn a_trusted_host_is_reached_by_its_own_images_alone() {
        let guard = Guard { trusted: vec!["127.0.0.1:5000".into(), "127.0.0.1:5001".into()], ..Guard::default() };
        assert_eq!(asked(&guard, "127.0.0.1:5000", "http://127.0.0.1:5000/v2/"), Ok(()));
        assert_eq!(asked(&guard, "127.0.0.1:5000", "http://127.0.0.1:5001/token"), Ok(()));
        assert!(asked(&guard, "127.0.0.1:5000", "http://127.0.0.1:80/").is_err());
        assert!(asked(&guard, "127.0.0.1:5000", "http://169.254.169.254/").is_err());
        assert!(asked(&guard, "evil.example", "http://127.0.0.1:5000/v2/").is_err());
    }

    #[test]
    fn a_list_of_registries_is_all_there_is() {
        let guard = Guard { registries: vec!["ghcr.io".into()], trusted: vec!["127.0.0.1:1".into()], ..Guard::default() };
        let asked = |text| guard.reference(&Reference::parse(text).expect("a reference"));
        assert_eq!(asked("ghcr.io/a/b"), Ok(()));
        assert_eq!(asked("127.0.0.1:1/a"), Ok(()));
        assert!(asked("nginx").is_err());
    }
}
