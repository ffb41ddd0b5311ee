//! One thing asked of a registry, with the token dance and redirects around it.
//!
//! Credentials go to the registry's own origin and nowhere else: a redirect to another origin is asked without them.
//! Nothing is ever sent from `https` on to `http`, nor from the public net on into a private one.

use std::fmt;

use super::auth::{Challenge, token};
use super::http::{Head, Method, RateLimit, Request};
use super::url::Url;
use super::{Error, MAX_REDIRECTS, MAX_TOKEN_ANSWER, known};
use crate::digest::Digest;
use crate::reference::Reference;

/// Where a repository is, and what was learnt on the way to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// The registry's API.
    pub(super) api: Url,
    /// Repository, `library/nginx`.
    pub(super) repository: String,
    token: Option<String>,
    /// Pull limit as last told.
    pub(super) rate_limit: Option<RateLimit>,
}

/// Without the token, which belongs in no log.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("api", &self.api).field("repository", &self.repository).finish_non_exhaustive()
    }
}

impl Session {
    fn new(api: Url, repository: &str) -> Self {
        Self { api, repository: repository.to_owned(), token: None, rate_limit: None }
    }

    /// A session for one blob without a pull before it. `plain_http` as in [`super::PullOptions`].
    ///
    /// # Errors
    /// [`Error::BadUrl`] when the registry's name makes no URL.
    pub fn of(reference: &Reference, plain_http: bool) -> Result<Self, Error> {
        let scheme = if plain_http { "http" } else { "https" };
        let api = Url::parse(&format!("{scheme}://{}/", known::api_host(&reference.registry)))?;
        Ok(Self::new(api, &reference.repository))
    }

    /// The exchange for one blob of at most `max` bytes; `what` names it in errors.
    pub fn blob(&self, digest: &Digest, max: u64, what: String) -> Exchange {
        Exchange::new(self.clone(), self.url(&format!("blobs/{digest}")), "*/*", what, max)
    }

    /// The URL of `/v2/REPOSITORY/…`.
    pub(super) fn url(&self, rest: &str) -> Url {
        Url { path: format!("/v2/{}/{rest}", self.repository), ..self.api.clone() }
    }

    /// Pull limit as last told by the registry.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.rate_limit
    }
}

/// What to do after the head of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing of this body matters: ask for [`Exchange::request`] again, it has changed.
    Again,
    /// Read this body (it is short) and give it to [`Exchange::token`], then ask again.
    Token,
    /// This body is what was asked for.
    Body,
}

/// One request with all that may stand in its way.
#[derive(Debug, Clone)]
pub struct Exchange {
    session: Session,
    method: Method,
    /// What is asked for; redirects move it.
    target: Url,
    accept: &'static str,
    what: String,
    max_body: u64,
    /// First byte that is asked for.
    from: u64,
    /// Set while the next request goes to the token realm.
    realm: Option<Url>,
    asked_for_token: bool,
    redirects: u32,
}

impl Exchange {
    pub(super) fn new(session: Session, target: Url, accept: &'static str, what: String, max_body: u64) -> Self {
        let method = Method::Get;
        Self { session, method, target, accept, what, max_body, from: 0, realm: None, asked_for_token: false, redirects: 0 }
    }

    /// Asks for the head alone.
    pub(super) fn head_only(self) -> Self {
        Self { method: Method::Head, ..self }
    }

    /// Asks for the bytes from here on.
    pub(super) fn starting_at(self, from: u64) -> Self {
        Self { from, ..self }
    }

    /// The request to make now.
    pub fn request(&self) -> Request {
        if let Some(realm) = &self.realm {
            let headers = vec![("accept", "application/json".to_owned())];
            let what = format!("token for {}", self.what);
            return Request { method: Method::Get, url: realm.clone(), headers, max_body: MAX_TOKEN_ANSWER, what };
        }
        let mut headers = vec![("accept", self.accept.to_owned())];
        if let Some(token) = self.session.token.as_ref().filter(|_| self.target.origin() == self.session.api.origin()) {
            headers.push(("authorization", format!("Bearer {token}")));
        }
        if self.from > 0 {
            headers.push(("range", format!("bytes={}-", self.from)));
        }
        Request { method: self.method, url: self.target.clone(), headers, max_body: self.max_body, what: self.what.clone() }
    }

