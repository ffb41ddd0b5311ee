//! One file over HTTP, resumed where it broke off and left alone when it is still the same (RFC 9110: conditional and range requests).
//!
//! A download lies in `NAME.part` until it is whole; `NAME.etag` names the version. Each request has a deadline: one that runs into it
//! after some progress is simply continued, so a slow line is no error and a dead one is.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::progress::Progress;

/// Requests without a byte of progress before giving up.
const ATTEMPTS: u32 = 4;
/// Most redirects that are followed.
const REDIRECTS: u32 = 5;

/// How a download ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A new version came.
    Fetched,
    /// The file that is there is still the current one.
    Unchanged,
    /// The server does not have it.
    Absent,
}

/// Fetches files.
pub(super) struct Client {
    agent: ureq::Agent,
    pause: Duration,
}

impl Client {
    /// A client whose requests take at most `deadline`, with `pause` between attempts.
    pub(super) fn new(deadline: Duration, pause: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_connect(Some(deadline.min(Duration::from_secs(30))))
            .timeout_recv_response(Some(deadline))
            .timeout_recv_body(Some(deadline))
            .http_status_as_error(false)
            .max_redirects(REDIRECTS)
            .user_agent(concat!("porthole/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: ureq::Agent::new_with_config(config), pause }
    }

    /// Brings `target` up to date with `url`.
    pub(super) fn fetch(&self, url: &str, target: &Path, progress: &Progress) -> Result<Outcome, String> {
        let files = Files::of(target);
        let mut idle = 0;
        loop {
            let before = files.part_len();
            let message = match self.attempt(url, &files, progress) {
                Ok(outcome) => return Ok(outcome),
                Err(Failure::Fatal(message)) => return Err(format!("{url}: {message}")),
                Err(Failure::Broken(message)) => message,
            };
            idle = if files.part_len() > before { 0 } else { idle + 1 };
            if idle >= ATTEMPTS {
                return Err(format!("{url}: {message}; {} bytes are kept to go on from", files.part_len()));
            }
            std::thread::sleep(self.pause * idle);
        }
    }

    fn attempt(&self, url: &str, files: &Files, progress: &Progress) -> Result<Outcome, Failure> {
        let have = files.part_len();
        let part_tag = read_tag(&files.part_tag);
        let resume = have > 0 && part_tag.is_some();
        let mut request = self.agent.get(url).header("accept-encoding", "identity");
        if let (true, Some(tag)) = (resume, &part_tag) {
            request = request.header("range", format!("bytes={have}-")).header("if-range", tag);
        } else if let Some(tag) = read_tag(&files.tag).filter(|_| files.target.exists()) {
            request = request.header("if-none-match", tag);
        }
        let mut response = request.call().map_err(|error| Failure::Broken(error.to_string()))?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let length = header("content-length").and_then(|text| text.parse::<u64>().ok());
        let (start, total) = match response.status().as_u16() {
            200 => (0, length),
            206 => match header("content-range").as_deref().and_then(content_range) {
                Some((start, total)) if resume && start == have => (start, total),
                _ => {
                    files.drop_part();
                    return Err(Failure::Broken("the server sent another range than asked for".into()));
                }
            },
            304 => return Ok(Outcome::Unchanged),
            404 | 410 => return Ok(Outcome::Absent),
            416 => {
                files.drop_part();
                return Err(Failure::Broken("the server's file has changed".into()));
            }
            status @ (408 | 425 | 429 | 500..=599) => return Err(Failure::Broken(format!("status {status}"))),
            status => return Err(Failure::Fatal(format!("status {status}"))),
        };
        let tag = header("etag");
        let mut file = if start == 0 {
            files.begin(tag.as_deref())?
        } else {
            OpenOptions::new().append(true).open(&files.part).map_err(fatal)?
        };
        progress.expect(total.unwrap_or_default());
        progress.add(start);
        let mut reader = response.body_mut().with_config().limit(u64::MAX).reader();
        let mut buffer = vec![0; 1 << 16];
        let mut seen = start;
        loop {
            let read = reader.read(&mut buffer).map_err(|error| Failure::Broken(error.to_string()))?;
            if read == 0 {
                break;
            }
            file.write_all(buffer.get(..read).unwrap_or_default()).map_err(fatal)?;
            seen += read as u64;
            progress.add(read as u64);
        }
        match total {
            Some(total) if seen < total => return Err(Failure::Broken(format!("cut off after {seen} of {total} bytes"))),
            Some(total) if seen > total => {
                files.drop_part();
                return Err(Failure::Broken(format!("{seen} bytes came, {total} were announced")));
            }
            _ => {}
        }
        file.sync_all().map_err(fatal)?;
        files.complete(tag.as_deref()).map_err(fatal)?;
        Ok(Outcome::Fetched)
    }
}

enum Failure {
    /// Worth another attempt.
    Broken(String),
    /// Not.
    Fatal(String),
}

fn fatal(error: std::io::Error) -> Failure {
    Failure::Fatal(error.to_string())
}

/// `bytes START-END/TOTAL`.
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.parse().ok()?, total.parse().ok()))
}

struct Files {
    target: PathBuf,
    tag: PathBuf,
    part: PathBuf,
    part_tag: PathBuf,
}

impl Files {
    fn of(target: &Path) -> Self {
        let with = |suffix: &str| {
            let mut name = target.file_name().unwrap_or_default().to_owned();
            name.push(suffix);
            target.with_file_name(name)
        };
        Self { target: target.to_owned(), tag: with(".etag"), part: with(".part"), part_tag: with(".part.etag") }
    }

    fn part_len(&self) -> u64 {
        std::fs::metadata(&self.part).map_or(0, |metadata| metadata.len())
    }

    /// An empty part of the version that `tag` names; without a tag it cannot be resumed.
    fn begin(&self, tag: Option<&str>) -> Result<File, Failure> {
        if let Some(folder) = self.part.parent() {
            std::fs::create_dir_all(folder).map_err(fatal)?;
        }
        self.drop_part();
        // A weak tag does not promise the same bytes (RFC 9110, 13.1.5).
        if let Some(tag) = tag.filter(|tag| !tag.starts_with("W/")) {
            std::fs::write(&self.part_tag, tag).map_err(fatal)?;
        }
        File::create(&self.part).map_err(fatal)
    }

    fn drop_part(&self) {
        let _ = std::fs::remove_file(&self.part);
        let _ = std::fs::remove_file(&self.part_tag);
    }

    fn complete(&self, tag: Option<&str>) -> std::io::Result<()> {
        let _ = std::fs::remove_file(&self.tag);
        let _ = std::fs::remove_file(&self.part_tag);
        std::fs::rename(&self.part, &self.target)?;
        match tag {
            Some(tag) => std::fs::write(&self.tag, tag),
            None => Ok(()),
        }
    }
}

fn read_tag(path: &Path) -> Option<String> {
    let tag = std::fs::read_to_string(path).ok()?;
    (!tag.is_empty() && tag.len() < 512 && tag.bytes().all(|byte| (0x20..0x7f).contains(&byte))).then_some(tag)
}
