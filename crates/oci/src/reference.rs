//! Image references as people write them: `nginx`, `ghcr.io/o/n:v1`, `localhost:5000/x@sha256:…`.
//!
//! The grammar is the distribution project's. `oci-spec` has a parser too, but brings a regular expression engine along; it
//! serves as the witness in `tests/suite/reference.rs`.

use std::fmt;
use std::str::FromStr;

use crate::digest::Digest;
use crate::error::{Error, shown};
use crate::registry::known::reference_of_page;

/// Host that a name without one belongs to.
pub const DOCKER_HUB: &str = "docker.io";

/// What may stand before a reference, as clients and pages write it.
const SCHEMES: [&str; 4] = ["docker://", "oci://", "https://", "http://"];
const COMMANDS: [&str; 4] = ["docker pull ", "podman pull ", "nerdctl pull ", "docker image pull "];

/// Where an image is to be had, completed: registry and repository are never empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Host with an optional port; `docker.io` where none was written.
    pub registry: String,
    /// Path, `library/nginx`.
    pub repository: String,
    /// Tag as written.
    pub tag: Option<String>,
    /// Digest as written; it wins over the tag.
    pub digest: Option<Digest>,
}

impl Reference {
    /// Parses what a person wrote, or copied. Surrounding space, a leading `docker pull` and schemes are ignored; the address of
    /// a well-known registry's page about an image is read as that image.
    ///
    /// ```
    /// let reference = porthole_oci::Reference::parse("docker pull nginx:1.27").expect("a reference");
    /// assert_eq!(reference.to_string(), "docker.io/library/nginx:1.27");
    /// ```
    pub fn parse(written: &str) -> Result<Self, Error> {
        let bad = |why| Error::BadReference { text: shown(written.as_bytes()), why };
        let text = written.trim();
        let text = COMMANDS.iter().find_map(|command| text.strip_prefix(command)).unwrap_or(text).trim_start();
        let text = SCHEMES.iter().find_map(|scheme| text.strip_prefix(scheme)).unwrap_or(text);
        let page = reference_of_page(text);
        let text = page.as_deref().unwrap_or(text);
        if text.is_empty() {
            return Err(bad("it is empty"));
        }
        let (text, digest) = match text.split_once('@') {
            Some((text, digest)) => (text, Some(Digest::parse(digest)?)),
            None => (text, None),
        };
        // A colon after the last slash begins the tag; one before it belongs to a port.
        let (name, tag) = match text.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (text, None),
        };
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(bad("its tag has letters that tags cannot have, or is too long"));
        }
        let (registry, path) = match name.split_once('/') {
            Some((host, path))
                if host.contains(['.', ':']) || host == "localhost" || host.bytes().any(|b| b.is_ascii_uppercase()) =>
            {
                // Capitals alone may be what makes it a host: without them it would be read as a folder of Docker Hub the next time.
                let by_capitals = !host.contains(['.', ':']) && !host.eq_ignore_ascii_case("localhost");
                (if by_capitals { host.to_owned() } else { host.to_ascii_lowercase() }, path)
            }
            _ => (DOCKER_HUB.to_owned(), name),
        };
        if !is_host(&registry) {
            return Err(bad("its registry is not a host name"));
        }
        let registry = match registry.as_str() {
            "index.docker.io" | "registry-1.docker.io" | "registry.hub.docker.com" => DOCKER_HUB.to_owned(),
            _ => registry,
        };
        let path = path.trim_end_matches('/');
        let repository = if registry == DOCKER_HUB && !path.contains('/') { format!("library/{path}") } else { path.to_owned() };
        if path.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(bad("its repository has upper-case letters"));
        }
        if path.is_empty() || !repository.split('/').all(is_component) {
            return Err(bad("its repository has characters that repositories cannot have"));
        }
        if repository.len() > 255 {
            return Err(bad("its repository is longer than 255 characters"));
        }
        Ok(Self { registry, repository, tag: tag.map(str::to_owned), digest })
    }

    /// The tag; `latest` where neither tag nor digest was written.
    pub fn tag_or_latest(&self) -> Option<&str> {
        match (&self.tag, &self.digest) {
            (Some(tag), _) => Some(tag),
            (None, Some(_)) => None,
            (None, None) => Some("latest"),
        }
    }

    /// What to ask a registry for: the digest, else the tag, else `latest`.
    pub fn target(&self) -> String {
        match &self.digest {
            Some(digest) => digest.to_string(),
            None => self.tag_or_latest().unwrap_or("latest").to_owned(),
        }
    }

    /// The name as people quote it: `nginx:latest` for what lies under `docker.io/library`. Reads as the same reference.
    pub fn familiar(&self) -> String {
        let whole = format!("{}/{}", self.registry, self.repository);
        let short = match self.registry.as_str() {
            DOCKER_HUB => self.repository.strip_prefix("library/").unwrap_or(&self.repository),
            _ => &whole,
        };
        // A folder of Docker Hub may look like a registry (`docker.io/my.host/app`): then nothing can be left out.
        let same = |again: Self| again.registry == self.registry && again.repository == self.repository;
        let short = if Self::parse(short).is_ok_and(same) { short.to_owned() } else { whole };
        self.with_target(short)
    }

    fn with_target(&self, mut name: String) -> String {
        if let Some(tag) = self.tag_or_latest() {
            name.push(':');
            name.push_str(tag);
        }
        if let Some(digest) = &self.digest {
            name.push('@');
            name.push_str(&digest.to_string());
        }
        name
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.with_target(format!("{}/{}", self.registry, self.repository)))
    }
}

