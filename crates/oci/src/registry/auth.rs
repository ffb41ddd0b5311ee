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
    /// Reads the header; `None` when it asks for anything but a bearer token.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let header = header.trim_start();
        let (scheme, rest) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let mut challenge = Self::default();
        let mut rest = rest.trim_start();
        while let Some((key, after)) = rest.split_once('=') {
            let (value, after) = match after.strip_prefix('"') {
                Some(quoted) => {
                    let mut value = String::new();
                    let mut chars = quoted.char_indices();
                    let mut end = quoted.len();
                    while let Some((at, c)) = chars.next() {
                        match c {
                            '"' => {
                                end = at + 1;
                                break;
                            }
                            '\\' => value.extend(chars.next().map(|(_, c)| c)),
                            c => value.push(c),
                        }
                    }
                    (value, quoted.get(end..).unwrap_or_default())
                }
                None => {
                    let end = after.find(',').unwrap_or(after.len());
                    (after[..end].trim().to_owned(), &after[end..])
                }
            };
            match key.trim().trim_start_matches(',').trim().to_ascii_lowercase().as_str() {
                "realm" => challenge.realm = value,
                "service" => challenge.service = Some(value),
                "scope" => challenge.scope = Some(value),
                _ => {}
            }
            rest = after.trim_start_matches([',', ' ']);
        }
        (!challenge.realm.is_empty()).then_some(challenge)
    }

    /// Where the token is to be had, for pulling one repository.
    pub(super) fn token_url(&self, repository: &str) -> Result<Url, Error> {
        let mut url = Url::parse(&self.realm)?;
        let mut mark = if url.path.contains('?') { '&' } else { '?' };
        let scope = self.scope.clone().unwrap_or_else(|| format!("repository:{repository}:pull"));
        let parameters = [("service", self.service.as_deref()), ("scope", Some(scope.as_str()))];
        for (name, value) in parameters.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            url.path.push(mark);
            url.path.push_str(&format!("{name}={}", query(value)));
            mark = '&';
        }
        Ok(url)
    }
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

    #[test]
    fn challenges_of_real_registries_are_understood() {
        let hub =
            r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull""#;
        let challenge = Challenge::parse(hub).expect("challenge");
        assert_eq!(
            challenge.token_url("library/nginx").map(|url| url.to_string()),
            Ok("https://auth.docker.io/token?service=registry.docker.io&scope=repository:library/nginx:pull".to_owned())
        );
        let bare = Challenge::parse("bearer realm=https://r.example/token, service=r").expect("challenge");
        assert_eq!(
            bare.token_url("a/b").map(|url| url.to_string()),
            Ok("https://r.example/token?service=r&scope=repository:a/b:pull".to_owned())
        );
        let odd =
            Challenge::parse(r#"Bearer realm="https://r.example/t?x=1",error="invalid_token",scope="a b&c""#).expect("challenge");
        assert_eq!(odd.token_url("q").map(|url| url.to_string()), Ok("https://r.example/t?x=1&scope=a%20b%26c".to_owned()));
        for header in ["Basic realm=\"x\"", "Bearer", "", "Bearer service=\"x\"", "Bearer realm=\""] {
            assert_eq!(Challenge::parse(header), None, "{header}");
        }
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
