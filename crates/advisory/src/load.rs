//! From the bytes of a file to an open shard: size, hash, gzip, header, in this order. One failure refuses the whole shard.

use std::io::Read;

use sha2::{Digest, Sha256};

use crate::{Error, Shard, ShardEntry};

/// Largest shard that is read, decompressed, bytes. The largest known one takes about 4 MB.
pub const MAX_SHARD: u64 = 64 << 20;

/// Opens the shard of an index entry from the bytes of its file.
///
/// # Errors
/// When the bytes are not exactly what the index states, or not a shard of that key.
pub fn load(entry: &ShardEntry, file: &[u8]) -> Result<Shard, Error> {
    let key = || entry.key.clone();
    if entry.bytes > MAX_SHARD || entry.unpacked > MAX_SHARD {
        let what = format!("advisory shard {}", entry.key);
        return Err(Error::TooLarge { what, seen: entry.bytes.max(entry.unpacked), limit: MAX_SHARD });
    }
    if (file.len() as u64) < entry.bytes {
        return Err(Error::Truncated { key: key(), seen: file.len() as u64, stated: entry.bytes });
    }
    let seen = hex(&Sha256::digest(file));
    if seen != entry.sha256 {
        return Err(Error::Altered { key: key(), seen, stated: entry.sha256.clone() });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(entry.unpacked).unwrap_or_default());
    // One byte more than stated is enough to see a lie.
    let mut decoder = flate2::read::GzDecoder::new(file).take(entry.unpacked + 1);
    if decoder.read_to_end(&mut bytes).is_err() {
        return Err(Error::NotAShard { key: key() });
    }
    if bytes.len() as u64 != entry.unpacked {
        return Err(Error::Damaged { key: key(), what: "its decompressed size is not the stated one" });
    }
    Shard::open(&entry.key, bytes)
}

/// Lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS.get(usize::from(nibble & 15)).copied().unwrap_or_default());
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}
