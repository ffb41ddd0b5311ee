//! The registry machines' requests, made: every hop through the guard, no redirect followed by the runtime, nothing of the
//! client handed on. What is asked, and when it is asked again, is the machines' to say.

use porthole_scan::oci::registry::{
    Answer, Download, End, Error, Head, Method, Pull, PullOptions, Pulled, Request, Resolve, Session,
};
use porthole_scan::oci::{Digest, Platform, Reference};
use worker::{Fetch, Headers, RequestInit, RequestRedirect, Response};

use crate::body::Body;
use crate::config::Config;
use crate::wait::{sleep, within};

/// How we name ourselves to registries.
const AGENT: &str = concat!("porthole/", env!("CARGO_PKG_VERSION"), " (+https://github.com/porthole-rs/porthole)");
/// Times that a request of a pull is made before silence counts.
const ATTEMPTS: u32 = 2;
/// How the reason of an answer that stopped coming begins.
pub(crate) const STALLED: &str = "nothing came for";

/// One registry, as this edge's configuration lets it be asked.
pub(crate) struct Client<'a> {
    config: &'a Config,
    registry: &'a str,
}

/// Why there is no answer: the guard's word, or what the network says.
enum Failed {
    Refused(Error),
    Broken(String),
}

impl<'a> Client<'a> {
    /// For images of this reference's registry.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when its images are not looked at.
    pub(crate) fn new(config: &'a Config, reference: &'a Reference) -> Result<Self, Error> {
        config.guard.reference(reference)?;
        Ok(Self { config, registry: &reference.registry })
    }

    fn plain_http(&self) -> bool {
        self.config.guard.trusts(self.registry)
    }

    /// Which digest a reference names, where the registry says so without counting it; and the session for what comes next.
    ///
    /// # Errors
    /// Whatever ends the exchange.
    pub(crate) async fn resolve(&self, reference: &Reference) -> Result<(Option<Digest>, Session), Error> {
        let mut resolve = Resolve::new(reference.clone(), self.plain_http())?;
        while let Some(request) = resolve.wants() {
            let (head, body) = self.whole(&request).await.map_err(|failed| unreachable(&request, failed))?;
            resolve.push(&head, &body)?;
        }
        let (pinned, session) = resolve.finish();
        Ok((pinned.and_then(|pinned| pinned.digest), session))
    }

    /// Everything about an image but its layers.
    ///
    /// # Errors
    /// Whatever ends the pull.
    pub(crate) async fn pull(
        &self,
        session: Session,
        reference: &Reference,
        platform: Option<Platform>,
    ) -> Result<Pulled, Error> {
        let options = PullOptions { platform, plain_http: self.plain_http(), attached: true, ..PullOptions::default() };
        let mut pull = Pull::within(session, reference.clone(), options);
        while let Some(request) = pull.wants() {
            match self.whole(&request).await {
                Ok((head, body)) => pull.push(&head, &body)?,
                Err(Failed::Refused(error)) => return Err(error),
                Err(Failed::Broken(why)) => pull.failed(&why)?,
            }
        }
        pull.finish()
    }

    /// Drives a download: `take` gets its bytes in order.
    ///
    /// # Errors
    /// Whatever ends it.
    pub(crate) async fn download(&self, download: &mut Download, mut take: impl FnMut(&[u8])) -> Result<(), Error> {
        let mut attempt = 0;
        loop {
            let request = download.request();
            let (head, mut body) = match self.send(&request).await {
                Ok(answered) => answered,
                Err(Failed::Refused(error)) => return Err(error),
                Err(Failed::Broken(why)) => match download.broken(&why)? {
                    End::Whole => return Ok(()),
                    End::Again(wait) => {
                        sleep(wait * 1000).await;
                        continue;
                    }
                },
            };
            if let Some(wait) = head.retry(attempt) {
                attempt += 1;
                body.cancel();
                sleep(wait * 1000).await;
                continue;
            }
            match download.head(&head) {
                Ok(Answer::Again) => {
                    body.cancel();
                    continue;
                }
                Ok(Answer::Token) => {
                    let token = body.all(request.max_body, self.config.stall_seconds).await;
                    download.token(&token.map_err(|why| unreachable(&request, Failed::Broken(why)))?)?;
                    continue;
                }
                Ok(Answer::Body) => {}
                Err(error) => {
                    body.cancel();
                    return Err(error);
                }
            }
            let end = loop {
                match body.next(self.config.stall_seconds).await {
                    Ok(Some(chunk)) => match download.push(chunk) {
                        Ok(new) => take(new),
                        Err(error) => {
                            body.cancel();
                            return Err(error);
                        }
                    },
                    Ok(None) => break download.end()?,
                    Err(why) => break download.broken(&why)?,
                }
            };
            match end {
                End::Whole => return Ok(()),
                End::Again(wait) => sleep(wait * 1000).await,
            }
        }
    }

