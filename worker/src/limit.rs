//! How often one client may ask.
//!
//! The `LIMITER` binding counts for a whole data centre; without it this isolate counts for itself. What counts is one
//! header, and it is kept for a minute, in memory, as a number.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use worker::Request;

use crate::Host;
use crate::problem::{Kind, Problem};
use crate::wait::now;

/// Clients counted at once; with more, counting begins anew.
const MAX_CLIENTS: usize = 100_000;

#[derive(Default)]
struct Minute {
    number: u64,
    counts: HashMap<u64, u32>,
}

thread_local! {
    static MINUTE: RefCell<Minute> = RefCell::default();
}

impl Host {
    /// Counts a request.
    ///
    /// # Errors
    /// When the client has asked too often.
    pub(crate) async fn count(&self, request: &Request) -> Result<(), Problem> {
        let client = request.headers().get(&self.config.client_header)?.unwrap_or_default();
        if client.is_empty() || self.config.per_minute == 0 {
            return Ok(());
        }
        let (minute, left) = ((now() / 60_000.0) as u64, 60 - (now() / 1000.0) as u64 % 60);
        let too_many = || {
            let detail = format!("more than {} requests a minute, try again in {left} seconds", self.config.per_minute);
            Problem::new(Kind::TooManyRequests, detail).after(left)
        };
        if let Ok(limiter) = self.env.rate_limiter("LIMITER") {
            // A limiter that is out of order lets through.
            let outcome = limiter.limit(client).await;
            return if outcome.is_ok_and(|outcome| !outcome.success) { Err(too_many()) } else { Ok(()) };
        }
        let mut hasher = DefaultHasher::new();
        client.hash(&mut hasher);
        let count = MINUTE.with_borrow_mut(|counted| {
            if counted.number != minute || counted.counts.len() >= MAX_CLIENTS {
                *counted = Minute { number: minute, counts: HashMap::new() };
            }
            let count = counted.counts.entry(hasher.finish()).or_default();
            *count += 1;
            *count
        });
        if count > self.config.per_minute { Err(too_many()) } else { Ok(()) }
    }
}
