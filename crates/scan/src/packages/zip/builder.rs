//! Writes small archives for tests, in every way that local headers allow.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// How an entry is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Stored, size in the header.
    Stored,
    /// Deflated, size in the header.
    Deflated,
    /// Deflated, size behind it, with the descriptor's signature.
    Streamed,
    /// The same without the signature.
    StreamedBare,
    /// The same with eight-byte sizes.
    Streamed64,
}

/// Every form.
pub(crate) const FORMS: [Form; 5] = [Form::Stored, Form::Deflated, Form::Streamed, Form::StreamedBare, Form::Streamed64];

/// An archive of these entries.
pub(crate) fn zip(entries: &[(&str, &[u8])], form: Form) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in entries {
        let is_folder = name.ends_with('/');
        let form = if is_folder { Form::Stored } else { form };
        let stored = if form == Form::Stored {
            content.to_vec()
        } else {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(content).expect("deflate");
            encoder.finish().expect("deflate")
        };
        let behind = !matches!(form, Form::Stored | Form::Deflated);
        out.extend_from_slice(b"PK\x03\x04");
        for field in [20_u16, if behind { 8 } else { 0 }, if form == Form::Stored { 0 } else { 8 }, 0, 0] {
            out.extend_from_slice(&field.to_le_bytes());
        }
        let sizes = if behind { [0, 0, 0] } else { [0, stored.len() as u32, content.len() as u32] };
        for field in sizes {
            out.extend_from_slice(&field.to_le_bytes());
        }
        out.extend_from_slice(&(name.len() as u16).to_le_bytes());
        out.extend_from_slice(&0_u16.to_le_bytes());
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&stored);
        if behind && form != Form::StreamedBare {
            out.extend_from_slice(b"PK\x07\x08");
        }
        if behind {
            out.extend_from_slice(&0_u32.to_le_bytes());
            for size in [stored.len(), content.len()] {
                out.extend_from_slice(&(size as u32).to_le_bytes());
                if form == Form::Streamed64 {
                    out.extend_from_slice(&0_u32.to_le_bytes());
                }
            }
        }
    }
    out.extend_from_slice(b"PK\x01\x02the directory is never read");
    out
}
