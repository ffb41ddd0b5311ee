//! Progress on standard error: one line, rewritten, only on a terminal.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use porthole_report::export::bytes;

/// Bytes read of bytes to read, shared by all readers.
pub(crate) struct Progress {
    done: AtomicU64,
    total: AtomicU64,
    started: Instant,
    shown: AtomicU64,
    terminal: bool,
}

/// Between two updates of the line.
const PAUSE: Duration = Duration::from_millis(100);

impl Progress {
    /// Progress that is shown unless `quiet` or standard error is no terminal.
    pub(crate) fn new(quiet: bool) -> Self {
        Self {
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            started: Instant::now(),
            shown: AtomicU64::new(0),
            terminal: !quiet && std::io::stderr().is_terminal(),
        }
    }

    /// Sets what there is to read, bytes; 0 when nobody knows.
    pub(crate) fn expect(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// Counts bytes that were read.
    pub(crate) fn add(&self, count: u64) {
        let done = self.done.fetch_add(count, Ordering::Relaxed) + count;
        if !self.terminal {
            return;
        }
        let elapsed = self.started.elapsed();
        let tick = (elapsed.as_millis() / PAUSE.as_millis()) as u64;
        if self.shown.swap(tick, Ordering::Relaxed) == tick {
            return;
        }
        let rate = (done as f64 / elapsed.as_secs_f64()) as u64;
        let of = match self.total.load(Ordering::Relaxed) {
            0 => String::new(),
            total => format!(" of {}", bytes(total)),
        };
        let _ = write!(std::io::stderr(), "\r\x1b[2Kreading {}{of}, {}/s", bytes(done), bytes(rate));
    }

    /// Takes the line away.
    pub(crate) fn end(&self) {
        if self.terminal {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}
