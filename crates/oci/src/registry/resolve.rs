//! Which digest a tag names at present, asked for with `HEAD` so that it counts against no pull limit.

use super::exchange::{Answer, Exchange, Session};
use super::http::{Head, Request};
use super::pull::ACCEPT;
use super::{Error, MAX_MANIFEST};
use crate::digest::Digest;
use crate::reference::Reference;

/// Resolves one reference: `while let Some(request) = resolve.wants() { … resolve.push(head, body)? }`.
#[derive(Debug)]
pub struct Resolve {
    reference: Reference,
    session: Session,
    exchange: Option<Exchange>,
    digest: Option<Digest>,
}

impl Resolve {
    /// Has asked for nothing yet; a reference by digest needs nothing. `plain_http` as in [`super::PullOptions`].
    ///
    /// # Errors
    /// [`Error::BadUrl`] when the registry's name makes no URL.
    pub fn new(reference: Reference, plain_http: bool) -> Result<Self, Error> {
        let session = Session::of(&reference, plain_http)?;
        let exchange = reference.digest.is_none().then(|| {
            let url = session.url(&format!("manifests/{}", reference.target()));
            Exchange::new(session.clone(), url, ACCEPT, format!("manifest of {reference}"), MAX_MANIFEST).head_only()
        });
        Ok(Self { digest: reference.digest, reference, session, exchange })
    }

    /// The request to make now; none when it is known.
    pub fn wants(&self) -> Option<Request> {
        self.exchange.as_ref().map(Exchange::request)
    }

    /// Takes an answer: its head, and the body that a token comes in.
    ///
    /// # Errors
    /// Whatever ends the pull; see [`Error`].
    pub fn push(&mut self, head: &Head, body: &[u8]) -> Result<(), Error> {
        let Some(mut exchange) = self.exchange.take() else { return Ok(()) };
        match exchange.head(head)? {
            Answer::Again => self.exchange = Some(exchange),
            Answer::Token => {
                exchange.token(body)?;
                self.exchange = Some(exchange);
            }
            Answer::Body => {
                self.digest = head.header("docker-content-digest").and_then(|digest| Digest::parse(digest.trim()).ok());
                self.session = exchange.into_session();
            }
        }
        Ok(())
    }

    /// The reference by digest, `None` where the registry names none (it need not): a pull tells then. The session goes on
    /// in [`super::Pull::within`].
    pub fn finish(self) -> (Option<Reference>, Session) {
        let pinned = self.digest.map(|digest| Reference { tag: None, digest: Some(digest), ..self.reference });
        (pinned, self.session)
    }
}
