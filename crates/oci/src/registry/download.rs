//! One blob as a stream: its size checked while it comes, its digest at the end, gone on with where it broke off.
//!
//! The host makes the requests, hands on what [`Download::push`] gives back, and says when a connection broke. Digests are
//! usually computed by whoever eats the bytes (a `LayerScan` hashes anyway) and compared by [`Download::finish`].
//! Follows distribution specification, "Pulling blobs" (`Range`), and RFC 9110 section 14.
//! Proof: `tests/suite/registry_download.rs`, and `tests/edge` against a registry with bad manners.

use super::exchange::{Answer, Exchange, Session};
use super::http::{Head, Request};
use super::{Error, RateLimit};
use crate::digest::{Algorithm, Digest, Hasher};

/// Attempts in a row that may bring no byte.
const ATTEMPTS: u32 = 3;

/// A blob on its way.
pub struct Download {
    session: Session,
    digest: Digest,
    size: Option<u64>,
    max: u64,
    what: String,
    exchange: Exchange,
    /// Bytes handed on so far.
    got: u64,
    /// Bytes of the present answer that were handed on before.
    skip: u64,
    /// Bytes handed on when the present attempt began.
    since: u64,
    idle: u32,
    hasher: Option<Hasher>,
}

/// What the end of a body means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All of it is there: [`Download::finish`] is next.
    Whole,
    /// More is to come: wait so many seconds, then make [`Download::request`] again.
    Again(u64),
}

impl Download {
    /// A blob of `size` bytes, where its descriptor states that, and of `max` at most; `what` names it in errors.
    pub fn new(session: &Session, digest: Digest, size: Option<u64>, max: u64, what: String) -> Self {
        let exchange = session.blob(&digest, max, what.clone());
        // Whoever eats layers computes SHA-256: others are computed here.
        let hasher = (digest.algorithm() != Algorithm::Sha256).then(|| Hasher::new(digest.algorithm()));
        Self { session: session.clone(), digest, size, max, what, exchange, got: 0, skip: 0, since: 0, idle: 0, hasher }
    }

    /// Computes the digest here, for a host that does not.
    #[must_use]
    pub fn hashing(mut self) -> Self {
        self.hasher = Some(Hasher::new(self.digest.algorithm()));
        self
    }

    /// The request to make now.
    pub fn request(&self) -> Request {
        self.exchange.request()
    }

    /// Takes the head of the answer.
    ///
    /// # Errors
    /// Whatever ends the download; see [`Error`].
    pub fn head(&mut self, head: &Head) -> Result<Answer, Error> {
        let answer = self.exchange.head(head)?;
        if answer != Answer::Body {
            return Ok(answer);
        }
        if self.size.is_some_and(|size| size > self.max) {
            return Err(self.too_long());
        }
        let start = if head.status == 206 { head.range_start() } else { Some(0) };
        self.skip = start.and_then(|start| self.got.checked_sub(start)).ok_or_else(|| Error::Malformed {
            host: self.host(),
            what: self.what.clone(),
            why: "another range came than was asked for".into(),
        })?;
        let whole = head.content_length().zip(start).map(|(length, start)| start.saturating_add(length));
        match (whole, self.size) {
            (Some(found), Some(stated)) if found != stated => Err(self.size_mismatch(stated, found)),
            (Some(found), None) if found > self.max => Err(self.too_long()),
            _ => Ok(Answer::Body),
        }
    }

    /// Takes the body of a token answer.
    ///
    /// # Errors
    /// As [`Exchange::token`].
    pub fn token(&mut self, body: &[u8]) -> Result<(), Error> {
        self.exchange.token(body)
    }

    /// Takes the next bytes of the body and gives back those that were not there before.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`] or [`Error::TooLong`] when there are more than there may be.
    pub fn push<'a>(&mut self, chunk: &'a [u8]) -> Result<&'a [u8], Error> {
        let old = self.skip.min(chunk.len() as u64);
        self.skip -= old;
        let new = chunk.get(old as usize..).unwrap_or_default();
        let got = self.got.saturating_add(new.len() as u64);
        match self.size {
            Some(stated) if got > stated => return Err(self.size_mismatch(stated, got)),
            None if got > self.max => return Err(self.too_long()),
            _ => {}
        }
        self.got = got;
        if let Some(hasher) = &mut self.hasher {
            hasher.push(new);
        }
        Ok(new)
    }

    /// The body has ended in good order.
    ///
    /// # Errors
    /// As [`Self::broken`].
    pub fn end(&mut self) -> Result<End, Error> {
        match self.size {
            Some(size) if self.got < size => self.broken("the answer ended early"),
            _ => Ok(End::Whole),
        }
    }

    /// The connection could not be made, or broke.
    ///
    /// # Errors
    /// [`Error::BrokenOff`] when it has done so too often without a byte in between.
    pub fn broken(&mut self, why: &str) -> Result<End, Error> {
        if self.size.is_some_and(|size| self.got == size) {
            return Ok(End::Whole);
        }
        self.idle = if self.got > self.since { 0 } else { self.idle + 1 };
        if self.idle >= ATTEMPTS {
            let what = self.what.clone();
            return Err(if self.got == 0 {
                self.exchange.no_answer(why)
            } else {
                Error::BrokenOff { host: self.host(), what, expected: self.size, found: self.got, why: why.to_owned() }
            });
        }
        self.since = self.got;
        // From the registry again: the address that a redirect gave may have run out. A token that was got is kept.
        self.session = self.exchange.clone().into_session();
        self.exchange = self.session.blob(&self.digest, self.max, self.what.clone()).starting_at(self.got);
        Ok(End::Again(u64::from(self.idle)))
    }

    /// Bytes handed on so far.
    pub fn got(&self) -> u64 {
        self.got
    }

    /// Pull limit as last told.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.session.rate_limit()
    }

    /// Ends the download; `found` is the SHA-256 of what was handed on, where somebody computed it.
    ///
    /// # Errors
    /// [`Error::DigestMismatch`] when something else came than was asked for, or nobody knows what came.
    pub fn finish(self, found: Option<Digest>) -> Result<(), Error> {
        let host = self.host();
        match self.hasher.map(Hasher::finish).or(found) {
            Some(found) if found == self.digest => Ok(()),
            found => Err(Error::DigestMismatch {
                host,
                what: self.what,
                expected: self.digest.to_string(),
                found: found.map_or_else(|| "nothing that was hashed".into(), |found| found.to_string()),
            }),
        }
    }

    fn host(&self) -> String {
        self.session.api.authority()
    }

    fn size_mismatch(&self, stated: u64, found: u64) -> Error {
        Error::SizeMismatch { host: self.host(), what: self.what.clone(), stated, found }
    }

    fn too_long(&self) -> Error {
        Error::TooLong { host: self.host(), what: self.what.clone(), limit: self.max }
    }
}