impl FromStr for Reference {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&tag.len())
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

/// `[a-z0-9]+` runs, joined by one dot, one or two underscores, or any number of hyphens.
fn is_component(part: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let (Some(first), Some(last)) = (part.bytes().next(), part.bytes().last()) else { return false };
    if !plain(first) || !plain(last) {
        return false;
    }
    let joints = part.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()).filter(|joint| !joint.is_empty());
    joints.into_iter().all(|joint| matches!(joint, "." | "_" | "__") || joint.bytes().all(|byte| byte == b'-'))
}

fn is_host(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    };
    if port.is_some_and(|port| port.is_empty() || port.len() > 5 || !port.bytes().all(|byte| byte.is_ascii_digit())) {
        return false;
    }
    if let Some(address) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
    }
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_completed_as_people_mean_them() {
        let digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let table = [
            ("nginx", "docker.io/library/nginx:latest", "nginx:latest"),
            ("nginx:1.27", "docker.io/library/nginx:1.27", "nginx:1.27"),
            ("bitnami/redis", "docker.io/bitnami/redis:latest", "bitnami/redis:latest"),
            ("index.docker.io/library/x", "docker.io/library/x:latest", "x:latest"),
            ("docker://nginx", "docker.io/library/nginx:latest", "nginx:latest"),
            ("docker pull nginx:1.27", "docker.io/library/nginx:1.27", "nginx:1.27"),
            ("https://hub.docker.com/_/nginx", "docker.io/library/nginx:latest", "nginx:latest"),
            ("https://ghcr.io/o/n:v1", "ghcr.io/o/n:v1", "ghcr.io/o/n:v1"),
            ("ghcr.io/o/n:v1", "ghcr.io/o/n:v1", "ghcr.io/o/n:v1"),
            ("localhost/x", "localhost/x:latest", "localhost/x:latest"),
            ("localhost:5000/a/b:c", "localhost:5000/a/b:c", "localhost:5000/a/b:c"),
            ("127.0.0.1:5000/x", "127.0.0.1:5000/x:latest", "127.0.0.1:5000/x:latest"),
            ("[::1]:5000/x", "[::1]:5000/x:latest", "[::1]:5000/x:latest"),
            ("GHCR.io/o/n", "ghcr.io/o/n:latest", "ghcr.io/o/n:latest"),
            ("docker.io/my.host/app", "docker.io/my.host/app:latest", "docker.io/my.host/app:latest"),
            ("docker.io/library/library/x", "docker.io/library/library/x:latest", "docker.io/library/library/x:latest"),
            ("  a__b/c.d/e--f ", "docker.io/a__b/c.d/e--f:latest", "a__b/c.d/e--f:latest"),
        ];
        for (written, whole, familiar) in table {
            let reference = Reference::parse(written).unwrap();
            assert_eq!((reference.to_string().as_str(), reference.familiar().as_str()), (whole, familiar), "{written}");
            assert_eq!(Reference::parse(whole).unwrap().to_string(), whole);
        }
        let pinned = Reference::parse(&format!("x:1@{digest}")).unwrap();
        assert_eq!(pinned.target(), digest);
        assert_eq!(Reference::parse(&format!("x@{digest}")).unwrap().tag_or_latest(), None);
    }

    #[test]
    fn a_host_that_only_its_capitals_tell_stays_one() {
        let reference = Reference::parse("MyHost/app").unwrap();
        assert_eq!((reference.registry.as_str(), reference.to_string().as_str()), ("MyHost", "MyHost/app:latest"));
        assert_eq!(Reference::parse(&reference.to_string()).unwrap().registry, "MyHost");
        assert_eq!(Reference::parse("LOCALHOST/app").unwrap().registry, "localhost");
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for written in
            ["", " ", "Nginx", "a//b", "a/-b", "x:", "x:-1", "x@sha256:1", "a_._b", "-.io/x", "host.io:x/y", "ghcr.io/", "a b"]
        {
            assert!(Reference::parse(written).is_err(), "{written}");
        }
        assert!(Reference::parse(&"a".repeat(300)).is_err());
    }
}
