//! `cargo xtask serve`: the page, built and served on this machine, to this machine.
//!
//! Any static file server will do for the built folder; this one adds nothing that the page depends on. It listens on
//! the loopback interface alone. Proof: the tests below talk to it through a socket.

mod file;

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use tiny_http::{Header, Method, Request, Response, Server};

use crate::child::Failure;

/// The first port that is tried.
const FIRST_PORT: u16 = 8080;
/// How many ports after it, when it is taken.
const MORE_PORTS: u16 = 20;
/// A browser opens six connections; two of them may be slow.
const THREADS: usize = 4;
/// For a page without a policy of its own.
const STRICT: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'";

/// A server of one folder.
pub(crate) struct Site {
    server: Arc<Server>,
    root: PathBuf,
}

impl Site {
    /// Listens on `port`, or without one on the first that is free.
    ///
    /// # Errors
    /// When no port is free.
    pub(crate) fn listen(root: PathBuf, port: Option<u16>) -> Result<Self, Failure> {
        let candidates = port.map_or(FIRST_PORT..=FIRST_PORT + MORE_PORTS, |port| port..=port);
        let mut last = None;
        for port in candidates {
            match Server::http(("127.0.0.1", port)) {
                Ok(server) => return Ok(Self { server: Arc::new(server), root }),
                Err(error) => last = Some(format!("listen on 127.0.0.1:{port}: {error}")),
            }
        }
        Err(Failure::new(last.unwrap_or_else(|| "no port to listen on".to_owned())))
    }

    /// Where the page is.
    pub(crate) fn url(&self) -> String {
        self.server.server_addr().to_ip().map_or_else(String::new, |address| format!("http://{address}/"))
    }

    /// Answers requests until the process ends.
    pub(crate) fn serve(&self) {
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for request in self.server.incoming_requests() {
                        // A browser that went away is no business of ours.
                        let _ = self.answer(request);
                    }
                });
            }
        });
    }

    fn answer(&self, request: Request) -> std::io::Result<()> {
        if !matches!(request.method(), Method::Get | Method::Head) {
            return request.respond(with(
                Response::from_string("GET and HEAD only\n").with_status_code(405),
                "Allow",
                "GET, HEAD",
            ));
        }
        let Some(found) = file::find(&self.root, request.url()) else {
            return request.respond(Response::from_string("not found\n").with_status_code(404));
        };
        let asked = |name: &'static str| {
            let header = request.headers().iter().find(|header| header.field.equiv(name));
            header.map(|header| header.value.as_str().to_owned()).unwrap_or_default()
        };
        let tag = found.tag();
        if asked("If-None-Match").contains(&tag) {
            return request.respond(with(Response::empty(304), "ETag", &tag));
        }
        let Ok(body) = std::fs::read(&found.path) else {
            return request.respond(Response::from_string("not readable\n").with_status_code(500));
        };
        let gzip = found.is_worth_compressing() && asked("Accept-Encoding").contains("gzip");
        let body = if gzip { compress(&body)? } else { body };
        // The default threshold would send large files chunked, and a browser could not show how far it is.
        let mut response = Response::from_data(body).with_chunked_threshold(usize::MAX);
        for (name, value) in [
            ("Content-Type", found.media_type()),
            ("ETag", tag),
            ("Cache-Control", "no-cache".to_owned()),
            ("Vary", "Accept-Encoding".to_owned()),
            ("X-Content-Type-Options", "nosniff".to_owned()),
            ("Referrer-Policy", "no-referrer".to_owned()),
            ("Content-Security-Policy", format!("{}; frame-ancestors 'none'", self.policy())),
        ] {
            response = with(response, name, &value);
        }
        if gzip {
            response = with(response, "Content-Encoding", "gzip");
        }
        request.respond(response)
    }

    /// The page carries its policy, so that it holds on every server. Here it is a header too: workers obey that.
    fn policy(&self) -> String {
        let page = std::fs::read_to_string(self.root.join("index.html")).unwrap_or_default();
        policy_of(&page).unwrap_or(STRICT).to_owned()
    }
}

