//! What can be wrong with a pull, named by cause. Messages name the host, never a credential.

use super::http::RateLimit;

/// Why a registry's answer cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A URL that is refused before anything is asked.
    #[error("no usable address: {text:?}: {why}")]
    BadUrl {
        /// What was seen, shortened.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// There is no such image (or the registry does not say so to strangers).
    #[error("{host}: no such image: {what}")]
    NotFound {
        /// Registry.
        host: String,
        /// What was asked for.
        what: String,
    },
    /// The registry wants a login.
    #[error("{host}: access to {what} is denied: private images are out of scope, or the image does not exist")]
    Denied {
        /// Registry.
        host: String,
        /// What was asked for.
        what: String,
    },
    /// Too many requests.
    #[error("{host}: too many requests{}{}", reached(.limit), retry(.after))]
    RateLimited {
        /// Registry.
        host: String,
        /// What it allows, where it says so.
        limit: Option<RateLimit>,
        /// Seconds until it may be tried again, where the registry says so.
        after: Option<u64>,
    },
    /// Any other status.
    #[error("{host}: answered {status} for {what}")]
    Status {
        /// Registry.
        host: String,
        /// HTTP status.
        status: u16,
        /// What was asked for.
        what: String,
    },
    /// A redirect that leads nowhere.
    #[error("{host}: more than {limit} redirects for {what}")]
    TooManyRedirects {
        /// Registry.
        host: String,
        /// What was asked for.
        what: String,
        /// What is allowed.
        limit: u32,
    },
    /// A redirect or realm that would carry secrets in the clear.
    #[error("{host}: sends to {to}, which is not encrypted")]
    Downgrade {
        /// Who sends.
        host: String,
        /// Where to.
        to: String,
    },
    /// A redirect or realm that leads into the network of whoever asks.
    #[error("{host}: sends to {to}, which is inside the network that asks")]
    Inside {
        /// Who sends.
        host: String,
        /// Where to.
        to: String,
    },
    /// A blob of another size than its descriptor states.
    #[error("{host}: {what} has {found} bytes, its descriptor states {stated}")]
    SizeMismatch {
        /// Registry.
        host: String,
        /// What was asked for.
        what: String,
        /// What the descriptor states.
        stated: u64,
        /// What comes; at least so many.
        found: u64,
    },
    /// An answer that is longer than allowed.
    #[error("{host}: {what} is longer than {limit} bytes")]
    TooLong {
        /// Registry.
        host: String,
        /// What was asked for.
        what: String,
        /// What is allowed.
        limit: u64,
    },
    /// An answer that cannot be understood.
    #[error("{host}: {what}: {why}")]
    Malformed {
        /// Registry.
        host: String,
        /// What was asked for.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// Content does not hash to what was asked for.
    #[error("{host}: {what} does not match its digest: expected {expected}, found {found}")]
    DigestMismatch {
        /// Registry.
        host: String,
        /// What was asked for.
        what: String,
        /// What was asked for.
        expected: String,
        /// What came.
        found: String,
    },
    /// An address that this host does not ask.
    #[error("{host} is not asked: {why}")]
    Forbidden {
        /// Where the request would have gone.
        host: String,
        /// Why it is not made.
        why: &'static str,
    },
    /// No answer at all.
    #[error("{host}: no answer to the request for {what}: {why}")]
    Unreachable {
        /// Registry, or where it sent to.
        host: String,
        /// What was asked for.
        what: String,
        /// What happened.
        why: String,
    },
    /// An answer that stops coming.
    #[error("{host}: nothing came of {what} for {seconds} seconds")]
    Stalled {
        /// Registry, or where it sent to.
        host: String,
        /// What was asked for.
        what: String,
        /// How long was waited.
        seconds: u64,
    },
    /// A blob that ends before its end, and could not be gone on with.
    #[error("{host}: {what} broke off after {found} bytes{}: {why}", of(.expected))]
    BrokenOff {
        /// Registry, or where it sent to.
        host: String,
        /// What was asked for.
        what: String,
        /// Bytes as the manifest states them, where it does.
        expected: Option<u64>,
        /// Bytes that came.
        found: u64,
        /// What happened.
        why: String,
    },
    /// An index without an image for the platform.
    #[error("no image for {wanted}; there is {there}")]
    NoPlatform {
        /// What was asked for.
        wanted: String,
        /// What there is.
        there: String,
    },
}

fn of(size: &Option<u64>) -> String {
    size.map_or_else(String::new, |size| format!(" of {size}"))
}

fn reached(limit: &Option<RateLimit>) -> String {
    limit.map_or_else(String::new, |limit| format!(": {limit}"))
}

fn retry(after: &Option<u64>) -> String {
    after.map_or_else(String::new, |after| format!(", try again in {after} seconds"))
}
