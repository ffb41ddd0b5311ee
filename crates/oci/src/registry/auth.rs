//! The token dance (distribution specification, "Token Authentication"): a challenge names realm, service and scope; the
//! realm gives a bearer token to strangers too.

use serde_json::Value;

use super::Error;
use super::url::{Url, query};

/// A `WWW-Authenticate: Bearer …` challenge (RFC 6750 section 3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Challenge {
    realm: String,
    service: Option<String>,
    scope: Option<String>,
}

impl Challenge {
    /// The first challenge for a bearer token in these headers; `None` when they ask for anything else alone. One header may
    /// hold several challenges (RFC 9110 section 11.6.1).
    pub(super) fn find<'a>(headers: impl Iterator<Item = &'a str>) -> Option<Self> {
        headers.flat_map(Self::all).find(|challenge| !challenge.realm.is_empty())
    }

    /// The bearer challenges of one header, complete or not.
    fn all(header: &str) -> Vec<Self> {
        let mut found = Vec::new();
        let mut bearer = false;
        for item in items(header) {
            // A scheme stands before its first parameter, with a space between, or alone.
            let parameter = match item.split_once([' ', '=']) {
                Some((scheme, rest))
                    if item.as_bytes().get(scheme.len()) == Some(&b' ') && !rest.trim_start().starts_with('=') =>
                {
                    bearer = scheme.eq_ignore_ascii_case("bearer");
                    if bearer {
                        found.push(Self::default());
                    }
                    rest
                }
                None => {
                    bearer = false;
                    continue;
                }
                Some(_) => item,
            };
            let Some(challenge) = found.last_mut().filter(|_| bearer) else { continue };
            let Some((name, value)) = parameter.split_once('=') else { continue };
            let value = unquote(value.trim());
            match name.trim().to_ascii_lowercase().as_str() {
                "realm" => challenge.realm = value,
                "service" => challenge.service = Some(value).filter(|value| !value.is_empty()),
                "scope" => challenge.scope = Some(value).filter(|value| !value.is_empty()),
                _ => {}
            }
        }
        found
    }

    /// Where the token is to be had, for pulling one repository.
    pub(super) fn token_url(&self, repository: &str) -> Result<Url, Error> {
        let mut url = Url::parse(&self.realm)?;
        let mut mark = if url.path.contains('?') { '&' } else { '?' };
        let own = format!("repository:{repository}:pull");
        let scopes = self.scope.as_deref().unwrap_or(&own).split(' ').filter(|scope| !scope.is_empty());
        let parameters =
            self.service.iter().map(|service| ("service", service.as_str())).chain(scopes.map(|scope| ("scope", scope)));
        for (name, value) in parameters.collect::<Vec<_>>() {
            url.path.push(mark);
            url.path.push_str(&format!("{name}={}", query(value)));
            mark = '&';
        }
        Ok(url)
    }
}

/// The elements of a comma-separated list, trimmed; commas in quotes do not separate.
fn items(header: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = header.split(move |sign: char| {
        let plain = !std::mem::take(&mut escaped);
        match sign {
            '\\' if quoted && plain => escaped = true,
            '"' if plain => quoted = !quoted,
            _ => {}
        }
        sign == ',' && !quoted
    });
    parts.map(str::trim).filter(|part| !part.is_empty())
}

/// What a token or a quoted string means (RFC 9110 section 5.6.4).
fn unquote(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let mut out = String::with_capacity(inner.len());
    let mut signs = inner.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '"' => break,
            '\\' => out.extend(signs.next()),
            sign => out.push(sign),
        }
    }
    out
}

/// The token in a realm's answer (`token`, or OAuth's `access_token`).
pub(super) fn token(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let token = ["token", "access_token"].iter().find_map(|key| value.get(key)?.as_str())?;
    let fit = |byte: u8| (0x21..0x7f).contains(&byte);
    (!token.is_empty() && token.len() <= 64 * 1024 && token.bytes().all(fit)).then(|| token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token_url(header: &str) -> Option<String> {
        Challenge::find([header].into_iter())?.token_url("a/b").ok().map(|url| url.to_string())
    }

    #[test]
    fn challenges_are_understood_however_they_are_written() {
        for (header, url) in [
            (
                r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull""#,
                "https://auth.docker.io/token?service=registry.docker.io&scope=repository:library/nginx:pull",
            ),
            ("bearer realm=https://r.example/token, service=r", "https://r.example/token?service=r&scope=repository:a/b:pull"),
            (r#"Bearer realm="https://r.example/t""#, "https://r.example/t?scope=repository:a/b:pull"),
            (
                r#"Bearer realm="https://r.example/t?x=1",error="invalid_token",scope="a b&c""#,
                "https://r.example/t?x=1&scope=a&scope=b%26c",
            ),
            (
                r#"Basic realm="x, y", Bearer realm="https://r.example/t",service="s""#,
                "https://r.example/t?service=s&scope=repository:a/b:pull",
            ),
            (
                r#"Bearer realm="https://r.example/t",service="s", Basic realm="x""#,
                "https://r.example/t?service=s&scope=repository:a/b:pull",
            ),
            (
                r#"Negotiate, Bearer  realm = "https://r.example/t" , service = "a\"b,c""#,
                "https://r.example/t?service=a%22b%2Cc&scope=repository:a/b:pull",
            ),
            (r#"Bearer service="s",Bearer realm="https://r.example/t""#, "https://r.example/t?scope=repository:a/b:pull"),
        ] {
            assert_eq!(token_url(header).as_deref(), Some(url), "{header}");
        }
        for header in [
            "Basic realm=\"https://x/\"",
            "Bearer",
            "",
            "Bearer service=\"x\"",
            "Bearer realm=\"",
            "realm=\"https://x/\"",
            ",,,",
            "Bearer =",
        ] {
            assert_eq!(token_url(header), None, "{header}");
        }
        let two = ["Basic realm=\"x\"", "Bearer realm=\"https://r.example/t\""];
        assert!(Challenge::find(two.into_iter()).is_some(), "the second header counts too");
    }

    #[test]
    fn tokens_that_could_split_a_header_are_refused() {
        assert_eq!(token(br#"{"token":"abc.def"}"#).as_deref(), Some("abc.def"));
        assert_eq!(token(br#"{"access_token":"x"}"#).as_deref(), Some("x"));
        for body in [&b"{}"[..], b"", b"{\"token\":\"\"}", b"{\"token\":\"a\\r\\nHost: x\"}", b"{\"token\":1}"] {
            assert_eq!(token(body), None);
        }
    }
}
