//! Where a tar's entries go.

use super::header::TarEntry;

/// Takes what a tar holds. Calls come in tar order: `entry`, any number of `data`, `end_entry`.
pub trait Sink {
    /// An entry begins.
    fn entry(&mut self, entry: &TarEntry<'_>);
    /// The next bytes of its content, as a runtime would unpack them: holes of sparse files are zeros.
    fn data(&mut self, bytes: &[u8]);
    /// It is complete. An entry that the archive's end or damage cuts off never gets this call.
    fn end_entry(&mut self);
    /// Something was tolerated or left out. `name` is the entry's, empty when it is about the archive.
    fn warning(&mut self, name: &[u8], message: String);
    /// This entry, whose header is at `offset`, is the first behind an end marker, where most readers stop.
    fn resumed(&mut self, name: &[u8], offset: u64) {
        let message = format!("tar: entries go on behind an end marker, at offset {offset}: several archives in one");
        self.warning(name, message);
    }
}
