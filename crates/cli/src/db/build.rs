//! `porthole db build`.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use porthole_advisory::build::{BuildOptions, Builder};

use super::read::{Side, feed};
use crate::exit::Exit;

/// Options of `porthole db build`.
#[derive(Debug, Args)]
pub(super) struct Build {
    /// OSV records: a folder, a zip, a JSON or JSON lines file, gzipped or not. Can be given several times. In a folder, side tables
    /// are found by name: cvss.jsonl, kev.json, epss*.csv, each with or without .gz.
    #[arg(long, required = true, value_name = "PATH")]
    osv: Vec<PathBuf>,
    /// Folder to write to.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// CISA's catalogue of known exploited vulnerabilities, JSON.
    #[arg(long, value_name = "FILE")]
    kev: Option<PathBuf>,
    /// FIRST's EPSS scores, CSV.
    #[arg(long, value_name = "FILE")]
    epss: Option<PathBuf>,
    /// CVSS vectors of CVEs, JSON lines.
    #[arg(long, value_name = "FILE")]
    cvss: Option<PathBuf>,
    #[command(flatten)]
    choice: Choice,
    /// No progress on standard error.
    #[arg(long, short)]
    quiet: bool,
}

/// What goes into a database.
#[derive(Debug, Args)]
pub(super) struct Choice {
    /// Leave out kernel packages: a container runs on its host's kernel.
    #[arg(long)]
    no_kernel: bool,
    /// Keep the malware records (npm alone has more than 200,000).
    #[arg(long)]
    malware: bool,
    /// Build these ecosystems or releases only (`Debian`, `Debian:12`, `npm`). Can be given several times.
    #[arg(long, value_name = "ECOSYSTEM")]
    only: Vec<String>,
}

impl Choice {
    /// As the builder wants it.
    pub(super) fn options(&self) -> BuildOptions {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
        let today = porthole_scan::time::rfc3339(now).chars().take(10).collect();
        BuildOptions { no_kernel: self.no_kernel, malware: self.malware, today, only: self.only.iter().cloned().collect() }
    }
}

pub(super) fn run(args: &Build) -> Result<Exit, String> {
    let side = Side { cvss: args.cvss.clone(), kev: args.kev.clone(), epss: args.epss.clone() };
    build(&args.osv, &side, &args.out, args.choice.options(), args.quiet)
}

/// Reads, builds, writes, tells.
pub(super) fn build(
    sources: &[PathBuf],
    side: &Side,
    out: &std::path::Path,
    options: BuildOptions,
    quiet: bool,
) -> Result<Exit, String> {
    let mut builder = Builder::new(options);
    feed(&mut builder, sources, side, &mut |path| {
        if !quiet {
            eprintln!("reading {}", path.display());
        }
    })?;
    let database = builder.finish();
    super::write::database(out, &database)?;
    if !quiet {
        super::write::tell(out, &database.index, &database.summary);
    }
    Ok(Exit::Done)
}
