//! One thing asked of a registry, with the token dance and redirects around it.
//!
//! Credentials go to the registry's own origin and nowhere else: a redirect to another origin is asked without them.
//! Nothing is ever sent from `https` on to `http`.

use super::auth::{Challenge, token};
use super::http::{Head, RateLimit, Request};
use super::url::Url;
use super::{Error, MAX_REDIRECTS, MAX_TOKEN_ANSWER, known};
use crate::digest::Digest;
use crate::reference::Reference;

/// Where a repository is, and what was learnt on the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The registry's API.
    pub(super) api: Url,
    /// Repository, `library/nginx`.
    pub(super) repository: String,
    token: Option<String>,
    /// Pull limit as last told.
    pub(super) rate_limit: Option<RateLimit>,
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

/// One GET with all that may stand in its way.
#[derive(Debug, Clone)]
pub struct Exchange {
    session: Session,
    /// What is asked for; redirects move it.
    target: Url,
    accept: &'static str,
    what: String,
    max_body: u64,
    /// Set while the next request goes to the token realm.
    realm: Option<Url>,
    asked_for_token: bool,
    redirects: u32,
}

impl Exchange {
    pub(super) fn new(session: Session, target: Url, accept: &'static str, what: String, max_body: u64) -> Self {
        Self { session, target, accept, what, max_body, realm: None, asked_for_token: false, redirects: 0 }
    }

    /// The request to make now.
    pub fn request(&self) -> Request {
        if let Some(realm) = &self.realm {
            let headers = vec![("accept", "application/json".to_owned())];
            return Request { url: realm.clone(), headers, max_body: MAX_TOKEN_ANSWER, what: format!("token for {}", self.what) };
        }
        let mut headers = vec![("accept", self.accept.to_owned())];
        if let Some(token) = self.session.token.as_ref().filter(|_| self.target.origin() == self.session.api.origin()) {
            headers.push(("authorization", format!("Bearer {token}")));
        }
        Request { url: self.target.clone(), headers, max_body: self.max_body, what: self.what.clone() }
    }

    /// Takes the head of the answer to [`Self::request`].
    ///
    /// # Errors
    /// Whatever ends the exchange; see [`Error`].
    pub fn head(&mut self, head: &Head) -> Result<Answer, Error> {
        let host = || self.session.api.host.clone();
        if let Some(limit) = head.rate_limit() {
            self.session.rate_limit = Some(limit);
        }
        if head.is_redirect() {
            return self.redirect(head.header("location").unwrap_or_default());
        }
        match head.status {
            200 if self.realm.is_some() => Ok(Answer::Token),
            200 => Ok(Answer::Body),
            401 if self.realm.is_none() && !self.asked_for_token => self.challenge(head),
            401 | 403 => Err(Error::Denied { host: host(), what: self.what.clone() }),
            404 => Err(Error::NotFound { host: host(), what: self.what.clone() }),
            429 => Err(Error::RateLimited { host: host(), after: head.retry_after() }),
            status => Err(Error::Status { host: host(), status, what: self.what.clone() }),
        }
    }

    /// Takes the body of a token answer.
    ///
    /// # Errors
    /// [`Error::Malformed`] when there is no token in it.
    pub fn token(&mut self, body: &[u8]) -> Result<(), Error> {
        let realm = self.realm.take();
        self.session.token = Some(token(body).ok_or_else(|| Error::Malformed {
            host: realm.map_or_else(|| self.session.api.host.clone(), |realm| realm.host),
            what: format!("token for {}", self.what),
            why: "the answer has no token".into(),
        })?);
        Ok(())
    }

    /// What was learnt, for the next exchange with the same repository.
    pub fn into_session(self) -> Session {
        self.session
    }

    /// What is asked for, in words.
    pub fn what(&self) -> &str {
        &self.what
    }

    fn redirect(&mut self, location: &str) -> Result<Answer, Error> {
        self.redirects += 1;
        if self.redirects > MAX_REDIRECTS {
            return Err(Error::TooManyRedirects {
                host: self.session.api.host.clone(),
                what: self.what.clone(),
                limit: MAX_REDIRECTS,
            });
        }
        let from = self.realm.as_ref().unwrap_or(&self.target);
        let to = from.join(location)?;
        if from.tls && !to.tls {
            return Err(Error::Downgrade { host: from.host.clone(), to: to.origin() });
        }
        match &mut self.realm {
            Some(realm) => *realm = to,
            None => self.target = to,
        }
        Ok(Answer::Again)
    }

    fn challenge(&mut self, head: &Head) -> Result<Answer, Error> {
        let denied = Error::Denied { host: self.session.api.host.clone(), what: self.what.clone() };
        // A challenge of the host that a redirect led to is not the registry's to make.
        if self.target.origin() != self.session.api.origin() {
            return Err(denied);
        }
        let challenge = head.header("www-authenticate").and_then(Challenge::parse).ok_or(denied)?;
        let realm = challenge.token_url(&self.session.repository)?;
        if self.session.api.tls && !realm.tls {
            return Err(Error::Downgrade { host: self.session.api.host.clone(), to: realm.origin() });
        }
        self.asked_for_token = true;
        self.session.token = None;
        self.realm = Some(realm);
        Ok(Answer::Again)
    }
}
