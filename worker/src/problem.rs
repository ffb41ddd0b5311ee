//! Errors as RFC 9457 problems: a type that a program can tell apart, a sentence that a person can read.

use porthole_scan::oci::registry::Error;
use serde_json::{Value, json};
use worker::{Headers, Response};

use crate::fetch::STALLED;
use crate::route::cors;

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    kind: Kind,
    detail: String,
    /// Seconds until it may be tried again.
    retry_after: Option<u64>,
    /// Methods of the address that was asked.
    allowed: &'static str,
}

/// Kinds of problems. To add one, add a row to [`ALL`] too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    BadParameter,
    BadPolicy,
    PolicyTooLong,
    PolicyType,
    RegistryNotAllowed,
    ImageNotFound,
    PlatformNotFound,
    PrivateImage,
    NotFound,
    MethodNotAllowed,
    TooManyRequests,
    RegistryRateLimit,
    DigestMismatch,
    SizeMismatch,
    Truncated,
    RedirectLoop,
    RedirectRefused,
    AnswerTooLong,
    MalformedAnswer,
    RegistryUnreachable,
    RegistryFailed,
    RegistryStalled,
    TooSlow,
    Internal,
}

/// Every kind: its name in `type`, its status, its title.
const ALL: &[(Kind, &str, u16, &str)] = &[
    (Kind::BadParameter, "bad-parameter", 400, "a parameter cannot be understood"),
    (Kind::BadPolicy, "bad-policy", 400, "the policy has no verdict"),
    (Kind::PolicyTooLong, "policy-too-long", 413, "the policy is longer than is read"),
    (Kind::PolicyType, "policy-type", 415, "this is no kind of policy"),
    (Kind::RegistryNotAllowed, "registry-not-allowed", 403, "this registry is not asked"),
    (Kind::ImageNotFound, "image-not-found", 404, "there is no such image"),
    (Kind::PlatformNotFound, "platform-not-found", 404, "there is no image for this platform"),
    (Kind::PrivateImage, "private-image", 403, "the image is private, or does not exist"),
    (Kind::NotFound, "not-found", 404, "there is nothing at this address"),
    (Kind::MethodNotAllowed, "method-not-allowed", 405, "this address is asked in another way"),
    (Kind::TooManyRequests, "too-many-requests", 429, "you ask too often"),
    (Kind::RegistryRateLimit, "registry-rate-limit", 429, "the registry allows no more pulls for now"),
    (Kind::DigestMismatch, "digest-mismatch", 502, "the registry sent other bytes than it promised"),
    (Kind::SizeMismatch, "size-mismatch", 502, "the registry sent more or fewer bytes than it promised"),
    (Kind::Truncated, "truncated", 502, "the registry's answer broke off"),
    (Kind::RedirectLoop, "redirect-loop", 502, "the registry redirects without end"),
    (Kind::RedirectRefused, "redirect-refused", 502, "the registry sends to an address that is not asked"),
    (Kind::AnswerTooLong, "answer-too-long", 502, "the registry sent more than it may"),
    (Kind::MalformedAnswer, "malformed-answer", 502, "the registry's answer cannot be understood"),
    (Kind::RegistryUnreachable, "registry-unreachable", 502, "the registry cannot be reached"),
    (Kind::RegistryFailed, "registry-failed", 502, "the registry answered with an error"),
    (Kind::RegistryStalled, "registry-stalled", 504, "the registry stopped answering"),
    (Kind::TooSlow, "too-slow", 504, "the image took too long"),
    (Kind::Internal, "internal", 500, "this edge failed"),
];

