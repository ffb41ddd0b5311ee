//! A registry in memory: a function from request to answer, with the manners and the bad manners of real ones.

use std::cell::RefCell;
use std::collections::BTreeMap;

use porthole_oci::Digest;
use porthole_oci::registry::{Answer, Error, Exchange, Head, Pull, Pulled, Request};

use crate::image::Archive;

/// Host of the registry in requests.
pub const HOST: &str = "registry.example";

/// What the URL contains, and status, headers and body of the answer.
pub type Instead = (&'static str, u16, Vec<(&'static str, String)>, Vec<u8>);

/// A registry that holds one repository.
#[derive(Default)]
pub struct Registry {
    /// Manifests by tag and digest.
    pub manifests: BTreeMap<String, Vec<u8>>,
    /// Blobs by digest.
    pub blobs: BTreeMap<String, Vec<u8>>,
    /// Indexes of what is attached, by digest.
    pub referrers: BTreeMap<String, Vec<u8>>,
    /// Token that is wanted, with the realm that gives it.
    pub token: Option<(&'static str, &'static str)>,
    /// Host that blobs are redirected to.
    pub blobs_at: Option<&'static str>,
    /// Answers that replace the ordinary one, by what the URL contains.
    pub instead: Vec<Instead>,
    /// Every request so far.
    pub seen: RefCell<Vec<Request>>,
}

impl Registry {
    /// A registry with the images of an archive; the index, or the only manifest, is tagged `v1`.
    pub fn of(archive: &Archive) -> Self {
        let mut registry = Self::default();
        let mut index = Vec::new();
        for (name, bytes) in archive.layout() {
            if let Some(hex) = name.strip_prefix("blobs/sha256/") {
                registry.blobs.insert(format!("sha256:{hex}"), bytes.clone());
                registry.manifests.insert(format!("sha256:{hex}"), bytes);
            } else if name == "index.json" {
                index = bytes;
            }
        }
        registry.tag("v1", index)
    }

    /// Adds a manifest under a tag and its digest.
    pub fn tag(mut self, tag: &str, bytes: Vec<u8>) -> Self {
        self.manifests.insert(Digest::sha256(&bytes).to_string(), bytes.clone());
        self.manifests.insert(tag.to_owned(), bytes);
        self
    }

    /// Adds a blob.
    pub fn blob(mut self, bytes: Vec<u8>) -> Self {
        self.blobs.insert(Digest::sha256(&bytes).to_string(), bytes);
        self
    }

    /// Lists an index as the referrers of a digest.
    pub fn referrers(mut self, digest: &str, index: Vec<u8>) -> Self {
        self.referrers.insert(digest.to_owned(), index);
        self
    }

    /// Answers one request.
    pub fn answer(&self, request: &Request) -> (Head, Vec<u8>) {
        self.seen.borrow_mut().push(request.clone());
        let url = request.url.to_string();
        let head = |status, headers: &[(&str, String)]| Head {
            status,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        };
        for (part, status, headers, body) in &self.instead {
            if url.contains(part) {
                return (head(*status, headers), body.clone());
            }
        }
        if let Some((realm, token)) = self.token {
            if url.starts_with(realm) {
                return (head(200, &[]), format!(r#"{{"token":"{token}"}}"#).into_bytes());
            }
            let wanted = ("authorization", format!("Bearer {token}"));
            if request.url.host == HOST && !request.headers.contains(&wanted) {
                let challenge = format!(r#"Bearer realm="{realm}",service="test",scope="repository:app:pull""#);
                return (head(401, &[("WWW-Authenticate", challenge)]), Vec::new());
            }
        }
        let Some(rest) = request.url.path.strip_prefix("/v2/app/") else { return (head(404, &[]), Vec::new()) };
        let found = match rest.split_once('/') {
            Some(("manifests", target)) => self.manifests.get(target),
            Some(("referrers", digest)) => self.referrers.get(digest),
            Some(("blobs", digest)) => match self.blobs_at {
                Some(host) if request.url.host == HOST => {
                    return (head(307, &[("Location", format!("https://{host}{}", request.url.path))]), Vec::new());
                }
                _ => self.blobs.get(digest),
            },
            _ => None,
        };
        match found {
            Some(bytes) => (head(200, &[("Docker-Content-Digest", Digest::sha256(bytes).to_string())]), bytes.clone()),
            None => (head(404, &[]), Vec::new()),
        }
    }

    /// Drives a pull to its end.
    pub fn pull(&self, mut pull: Pull) -> Result<Pulled, Error> {
        while let Some(request) = pull.wants() {
            let (head, mut body) = self.answer(&request);
            body.truncate(request.max_body as usize + 1);
            pull.push(&head, &body)?;
        }
        pull.finish()
    }

    /// Drives one exchange to its body.
    pub fn fetch(&self, mut exchange: Exchange) -> Result<Vec<u8>, Error> {
        loop {
            let (head, body) = self.answer(&exchange.request());
            match exchange.head(&head)? {
                Answer::Again => {}
                Answer::Token => exchange.token(&body)?,
                Answer::Body => return Ok(body),
            }
        }
    }

    /// Requests that carried a token, by host.
    pub fn hosts_with_token(&self) -> Vec<String> {
        let seen = self.seen.borrow();
        let with_token = seen.iter().filter(|request| request.headers.iter().any(|(name, _)| *name == "authorization"));
        let mut hosts: Vec<String> = with_token.map(|request| request.url.host.clone()).collect();
        hosts.sort();
        hosts.dedup();
        hosts
    }
}
