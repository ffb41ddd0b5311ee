//! What a visitor downloads before the page works: page, script, style and WebAssembly, as static hosts send
//! them: compressed with brotli, which every browser of the last eight years asks for.

use std::fs;
use std::path::Path;

use crate::child::{About, Failure};
use crate::project::Project;
use crate::step::Done;

/// The most that it may be, in bytes.
const LIMIT: usize = 900_000;
/// Kinds of files that every visit needs; pictures, the sample image and advisories come when they are asked for.
const NEEDED: &[&str] = &["html", "js", "css", "wasm"];

/// Modules that come with an image that carries signatures, with an export, and with a policy in Rego.
const ON_DEMAND: &[&str] = &["signatures", "exports", "rego"];

pub(super) fn check(project: &Project) -> Result<Done, Failure> {
    let mut sizes = Vec::new();
    for dir in [project.dist(), project.dist().join("assets")] {
        for entry in fs::read_dir(&dir).about(|| format!("read {}", dir.display()))? {
            let file = entry.about(|| format!("read {}", dir.display()))?.path();
            if is_part(&file) {
                let bytes = fs::read(&file).about(|| format!("read {}", file.display()))?;
                let compressed = compress(&bytes).about(|| format!("compress {}", file.display()))?;
                let name = file.strip_prefix(project.dist()).unwrap_or(&file);
                sizes.push((compressed.len(), bytes.len(), name.display().to_string()));
            }
        }
    }
    sizes.sort();
    let (sizes, later): (Vec<_>, Vec<_>) = sizes.into_iter().partition(|(.., name)| !is_on_demand(name));
    for (compressed, plain, name) in later.iter().rev() {
        println!("  {:>7} of {:>7} kB  {name}, on demand", compressed / 1000, plain / 1000);
    }
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

/// The standalone file repeats all the others.
fn is_part(file: &Path) -> bool {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    NEEDED.contains(&extension) && file.file_name().is_some_and(|name| name != "porthole.html")
}

/// Modules that are fetched when they are needed: they do not count.
fn is_on_demand(name: &str) -> bool {
    ON_DEMAND.iter().any(|module| name.strip_prefix("assets/").is_some_and(|file| file.starts_with(&format!("{module}_bg"))))
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
            ("dist/assets/exports_bg-a1.wasm", false),
            ("dist/icon.svg", false),
            ("dist/sample/sample.tar", false),
        ] {
            let name = file.strip_prefix("dist/").unwrap_or(file);
            assert_eq!(is_part(Path::new(file)) && !is_on_demand(name), needed, "{file}");
        }
    }
}
