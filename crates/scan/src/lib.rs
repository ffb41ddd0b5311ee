//! What we look for: one layer at a time into facts, facts into a view, questions into a report.
//!
//! Must not know: files, sockets, threads, JS, the clock.

pub mod facts;
pub mod packages;
