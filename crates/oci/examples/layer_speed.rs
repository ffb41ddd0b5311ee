//! Reads layer blobs and prints what they hold and how fast: `layer_speed [--no-hash] [--buffer=BYTES] BLOB...`.

use std::io::Read;
use std::time::Instant;

use porthole_oci::Limits;
use porthole_oci::layer::{Entry, ImagePath, LayerReader, LayerSink, Verify};

#[derive(Default)]
struct Count {
    entries: u64,
    bytes: u64,
}

impl LayerSink for Count {
    fn entry(&mut self, _: Entry) {
        self.entries += 1;
    }
    fn data(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
    }
    fn end(&mut self) {}
    fn warning(&mut self, path: &ImagePath, message: &str) {
        println!("  {}: {message}", path.display());
    }
}

fn main() -> std::io::Result<()> {
    let mut verify = Verify::ALL;
    let mut limits = Limits::default();
    for path in std::env::args().skip(1) {
        if path == "--no-hash" {
            verify = Verify::NONE;
            continue;
        }
        if let Some(bytes) = path.strip_prefix("--buffer=") {
            limits.output_buffer = bytes.parse().unwrap_or(limits.output_buffer);
            continue;
        }
        let mut file = std::fs::File::open(&path)?;
        let mut chunk = vec![0; 1 << 20];
        let mut count = Count::default();
        let mut reader = LayerReader::new(limits.clone(), verify);
        let began = Instant::now();
        loop {
            let len = file.read(&mut chunk)?;
            if len == 0 {
                break;
            }
            reader.push(&chunk[..len], &mut count);
        }
        let summary = reader.finish(&mut count);
        let seconds = began.elapsed().as_secs_f64();
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        println!(
            "{path}: {} {:.1} MB -> {:.1} MB, {} entries, {:.1} MB of files, {seconds:.2} s, {:.0} MB/s, damage {:?}, digest {:?}, diff_id {:?}",
            summary.compression.name(),
            megabytes(summary.stored_size),
            megabytes(summary.uncompressed_size),
            count.entries,
            megabytes(count.bytes),
            megabytes(summary.uncompressed_size) / seconds,
            summary.damage,
            summary.digest,
            summary.diff_id,
        );
    }
    Ok(())
}