    /// A small blob, whole and verified: a signature, an attestation.
    ///
    /// # Errors
    /// As [`Self::download`]; and when its bytes do not have the digest.
    pub(crate) async fn blob(&self, session: &Session, digest: Digest, max: u64) -> Result<Vec<u8>, Error> {
        let what = "what is attached to the image".to_owned();
        let mut download = Download::new(session, digest, None, max, what).hashing();
        let mut bytes = Vec::new();
        self.download(&mut download, |new| bytes.extend_from_slice(new)).await?;
        download.finish(None)?;
        Ok(bytes)
    }

    /// A request and its whole answer, asked again where that may help.
    async fn whole(&self, request: &Request) -> Result<(Head, Vec<u8>), Failed> {
        let mut attempt = 0;
        loop {
            let answer = self.once(request).await;
            let wait = match &answer {
                Ok((head, _)) => head.retry(attempt),
                Err(Failed::Broken(_)) => (attempt + 1 < ATTEMPTS).then_some(1),
                Err(Failed::Refused(_)) => None,
            };
            let Some(wait) = wait else { return answer };
            attempt += 1;
            sleep(wait * 1000).await;
        }
    }

    async fn once(&self, request: &Request) -> Result<(Head, Vec<u8>), Failed> {
        let (head, mut body) = self.send(request).await?;
        if request.method == Method::Head && head.status == 200 || head.status >= 300 {
            body.cancel();
            return Ok((head, Vec::new()));
        }
        let body = body.all(request.max_body, self.config.stall_seconds).await.map_err(Failed::Broken)?;
        Ok((head, body))
    }

    async fn send(&self, request: &Request) -> Result<(Head, Body), Failed> {
        self.config.guard.url(self.registry, &request.url).map_err(Failed::Refused)?;
        let failed = |error: worker::Error| {
            let why = error.to_string();
            // What the runtime cannot explain, it gives a number that means something to its makers alone.
            Failed::Broken(if why.contains("internal error") { "the connection failed".into() } else { why })
        };
        let headers = Headers::new();
        for (name, value) in &request.headers {
            headers.set(name, value).map_err(failed)?;
        }
        headers.set("user-agent", AGENT).map_err(failed)?;
        // A blob must come as it was hashed, not compressed once more on the way.
        headers.set("accept-encoding", "identity").map_err(failed)?;
        let method = match request.method {
            Method::Get => worker::Method::Get,
            Method::Head => worker::Method::Head,
        };
        let mut init = RequestInit::new();
        init.with_method(method).with_redirect(RequestRedirect::Manual).with_headers(headers);
        let outgoing = worker::Request::new_with_init(&request.url.to_string(), &init).map_err(failed)?;
        let stall = self.config.stall_seconds;
        let response = within(stall, Fetch::Request(outgoing).send()).await;
        let response: Response = response.ok_or_else(|| Failed::Broken(format!("{STALLED} {stall} seconds")))?.map_err(failed)?;
        let head = Head { status: response.status_code(), headers: response.headers().entries().collect() };
        Ok((head, Body::of(&response).map_err(failed)?))
    }
}

fn unreachable(request: &Request, failed: Failed) -> Error {
    match failed {
        Failed::Refused(error) => error,
        Failed::Broken(why) => Error::Unreachable { host: request.url.host.clone(), what: request.what.clone(), why },
    }
}
