//! What a pull machine asks its host to do, and what the host answers.

use super::url::Url;

/// One GET request. Redirects must not be followed by the host: the machine decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where to.
    pub url: Url,
    /// Headers to send, names in lower case; the host adds none that identify the person.
    pub headers: Vec<(&'static str, String)>,
    /// Most bytes of body that the machine takes; a longer one is cut and refused.
    pub max_body: u64,
    /// What it is for, in words for errors and progress (`manifest of library/nginx:latest`).
    pub what: String,
}

/// The head of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in any case.
    pub headers: Vec<(String, String)>,
}

impl Head {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// True for a redirect that names its target.
    pub fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308) && self.header("location").is_some()
    }

    /// Seconds of `Retry-After`, where it is a number (RFC 9110 section 10.2.3).
    pub fn retry_after(&self) -> Option<u64> {
        self.header("retry-after").and_then(|value| value.trim().parse().ok())
    }

    /// `ratelimit-limit` and `ratelimit-remaining` as Docker Hub sends them (`100;w=21600`): count and seconds.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        let read = |name| {
            let (count, window) = self
                .header(name)?
                .split_once(";w=")
                .map(|(count, window)| (count, window.trim().parse().ok()))
                .or_else(|| Some((self.header(name)?, None)))?;
            Some((count.trim().parse::<u64>().ok()?, window))
        };
        let (remaining, window) = read("ratelimit-remaining")?;
        Some(RateLimit { limit: read("ratelimit-limit").map(|(limit, _)| limit), remaining, window })
    }
}

/// How much a registry still allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Pulls in a window.
    pub limit: Option<u64>,
    /// Pulls left.
    pub remaining: u64,
    /// Length of the window, seconds.
    pub window: Option<u64>,
}
