//! A limit in steps, from an engine that limits by the clock.
//!
//! There is no clock here, and where a stranger's policy runs (WebAssembly at the edge) the clock stands still while it does.
//! So the engine's clock is a counter: each look at it is a moment, and the engine looks once in so many steps. The engine
//! knows one clock for the whole process; what one evaluation sees of another's moments only makes its limit come sooner.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use regorus::LimitError;
use regorus::utils::limits::{ExecutionTimerConfig, TimeSource, set_time_source};

/// Steps between two looks.
const INTERVAL: NonZeroU32 = NonZeroU32::new(256).unwrap();

struct Moments(AtomicU64);

static MOMENTS: Moments = Moments(AtomicU64::new(0));

impl TimeSource for Moments {
    fn now(&self) -> Option<Duration> {
        Some(Duration::from_nanos(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

/// What makes the engine give up after so many steps.
pub(crate) fn counted(steps: u32) -> ExecutionTimerConfig {
    // It is set once; the second time nothing is left to do.
    let _ = set_time_source(&MOMENTS);
    ExecutionTimerConfig { limit: Duration::from_nanos(u64::from(steps / INTERVAL)), check_interval: INTERVAL }
}

/// Whether the engine gave up because of it.
pub(crate) fn is_out_of_steps(error: Option<&LimitError>) -> bool {
    matches!(error, Some(LimitError::TimeLimitExceeded { .. }))
}
