//! What something cost: the peak of the heap above what was there before, and time on the processor.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// One measured run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// Most bytes of heap at once, beyond what was there before.
    pub(crate) peak: usize,
    /// Bytes of heap more than before, once it is over and its result is dropped.
    pub(crate) kept: isize,
    /// Time that this thread had the processor; time by the clock where the system does not tell.
    pub(crate) time: Duration,
}

/// The heap is everybody's: one test at a time, in a runner that has them in one process too.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs, and says what it gave and what it cost. Only one at a time: the heap is everybody's.
pub(crate) fn measure<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let (begun, processor) = (Instant::now(), processor());
    let out = work();
    let time = match (processor, self::processor()) {
        (Some(from), Some(to)) => to.saturating_sub(from),
        _ => begun.elapsed(),
    };
    let peak = HEAP.peak_usage().saturating_sub(before);
    (out, Cost { peak, kept: HEAP.current_usage() as isize - before as isize, time })
}

/// Time on the processor of this thread (Linux).
fn processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}
