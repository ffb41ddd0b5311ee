//! Time: how late it is, waiting, and waiting no longer than.

use std::future::Future;
use std::time::Duration;

use futures_util::future::{Either, select};
use worker::{Date, Delay};

/// Milliseconds since 1970. On Cloudflare it stands still between two waits.
pub(crate) fn now() -> f64 {
    Date::now().as_millis() as f64
}

/// The present, in seconds, cut to the day: a report then stays the same, byte for byte, until midnight UTC.
pub(crate) fn today() -> i64 {
    let seconds = (now() / 1000.0) as i64;
    seconds - seconds.rem_euclid(86_400)
}

/// Waits.
pub(crate) async fn sleep(milliseconds: u64) {
    Delay::from(Duration::from_millis(milliseconds)).await;
}

/// What the future gives, or none when it takes longer.
pub(crate) async fn within<F: Future>(seconds: u64, future: F) -> Option<F::Output> {
    let delay = Delay::from(Duration::from_secs(seconds));
    match select(Box::pin(future), Box::pin(delay)).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}
