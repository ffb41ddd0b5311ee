//! Sums that the host computes: where this code runs as WebAssembly it has none of the processor's instructions for them, and
//! the runtime around it may have. SHA-256 of a layer and of its tar is then a quarter of the work, CRC-32 a tenth.
//!
//! Must not know: which host. Proof: `tests/suite/layer.rs` (what a host computes is reported as our own is), `tests/edge`.

/// What a host lends.
#[derive(Debug, Clone, Copy)]
pub struct HostSums {
    /// A SHA-256 of nothing yet.
    pub sha256: fn() -> Box<dyn HostSha256>,
    /// CRC-32 as gzip has it, of bytes that follow what has the sum `crc`; 0 at the start.
    pub crc32: fn(crc: u32, bytes: &[u8]) -> u32,
}

/// SHA-256 of a stream.
pub trait HostSha256: Send {
    /// Takes the next bytes.
    fn push(&mut self, bytes: &[u8]);
    /// The hash of everything pushed.
    fn finish(self: Box<Self>) -> [u8; 32];
}
