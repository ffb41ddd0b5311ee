//! `cargo xtask bench growth`: what ten and a hundred times as much costs, in bytes and in entries.
//!
//! Made-up root file systems are written once each and scanned by the program itself: processor time and peak memory, so
//! that other work on the machine does not show. Writes `docs/growth.svg` and prints the numbers under it.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use super::measure::{children_ticks, high_water, ticks_since};
use super::plot::{Panel, Point, svg};
use crate::child::{About, Child, Failure};
use crate::project::Project;

/// Numbers of files, each with little in it.
const ENTRIES: [u64; 6] = [31_250, 62_500, 125_000, 250_000, 500_000, 1_000_000];
/// Sizes in MiB, in files of [`FILE`] bytes.
const MEBIBYTES: [u64; 6] = [64, 128, 256, 512, 1024, 2048];
const FILE: u64 = 256 << 10;
const BLOCK: usize = 512;

/// Measures and draws.
///
/// # Errors
/// When the program cannot be built, or something cannot be written.
pub(super) fn command(project: &Project) -> Result<(), Failure> {
    println!("building porthole");
    Child::new(project, "bench-build", "cargo").args(["build", "--release", "--package", "porthole"]).succeed()?;
    let scratch = project.state().join("bench-growth.tar");
    fs::create_dir_all(project.state()).about(|| format!("make {}", project.state().display()))?;
    let mut panels = Vec::new();
    for (title, unit, series) in [
        ("a million small files", "thousand files", ENTRIES.map(|entries| (entries as f64 / 1000.0, entries, 24)).to_vec()),
        (
            "two gibibytes of files",
            "MiB of tar",
            MEBIBYTES.map(|size| (size as f64, (size << 20) / (FILE + BLOCK as u64), FILE)).to_vec(),
        ),
    ] {
        let mut points = Vec::new();
        for (x, entries, size) in series {
            write(&scratch, entries, size).about(|| format!("write {}", scratch.display()))?;
            let point = scan(project, &scratch, x)?;
            println!("  {x:>7} {unit}: {:.2} s of processor time, {:.0} MB", point.seconds, point.megabytes);
            points.push(point);
        }
        panels.push(Panel { title, unit, points });
    }
    fs::remove_file(&scratch).about(|| format!("remove {}", scratch.display()))?;
    let file = project.root.join("docs/growth.svg");
    fs::create_dir_all(project.root.join("docs")).about(|| "make docs".to_owned())?;
    fs::write(&file, svg(&panels)).about(|| format!("write {}", file.display()))?;
    println!("written to {}", file.display());
    Ok(())
}

/// Scans one file with one thread; the processor time is that of the child alone.
fn scan(project: &Project, file: &Path, x: f64) -> Result<Point, Failure> {
    let before = children_ticks();
    let mut child = Command::new(project.target.join("release/porthole"))
        .args(["scan", "--quiet", "--jobs", "1", "--format", "json", "--output", "/dev/null"])
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .about(|| "start porthole".to_owned())?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = None;
    let status = loop {
        peak = fs::read_to_string(&status_file).ok().and_then(|status| high_water(&status)).max(peak);
        if let Some(status) = child.try_wait().about(|| "wait for porthole".to_owned())? {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    if !status.success() {
        return Err(Failure::new(format!("porthole ended with {status}")));
    }
    Ok(Point { x, seconds: ticks_since(before).as_secs_f64(), megabytes: peak.unwrap_or_default() as f64 / 1e6 })
}

/// A root file system of `entries` files of `size` bytes, in folders of a thousand, as a tar.
fn write(file: &Path, entries: u64, size: u64) -> std::io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(file)?);
    for folder in ["etc/", "usr/", "var/", "srv/"] {
        out.write_all(&header(folder, 0, b'5'))?;
    }
    let text = text(usize::try_from(size).unwrap_or_default());
    let padding = vec![0; text.len().next_multiple_of(BLOCK) - text.len()];
    for entry in 0..entries {
        if entry % 1000 == 0 {
            out.write_all(&header(&format!("srv/data/{:04}/", entry / 1000), 0, b'5'))?;
        }
        out.write_all(&header(&format!("srv/data/{:04}/file-{entry:07}.txt", entry / 1000), size, b'0'))?;
        out.write_all(&text)?;
        out.write_all(&padding)?;
    }
    out.write_all(&[0; 2 * BLOCK])?;
    out.flush()
}

/// One ustar header (POSIX.1-2001, pax, "ustar Interchange Format").
fn header(name: &str, size: u64, kind: u8) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let mut put = |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, &format!("{size:011o}"));
    put(136, "14000000000");
    put(148, "        ");
    put(257, "ustar");
    put(263, "00");
    block[156] = kind;
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block
}

/// Words as source code has them: secrets are looked for in text.
fn text(len: usize) -> Vec<u8> {
    let words = ["fn", "token", "return", "self", "let", "password", "config", "if", "match", "key", "value", "string", "import"];
    let mut state = 1u32;
    let mut text = Vec::with_capacity(len + 16);
    while text.len() < len {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.extend_from_slice(words[(state >> 16) as usize % words.len()].as_bytes());
        text.push(if state >> 28 == 0 { b'\n' } else { b' ' });
    }
    text.truncate(len);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_carry_their_checksum() {
        let block = header("srv/", 0o17, b'5');
        let mut blank = block;
        blank[148..156].fill(b' ');
        let sum: u32 = blank.iter().map(|byte| u32::from(*byte)).sum();
        assert_eq!(&block[148..155], format!("{sum:06o}\0").as_bytes());
        assert_eq!(&block[124..135], b"00000000017");
    }
}