/// What `<meta http-equiv="Content-Security-Policy" content="…">` says.
fn policy_of(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("http-equiv=\"Content-Security-Policy\"")?;
    let (_, rest) = rest.split_once("content=\"")?;
    let (policy, _) = rest.split_once('"')?;
    Some(policy)
}

fn with<R: std::io::Read>(response: Response<R>, name: &str, value: &str) -> Response<R> {
    match Header::from_bytes(name, value) {
        Ok(header) => response.with_header(header),
        Err(()) => response,
    }
}

/// The bytes as a gzip file.
pub(crate) fn compress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Read as _;
    use std::net::TcpStream;

    /// Serves a small folder while `test` asks it for things.
    fn served(name: &str, test: impl FnOnce(&dyn Fn(&str) -> Vec<u8>)) {
        let root = std::env::temp_dir().join(format!("xtask-serve-{name}-{}", std::process::id()));
        fs::create_dir_all(root.join("site/db")).expect("temp dir");
        let page = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">";
        fs::write(root.join("site/index.html"), page).expect("write");
        fs::write(root.join("site/porthole.wasm"), b"\0asm".repeat(1000)).expect("write");
        fs::write(root.join("outside"), "private").expect("write");
        let site = Site::listen(root.join("site"), Some(0)).expect("a free port");
        let address = site.url().trim_start_matches("http://").trim_end_matches('/').to_owned();
        thread::scope(|scope| {
            scope.spawn(|| {
                for request in site.server.incoming_requests() {
                    site.answer(request).expect("answered");
                }
            });
            test(&|request| {
                let mut socket = TcpStream::connect(&address).expect("listening");
                write!(socket, "{request}\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("sent");
                let mut answer = Vec::new();
                socket.read_to_end(&mut answer).expect("answered");
                answer
            });
            site.server.unblock();
        });
        fs::remove_dir_all(&root).ok();
    }

    #[test]
    fn files_come_with_their_type_and_the_policy_of_the_page() {
        served("types", |ask| {
            let page = String::from_utf8(ask("GET / HTTP/1.1")).expect("text");
            assert!(page.starts_with("HTTP/1.1 200"), "{page}");
            assert!(page.contains("Content-Type: text/html; charset=utf-8\r\n"), "{page}");
            assert!(page.contains("Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"), "{page}");
            let bytes = ask("GET /porthole.wasm?v=1 HTTP/1.1\r\nAccept-Encoding: br, gzip");
            let wasm = String::from_utf8_lossy(&bytes);
            assert!(wasm.contains("Content-Type: application/wasm\r\n"), "{wasm}");
            assert!(wasm.contains("Content-Encoding: gzip\r\n") && bytes.len() < 1000, "{wasm}");
        });
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        served("outside", |ask| {
            for path in ["/../outside", "/%2e%2e/outside", "/db/..%2f..%2foutside", "/db", "/db/", "/none"] {
                let answer = String::from_utf8(ask(&format!("GET {path} HTTP/1.1"))).expect("text");
                assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
            }
        });
    }

    #[test]
    fn only_reading_is_allowed() {
        served("reading", |ask| assert!(ask("POST / HTTP/1.1").starts_with(b"HTTP/1.1 405")));
    }

    #[test]
    fn a_file_that_the_browser_has_is_not_sent_again() {
        served("tag", |ask| {
            let first = String::from_utf8(ask("GET / HTTP/1.1")).expect("text");
            let tag = first.lines().find_map(|line| line.strip_prefix("ETag: ")).expect("a tag");
            assert!(ask(&format!("GET / HTTP/1.1\r\nIf-None-Match: {tag}")).starts_with(b"HTTP/1.1 304"));
            assert!(ask("GET / HTTP/1.1\r\nIf-None-Match: \"other\"").starts_with(b"HTTP/1.1 200"));
        });
    }
}
