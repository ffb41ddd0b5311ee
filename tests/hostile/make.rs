//! Pieces that hostile images are made of.

use porthole_tests::layer::{Layer, layer, put};
use tar::{EntryType, Header};

use crate::case::Input;

/// One layer.
pub(crate) fn one(layer: Layer) -> Input {
    Input::Layers(vec![layer.blob()])
}

/// Several layers.
pub(crate) fn stack(layers: impl IntoIterator<Item = Layer>) -> Input {
    Input::Layers(layers.into_iter().map(|layer| layer.blob()).collect())
}

/// One header, `change`d, with its checksum.
pub(crate) fn header(name: &str, kind: u8, size: u64, change: impl FnOnce(&mut Header)) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::new(kind));
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    put(&mut header.as_old_mut().name, name.as_bytes());
    change(&mut header);
    header.set_cksum();
    header.as_bytes().to_vec()
}

/// A layer of files `0`, `1`, … with nothing in them.
pub(crate) fn empty_files(count: usize) -> Layer {
    (0..count).fold(layer(), |layer, at| layer.file(format!("f/{at}"), ""))
}

/// Pushes a file's header and `size` bytes of one value, in pieces.
pub(crate) fn file_of(name: &str, size: u64, byte: u8, push: &mut dyn FnMut(&[u8])) {
    push(&header(name, b'0', size, |_| {}));
    let piece = vec![byte; 64 << 10];
    let mut left = size.next_multiple_of(512);
    while left > 0 {
        let take = left.min(piece.len() as u64);
        push(&piece[..take as usize]);
        left -= take;
    }
}