    /// Takes the head of the answer to [`Self::request`].
    ///
    /// # Errors
    /// Whatever ends the exchange; see [`Error`].
    pub fn head(&mut self, head: &Head) -> Result<Answer, Error> {
        if let Some(limit) = head.rate_limit() {
            self.session.rate_limit = Some(limit);
        }
        if head.is_redirect() {
            return self.redirect(head.header("location").unwrap_or_default());
        }
        let asked = self.realm.as_ref().unwrap_or(&self.target);
        let at_home = self.realm.is_none() && asked.origin() == self.session.api.origin();
        let (host, what) = (asked.authority(), self.request().what);
        match head.status {
            200 if self.realm.is_some() => Ok(Answer::Token),
            200 => Ok(Answer::Body),
            206 if self.realm.is_none() && self.from > 0 => Ok(Answer::Body),
            401 if at_home && !self.asked_for_token => self.challenge(head),
            // A realm that gives strangers nothing speaks for its registry; what a redirect led to does not.
            401 | 403 if at_home || self.realm.is_some() => Err(self.denied()),
            404 if self.realm.is_none() => Err(Error::NotFound { host, what }),
            429 => Err(Error::RateLimited { host, limit: head.rate_limit(), after: head.retry_after() }),
            status => Err(Error::Status { host, status, what }),
        }
    }

    /// Takes the body of a token answer.
    ///
    /// # Errors
    /// [`Error::Malformed`] when there is no token in it.
    pub fn token(&mut self, body: &[u8]) -> Result<(), Error> {
        let Request { url, what, .. } = self.request();
        self.realm = None;
        let token = token(body);
        self.session.token =
            Some(token.ok_or_else(|| Error::Malformed { host: url.authority(), what, why: "the answer has no token".into() })?);
        Ok(())
    }

    /// What was learnt, for the next exchange with the same repository.
    pub fn into_session(self) -> Session {
        self.session
    }

    /// The request could not be made, or its answer broke off.
    pub(super) fn no_answer(&self, why: &str) -> Error {
        let Request { url, what, .. } = self.request();
        Error::Unreachable { host: url.authority(), what, why: why.to_owned() }
    }

    /// What is asked for, in words.
    pub fn what(&self) -> &str {
        &self.what
    }

    fn redirect(&mut self, location: &str) -> Result<Answer, Error> {
        self.redirects += 1;
        if self.redirects > MAX_REDIRECTS {
            return Err(Error::TooManyRedirects {
                host: self.session.api.authority(),
                what: self.what.clone(),
                limit: MAX_REDIRECTS,
            });
        }
        let from = self.realm.as_ref().unwrap_or(&self.target);
        let to = from.join(location).map_err(|error| self.misled(from, &error))?;
        if from.tls && !to.tls {
            return Err(Error::Downgrade { host: from.authority(), to: to.origin() });
        }
        if !self.session.api.may_send_to(&to) {
            return Err(Error::Inside { host: from.authority(), to: to.origin() });
        }
        match &mut self.realm {
            Some(realm) => *realm = to,
            None => self.target = to,
        }
        Ok(Answer::Again)
    }

    /// Somebody sends us to what is no address.
    fn misled(&self, by: &Url, error: &Error) -> Error {
        Error::Malformed { host: by.authority(), what: self.what.clone(), why: format!("sent to what is {error}") }
    }

    fn denied(&self) -> Error {
        Error::Denied { host: self.session.api.authority(), what: self.what.clone() }
    }

    fn challenge(&mut self, head: &Head) -> Result<Answer, Error> {
        let challenge = Challenge::find(head.all("www-authenticate")).ok_or_else(|| self.denied())?;
        let realm = challenge.token_url(&self.session.repository).map_err(|error| self.misled(&self.session.api, &error))?;
        if self.session.api.tls && !realm.tls {
            return Err(Error::Downgrade { host: self.session.api.authority(), to: realm.origin() });
        }
        if !self.session.api.may_send_to(&realm) {
            return Err(Error::Inside { host: self.session.api.authority(), to: realm.origin() });
        }
        self.asked_for_token = true;
        self.session.token = None;
        self.realm = Some(realm);
        Ok(Answer::Again)
    }
}
