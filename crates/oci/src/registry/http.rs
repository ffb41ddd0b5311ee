//! What a pull machine asks its host to do, and what the host answers.

use super::url::Url;

/// How something is asked for. Nothing is ever changed in a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// The whole answer.
    #[default]
    Get,
    /// Its head alone: registries that count pulls do not count these.
    Head,
}

/// One request. Redirects must not be followed by the host: the machine decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How.
    pub method: Method,
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

    /// Every header of this name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// True for a redirect that names its target.
    pub fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308) && self.header("location").is_some()
    }

    /// Length of the body as announced.
    pub fn content_length(&self) -> Option<u64> {
        self.header("content-length")?.trim().parse().ok()
    }

    /// The media type of the body, lower case, without parameters.
    pub fn content_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// First byte of the range that a `206` carries (RFC 9110 section 14.4).
    pub fn range_start(&self) -> Option<u64> {
        let (range, _) = self.header("content-range")?.trim().strip_prefix("bytes ")?.split_once('/')?;
        range.split_once('-')?.0.trim().parse().ok()
    }

    /// Seconds of `Retry-After` (RFC 9110 section 10.2.3). A date counts from the answer's own `Date`, so no clock is needed.
    pub fn retry_after(&self) -> Option<u64> {
        let value = self.header("retry-after")?.trim();
        value.parse().ok().or_else(|| {
            let until = http_date(value)?;
            let from = http_date(self.header("date")?.trim())?;
            Some(until.saturating_sub(from))
        })
    }

    /// Seconds after which asking the same again may help, for the `attempt`th time (from 0): `None` when it will not.
    ///
    /// Answers of a server that is out of order come back soon; one that is busy says when, and is believed if that is soon.
    pub fn retry(&self, attempt: u32) -> Option<u64> {
        const ATTEMPTS: u32 = 3;
        const PATIENCE: u64 = 20;
        if attempt >= ATTEMPTS {
            return None;
        }
        match self.status {
            429 => self.retry_after().filter(|after| *after <= PATIENCE).map(|after| after.max(1)),
            408 | 425 | 500 | 502 | 503 | 504 => {
                Some(self.retry_after().unwrap_or(1 << attempt)).filter(|after| *after <= PATIENCE)
            }
            _ => None,
        }
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

    /// The page after this one (RFC 8288, `rel="next"`), as the distribution specification uses it.
    pub fn next_page(&self) -> Option<&str> {
        self.all("link").flat_map(links).find(|(_, parameters)| is_next(parameters)).map(|(target, _)| target)
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

impl std::fmt::Display for RateLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.remaining)?;
        if let Some(limit) = self.limit {
            write!(f, " of {limit}")?;
        }
        f.write_str(if self.remaining == 1 && self.limit.is_none() { " pull left" } else { " pulls left" })?;
        match self.window {
            Some(window) if window % 3600 == 0 => write!(f, " in {} hours", window / 3600),
            Some(window) => write!(f, " in {window} seconds"),
            None => Ok(()),
        }
    }
}

/// Targets and parameters of one `Link` header. A comma or semicolon inside `<…>` or quotes is part of the text.
fn links(header: &str) -> impl Iterator<Item = (&str, &str)> {
    split_outside(header, b',').filter_map(|link| link.trim().strip_prefix('<')?.split_once('>'))
}

fn is_next(parameters: &str) -> bool {
    split_outside(parameters, b';').filter_map(|parameter| parameter.split_once('=')).any(|(name, value)| {
        let value = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("rel") && value.split(' ').any(|word| word.eq_ignore_ascii_case("next"))
    })
}

/// Splits at a sign that stands neither in quotes nor in `<…>`.
fn split_outside(text: &str, at: u8) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut bracketed = false;
    text.split(move |sign: char| {
        match sign {
            '"' if !bracketed => quoted = !quoted,
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            _ => {}
        }
        sign == char::from(at) && !quoted && !bracketed
    })
}