/// Methods of most addresses.
pub(crate) const READING: &str = "GET, HEAD, OPTIONS";
/// Methods of the address that takes a policy.
pub(crate) const POSTING: &str = "POST, OPTIONS";

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), retry_after: None, allowed: READING }
    }

    /// The address is asked by other methods.
    pub(crate) fn method(allowed: &'static str) -> Self {
        Self { allowed, ..Self::new(Kind::MethodNotAllowed, format!("only {allowed} are answered here")) }
    }

    /// With the seconds until it may be tried again.
    pub(crate) fn after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// What a registry's error is to a client. `asked` is the host that the reference names.
    pub(crate) fn of_registry(error: &Error, asked: &str) -> Self {
        let kind = match error {
            Error::NotFound { .. } => Kind::ImageNotFound,
            Error::Denied { .. } => Kind::PrivateImage,
            Error::RateLimited { .. } => Kind::RegistryRateLimit,
            Error::NoPlatform { .. } => Kind::PlatformNotFound,
            Error::TooManyRedirects { .. } => Kind::RedirectLoop,
            Error::Downgrade { .. } | Error::Inside { .. } | Error::BadUrl { .. } => Kind::RedirectRefused,
            Error::Forbidden { host, .. } if asked == host || asked.starts_with(&format!("{host}:")) => Kind::RegistryNotAllowed,
            Error::Forbidden { .. } => Kind::RedirectRefused,
            Error::TooLong { .. } => Kind::AnswerTooLong,
            Error::Malformed { .. } => Kind::MalformedAnswer,
            Error::DigestMismatch { .. } => Kind::DigestMismatch,
            Error::SizeMismatch { .. } => Kind::SizeMismatch,
            Error::BrokenOff { why, .. } | Error::Unreachable { why, .. } if why.starts_with(STALLED) => Kind::RegistryStalled,
            Error::BrokenOff { .. } => Kind::Truncated,
            Error::Stalled { .. } => Kind::RegistryStalled,
            Error::Unreachable { .. } => Kind::RegistryUnreachable,
            _ => Kind::RegistryFailed,
        };
        let retry_after = if let Error::RateLimited { after, .. } = error { *after } else { None };
        Self { retry_after, ..Self::new(kind, error.to_string()) }
    }

    /// Its row.
    fn row(&self) -> (&'static str, u16, &'static str) {
        let row = ALL.iter().find(|(kind, ..)| *kind == self.kind);
        row.map_or(("internal", 500, "this edge failed"), |(_, name, status, title)| (*name, *status, *title))
    }

    /// The title: short enough for a badge.
    pub(crate) fn title(&self) -> &'static str {
        self.row().2
    }

    /// The problem object.
    pub(crate) fn json(&self) -> Value {
        let (name, status, title) = self.row();
        let mut json = json!({"type": format!("/problems#{name}"), "title": title, "status": status, "detail": self.detail});
        if let Some(after) = self.retry_after {
            json["retryAfter"] = json!(after);
        }
        json
    }

    /// The answer.
    pub(crate) fn response(&self) -> worker::Result<Response> {
        let headers = Headers::new();
        headers.set("content-type", "application/problem+json")?;
        headers.set("cache-control", "no-store")?;
        headers.set("x-content-type-options", "nosniff")?;
        if let Some(after) = self.retry_after {
            headers.set("retry-after", &after.to_string())?;
        }
        if self.kind == Kind::MethodNotAllowed {
            headers.set("allow", self.allowed)?;
        }
        cors(&headers)?;
        let body = format!("{:#}\n", self.json());
        Ok(Response::from_bytes(body.into_bytes())?.with_headers(headers).with_status(self.row().1))
    }

    /// As one invocation tells another.
    pub(crate) fn to_wire(&self) -> String {
        json!([self.row().0, self.detail, self.retry_after]).to_string()
    }

    /// As another invocation told it.
    pub(crate) fn from_wire(text: &str) -> Self {
        let (name, detail, retry_after): (String, String, Option<u64>) =
            serde_json::from_str(text).unwrap_or_else(|_| ("internal".into(), "a layer's invocation broke off".into(), None));
        let kind = ALL.iter().find(|(_, known, ..)| *known == name).map_or(Kind::Internal, |row| row.0);
        Self { retry_after, ..Self::new(kind, detail) }
    }
}

impl From<worker::Error> for Problem {
    fn from(error: worker::Error) -> Self {
        Self::new(Kind::Internal, error.to_string())
    }
}

/// `/problems`: what each type means, for people who follow the link.
pub(crate) fn list() -> String {
    let mut out = String::from("Problems that this edge tells of (RFC 9457), by the fragment of their type:\n\n");
    for (_, name, status, title) in ALL {
        out.push_str(&format!("#{name:<22} {status}  {title}\n"));
    }
    out
}
