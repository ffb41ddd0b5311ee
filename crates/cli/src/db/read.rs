//! OSV records from wherever they lie. Hands them to the builder one by one; what a file is, its name says.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use porthole_advisory::build::Builder;

/// Largest single record or side table that is read, bytes.
const MAX_ITEM: u64 = 256 << 20;

/// What a file holds, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Zip,
    Json,
    Lines,
    Cvss,
    Kev,
    Epss,
}

/// Side tables given by option take the place of those found in folders.
#[derive(Debug, Default, Clone)]
pub(super) struct Side {
    /// CVSS vectors, JSON lines.
    pub(super) cvss: Option<PathBuf>,
    /// CISA's catalogue.
    pub(super) kev: Option<PathBuf>,
    /// EPSS scores.
    pub(super) epss: Option<PathBuf>,
}

/// Feeds everything under `sources` to the builder. `seen` is told each file.
pub(super) fn feed(builder: &mut Builder, sources: &[PathBuf], side: &Side, seen: &mut dyn FnMut(&Path)) -> Result<(), String> {
    let mut files = Vec::new();
    for source in sources {
        gather(source, &mut files, true)?;
    }
    let (tables, records): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|(_, kind)| matches!(kind, Kind::Cvss | Kind::Kev | Kind::Epss));
    let given = [(&side.cvss, Kind::Cvss), (&side.kev, Kind::Kev), (&side.epss, Kind::Epss)];
    for (option, kind) in given {
        let found = tables.iter().filter(|(_, other)| *other == kind).map(|(path, _)| path);
        for path in option.iter().chain(found).take(1) {
            seen(path);
            one(builder, path, kind)?;
        }
    }
    if records.is_empty() {
        return Err("no OSV records: expected .zip, .json, .jsonl, or either of them with .gz".into());
    }
    for (path, kind) in &records {
        seen(path);
        one(builder, path, *kind)?;
    }
    Ok(())
}

/// The files under a path, sorted; others are passed over, unless they were named themselves.
fn gather(path: &Path, out: &mut Vec<(PathBuf, Kind)>, named: bool) -> Result<(), String> {
    let about = |error: std::io::Error| format!("{}: {error}", path.display());
    if std::fs::metadata(path).map_err(about)?.is_dir() {
        let mut entries: Vec<_> = std::fs::read_dir(path).map_err(about)?.collect::<Result<Vec<_>, _>>().map_err(about)?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            // Links are not followed: a folder must not lead out of itself or into itself.
            if entry.file_type().map_err(about)?.is_symlink() {
                continue;
            }
            gather(&entry.path(), out, false)?;
        }
        return Ok(());
    }
    match kind(path) {
        Some(kind) => out.push((path.to_owned(), kind)),
        None if named => return Err(format!("{}: not .zip, .json, .jsonl, or either of them with .gz", path.display())),
        None => {}
    }
    Ok(())
}

fn kind(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    match plain {
        "cvss.jsonl" => return Some(Kind::Cvss),
        "kev.json" | "known_exploited_vulnerabilities.json" => return Some(Kind::Kev),
        _ if plain.starts_with("epss") && plain.ends_with(".csv") => return Some(Kind::Epss),
        _ => {}
    }
    match plain.rsplit_once('.')?.1 {
        "zip" if plain == name => Some(Kind::Zip),
        "json" => Some(Kind::Json),
        "jsonl" | "ndjson" => Some(Kind::Lines),
        _ => None,
    }
}

fn one(builder: &mut Builder, path: &Path, kind: Kind) -> Result<(), String> {
    let about = |error: String| format!("{}: {error}", path.display());
    match kind {
        Kind::Zip => zip(builder, path),
        Kind::Lines => lines(path, |line| builder.record(line)),
        Kind::Cvss => lines(path, |line| builder.cvss_line(line)),
        Kind::Json => {
            builder.record(&whole(path)?);
            Ok(())
        }
        Kind::Kev => builder.kev(&whole(path)?).map_err(about),
        Kind::Epss => builder.epss(&String::from_utf8_lossy(&whole(path)?)).map_err(about),
    }
}

/// Opens a file, decompressed when it begins as gzip does.
fn open(path: &Path) -> Result<Box<dyn BufRead>, String> {
    let about = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(about)?);
    let gzip = file.fill_buf().map_err(about)?.starts_with(&[0x1f, 0x8b]);
    Ok(if gzip { Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file))) } else { Box::new(file) })
}

fn whole(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let about = |error: std::io::Error| format!("{}: {error}", path.display());
    open(path)?.take(MAX_ITEM + 1).read_to_end(&mut bytes).map_err(about)?;
    if bytes.len() as u64 > MAX_ITEM { Err(format!("{}: larger than {MAX_ITEM} bytes", path.display())) } else { Ok(bytes) }
}

fn lines(path: &Path, mut take: impl FnMut(&[u8])) -> Result<(), String> {
    let mut reader = open(path)?;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = reader
            .by_ref()
            .take(MAX_ITEM)
            .read_until(b'\n', &mut line)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        if read == 0 {
            return Ok(());
        }
        let trimmed = line.trim_ascii();
        if !trimmed.is_empty() {
            take(trimmed);
        }
    }
}

fn zip(builder: &mut Builder, path: &Path) -> Result<(), String> {
    let about = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = BufReader::with_capacity(1 << 16, File::open(path).map_err(|error| about(&error))?);
    let mut archive = zip::ZipArchive::new(file).map_err(|error| about(&error))?;
    let mut bytes = Vec::new();
    for i in 0..archive.len() {
        let entry = archive.by_index(i).map_err(|error| about(&error))?;
        if !entry.is_file() || !entry.name().ends_with(".json") {
            continue;
        }
        bytes.clear();
        let name = entry.name().to_owned();
        entry.take(MAX_ITEM).read_to_end(&mut bytes).map_err(|error| about(&format!("{name}: {error}")))?;
        builder.record(&bytes);
    }
    Ok(())
}