/// Seconds since 1970 of an `IMF-fixdate`, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
fn http_date(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.split_once(", ")?.1.split(' ');
    let day: u64 = words.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? as u64 + 1;
    let year: u64 = words.next()?.parse().ok().filter(|year| (1970..=9999).contains(year))?;
    let mut time = words.next()?.split(':').map(|part| part.parse::<u64>().ok().filter(|part| *part <= 60));
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    // Days since 1970, the year counted from March so that the leap day comes last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    (days * 86_400 + hour * 3600 + minute * 60 + second).checked_sub(719_468 * 86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(status: u16, headers: &[(&str, &str)]) -> Head {
        Head { status, headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect() }
    }

    #[test]
    fn dates_are_those_of_the_standard() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Thu, 29 Feb 2024 23:59:59 GMT", Some(1_709_251_199)),
            ("Thu, 26 Nov 2026 12:00:00 GMT", Some(1_795_694_400)),
            ("", None),
            ("Sun, 06 Nov 1994", None),
            ("Sun, 99 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 18446744073709551615 08:49:37 GMT", None),
        ] {
            assert_eq!(http_date(text), seconds, "{text}");
        }
    }

    #[test]
    fn waiting_is_told_in_seconds_or_as_a_date() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(head(429, &[("Retry-After", "17")]).retry_after(), Some(17));
        assert_eq!(head(429, &[date, ("Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT")]).retry_after(), Some(60));
        assert_eq!(head(429, &[date, ("Retry-After", "Sun, 06 Nov 1994 08:00:00 GMT")]).retry_after(), Some(0));
        assert_eq!(head(429, &[("Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT")]).retry_after(), None);
        assert_eq!(head(429, &[("Retry-After", "soon")]).retry_after(), None);
    }

    #[test]
    fn only_what_may_pass_soon_is_asked_again() {
        let after = |seconds| [("retry-after", seconds)];
        assert_eq!(head(503, &[]).retry(0), Some(1));
        assert_eq!(head(503, &[]).retry(2), Some(4));
        assert_eq!(head(503, &[]).retry(3), None);
        assert_eq!(head(503, &after("3600")).retry(0), None);
        assert_eq!(head(429, &after("5")).retry(0), Some(5));
        assert_eq!(head(429, &after("3600")).retry(0), None);
        assert_eq!(head(429, &[]).retry(0), None, "a pull limit does not pass in seconds");
        for status in [200, 401, 403, 404, 501] {
            assert_eq!(head(status, &[]).retry(0), None, "{status}");
        }
    }

    #[test]
    fn the_next_page_is_found_among_links() {
        for (value, next) in [
            ("</v2/a/referrers/sha256:1?n=2>; rel=\"next\"", Some("/v2/a/referrers/sha256:1?n=2")),
            ("<https://r.example/a,b;c>;REL=next", Some("https://r.example/a,b;c")),
            ("</first>; rel=first, </2>; title=\"a, <b>\"; rel=\"prev next\"", Some("/2")),
            ("</first>; rel=first", None),
            ("/2; rel=next", None),
            ("", None),
        ] {
            assert_eq!(head(200, &[("Link", value)]).next_page(), next, "{value}");
        }
    }

    #[test]
    fn limits_read_well() {
        let limit = head(200, &[("ratelimit-limit", "100;w=21600"), ("ratelimit-remaining", "98;w=21600")]).rate_limit();
        assert_eq!(limit.map(|limit| limit.to_string()).as_deref(), Some("98 of 100 pulls left in 6 hours"));
        let bare = head(200, &[("RateLimit-Remaining", "1")]).rate_limit();
        assert_eq!(bare.map(|limit| limit.to_string()).as_deref(), Some("1 pull left"));
        assert_eq!(head(200, &[("ratelimit-remaining", "many")]).rate_limit(), None);
    }
}
