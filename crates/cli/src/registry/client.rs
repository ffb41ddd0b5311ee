//! HTTP for the machines: one request, one answer, nothing followed, everything capped.

use std::io::{self, Read};
use std::thread::sleep;
use std::time::Duration;

use ureq::tls::{Certificate, RootCerts, TlsConfig};

use porthole_scan::oci::registry::{Answer, Download, End, Head, Method, Pull, Request};

/// Times that a request of a pull is made before its silence counts.
const ATTEMPTS: u32 = 2;
/// Most bytes of an answer's head.
const MAX_HEAD: usize = 64 << 10;
/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// Makes requests; connections are kept and shared between threads.
pub(super) struct Client {
    agent: ureq::Agent,
    deadline: Duration,
}

/// An answer whose body is still to be read.
pub(super) struct Answered {
    pub(super) head: Head,
    body: ureq::BodyReader<'static>,
}

impl Client {
    /// A client whose requests take at most `deadline`, and that trusts these authorities, or the public ones. `direct`: past
    /// the proxy that the environment names.
    pub(super) fn new(deadline: Duration, authorities: Option<Vec<Certificate<'static>>>, direct: bool) -> Self {
        let roots = authorities.map_or(RootCerts::WebPki, |authorities| RootCerts::new_with_certs(&authorities));
        let builder = ureq::Agent::config_builder();
        let builder = if direct { builder.proxy(None) } else { builder };
        let config = builder
            .timeout_connect(Some(deadline.min(Duration::from_secs(30))))
            .timeout_recv_response(Some(deadline))
            .timeout_recv_body(Some(deadline))
            .http_status_as_error(false)
            .max_redirects(0)
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .max_response_header_size(MAX_HEAD)
            .user_agent(concat!("porthole/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: ureq::Agent::new_with_config(config), deadline }
    }

    /// Makes one request.
    pub(super) fn send(&self, request: &Request) -> Result<Answered, String> {
        let url = request.url.to_string();
        let mut builder = match request.method {
            Method::Get => self.agent.get(url),
            Method::Head => self.agent.head(url),
        };
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        // A blob must come as it was hashed, not compressed once more on the way.
        let response = builder.header("accept-encoding", "identity").call().map_err(|error| self.why(error))?;
        let headers = response.headers().iter();
        let headers = headers.filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        let head = Head { status: response.status().as_u16(), headers: headers.collect() };
        let body = response.into_body().into_with_config().limit(u64::MAX).reader();
        Ok(Answered { head, body })
    }

    /// Drives a pull until `done`, or to its end.
    pub(super) fn pull(&self, pull: &mut Pull, done: &dyn Fn(&Pull) -> bool) -> Result<(), String> {
        let mut attempt = 0;
        while let Some(request) = pull.wants().filter(|_| !done(pull)) {
            let answer = self.send(&request).and_then(|answered| {
                let head = answered.head.clone();
                self.whole(answered, request.max_body).map(|body| (head, body))
            });
            match answer {
                Ok((head, body)) => match head.retry(attempt) {
                    Some(wait) => {
                        attempt += 1;
                        sleep(Duration::from_secs(wait));
                        continue;
                    }
                    None => pull.push(&head, &body).map_err(|error| error.to_string())?,
                },
                Err(_) if attempt + 1 < ATTEMPTS => {
                    attempt += 1;
                    sleep(Duration::from_secs(1));
                    continue;
                }
                Err(why) => pull.failed(&why).map_err(|error| error.to_string())?,
            }
            attempt = 0;
        }
        Ok(())
    }

    /// Drives a download: `take` gets its bytes in order, and says whether they are still wanted.
    pub(super) fn download(&self, download: &mut Download, take: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), String> {
        let mut attempt = 0;
        let mut buffer = vec![0; CHUNK];
        let told = |error: porthole_scan::oci::registry::Error| error.to_string();
        loop {
            let mut answered = match self.send(&download.request()) {
                Ok(answered) => answered,
                Err(why) => {
                    if let End::Again(wait) = download.broken(&why).map_err(told)? {
                        sleep(Duration::from_secs(wait));
                        continue;
                    }
                    return Ok(());
                }
            };
            if let Some(wait) = answered.head.retry(attempt) {
                attempt += 1;
                sleep(Duration::from_secs(wait));
                continue;
            }
            match download.head(&answered.head).map_err(told)? {
                Answer::Again => continue,
                Answer::Token => {
                    let most = download.request().max_body;
                    download.token(&self.whole(answered, most)?).map_err(told)?;
                    continue;
                }
                Answer::Body => {}
            }
            let end = loop {
                match answered.body.read(&mut buffer) {
                    Ok(0) => break download.end().map_err(told)?,
                    Ok(count) => {
                        let new = download.push(buffer.get(..count).unwrap_or_default()).map_err(told)?;
                        if !take(new) {
                            return Err("it was no longer wanted".into());
                        }
                    }
                    Err(error) => break download.broken(&self.why(error.into())).map_err(told)?,
                }
            };
            match end {
                End::Whole => return Ok(()),
                End::Again(wait) => sleep(Duration::from_secs(wait)),
            }
        }
    }

    /// A small blob, whole and verified.
    pub(super) fn blob(&self, mut download: Download) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        self.download(&mut download, &mut |new| {
            bytes.extend_from_slice(new);
            true
        })?;
        download.finish(None).map_err(|error| error.to_string())?;
        Ok(bytes)
    }

    /// A body up to `most` bytes and one more, which tells the machine that it is longer.
    fn whole(&self, answered: Answered, most: u64) -> Result<Vec<u8>, String> {
        let mut body = Vec::new();
        let read = answered.body.take(most.saturating_add(1)).read_to_end(&mut body);
        read.map_err(|error| self.why(error.into())).map(|_| body)
    }

    fn why(&self, error: ureq::Error) -> String {
        match error {
            ureq::Error::Timeout(_) => format!("it took longer than {} seconds", self.deadline.as_secs()),
            ureq::Error::HostNotFound => "there is no such host".into(),
            ureq::Error::Io(error) => match error.kind() {
                io::ErrorKind::ConnectionRefused => "nobody listens there".into(),
                io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => {
                    "the connection was cut".into()
                }
                _ => error.to_string(),
            },
            error => error.to_string(),
        }
    }
}
