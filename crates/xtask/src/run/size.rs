//! What a visitor downloads before the page works: page, script, style and WebAssembly, as static hosts send
//! them: compressed with brotli, which every browser of the last eight years asks for.

use std::fs;
use std::path::Path;

use crate::child::{About, Failure};
use crate::project::Project;
use crate::step::Done;

/// The most that it may be, in bytes. The goal is 900,000, and is missed: a quarter of the code is sorting and reading
/// of JSON, instantiated for every type, and there the rest can be saved.
const LIMIT: usize = 1_000_000;
/// Kinds of files that every visit needs; pictures, the sample image and advisories come when they are asked for.
const NEEDED: &[&str] = &["html", "js", "css", "wasm"];

pub(super) fn check(project: &Project) -> Result<Done, Failure> {
    let mut sizes = Vec::new();
    for dir in [project.dist(), project.dist().join("assets")] {
        for entry in fs::read_dir(&dir).about(|| format!("read {}", dir.display()))? {
            let file = entry.about(|| format!("read {}", dir.display()))?.path();
            if is_needed(&file) {
                let bytes = fs::read(&file).about(|| format!("read {}", file.display()))?;
                let compressed = compress(&bytes).about(|| format!("compress {}", file.display()))?;
                let name = file.strip_prefix(project.dist()).unwrap_or(&file);
                sizes.push((compressed.len(), bytes.len(), name.display().to_string()));
            }
        }
    }
    sizes.sort();
    for (compressed, plain, name) in sizes.iter().rev() {
        println!("  {:>7} of {:>7} kB  {name}", compressed / 1000, plain / 1000);
    }
    let all: usize = sizes.iter().map(|(compressed, ..)| compressed).sum();
    println!("  {:>7} kB together, of {} allowed", all / 1000, LIMIT / 1000);
    if all > LIMIT {
        Err(Failure::new(format!("the page is {all} bytes in brotli, and may be {LIMIT}")))
    } else {
        Ok(Done::Checked)
    }
}

/// The bytes as a brotli stream, at the quality that hosts compress static files with.
fn compress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &parameters)?;
    Ok(out)
}

/// The standalone file repeats all the others; the module that verifies signatures comes with an image that has some.
fn is_needed(file: &Path) -> bool {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    NEEDED.contains(&extension) && name != "porthole.html" && !name.starts_with("signatures_bg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_loaded_on_demand_does_not_count() {
        for (file, needed) in [
            ("dist/index.html", true),
            ("dist/assets/a.wasm", true),
            ("dist/sw.js", true),
            ("dist/porthole.html", false),
            ("dist/assets/signatures_bg-a1.wasm", false),
            ("dist/icon.svg", false),
            ("dist/sample/sample.tar", false),
        ] {
            assert_eq!(is_needed(Path::new(file)), needed, "{file}");
        }
    }
}
