//! `porthole db update`: OSV's dumps, one zip an ecosystem, then KEV and EPSS, then the build.
//!
//! Downloads stay in `DIR/downloads`, so that the next update asks only for what has changed. A failed download leaves the database that
//! is there as it was.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::build::{Choice, build};
use super::download::{Client, Outcome};
use super::read::Side;
use crate::exit::Exit;
use crate::progress::Progress;

/// OSV's public bucket (google.github.io/osv.dev, "Data dumps").
const OSV: &str = "https://osv-vulnerabilities.storage.googleapis.com";
/// CISA's catalogue.
const KEV: &str = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json";
/// FIRST's scores.
const EPSS: &str = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz";
/// What most images are made of.
const ECOSYSTEMS: [&str; 16] = [
    "AlmaLinux",
    "Alpine",
    "Bitnami",
    "Chainguard",
    "Debian",
    "Go",
    "Maven",
    "NuGet",
    "Packagist",
    "PyPI",
    "Rocky Linux",
    "RubyGems",
    "Ubuntu",
    "Wolfi",
    "crates.io",
    "npm",
];

/// Options of `porthole db update`.
#[derive(Debug, Args)]
pub(super) struct Update {
    /// Folder of the database; default: `PORTHOLE_DB` or the user's data folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Ecosystem to fetch, as OSV names it. Can be given several times; default: the usual distributions and languages.
    #[arg(long, value_name = "NAME")]
    ecosystem: Vec<String>,
    /// Where the dumps are: URL/ECOSYSTEM/all.zip.
    #[arg(long, value_name = "URL", default_value = OSV)]
    from: String,
    /// Where CISA's catalogue is, or `none`.
    #[arg(long, value_name = "URL", default_value = KEV)]
    kev_from: String,
    /// Where the EPSS scores are, or `none`.
    #[arg(long, value_name = "URL", default_value = EPSS)]
    epss_from: String,
    /// Seconds that one request may take; a download that was getting on is continued.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    timeout: u64,
    #[command(flatten)]
    choice: Choice,
    /// No progress on standard error.
    #[arg(long, short)]
    quiet: bool,
}

pub(super) fn run(args: &Update) -> Result<Exit, String> {
    let out = args.out.clone().unwrap_or_else(super::default_folder);
    let downloads = out.join("downloads");
    let client = Client::new(Duration::from_secs(args.timeout.max(1)), Duration::from_millis(500));
    let chosen: Vec<&str> =
        if args.ecosystem.is_empty() { ECOSYSTEMS.to_vec() } else { args.ecosystem.iter().map(String::as_str).collect() };
    let mut sources = Vec::new();
    for ecosystem in chosen {
        let url = format!("{}/{}/all.zip", args.from.trim_end_matches('/'), escape(ecosystem));
        let target = downloads.join(folder_name(ecosystem)).join("all.zip");
        if !get(&client, &url, &target, args.quiet)? {
            return Err(format!("{url}: the server does not have it"));
        }
        sources.push(target);
    }
    let side = Side {
        cvss: None,
        kev: optional(&client, &args.kev_from, &downloads.join("kev.json"), args.quiet)?,
        epss: optional(&client, &args.epss_from, &downloads.join("epss.csv.gz"), args.quiet)?,
    };
    build(&sources, &side, &out, args.choice.options(), args.quiet)
}

fn optional(client: &Client, url: &str, target: &Path, quiet: bool) -> Result<Option<PathBuf>, String> {
    if url == "none" {
        return Ok(None);
    }
    if get(client, url, target, quiet)? {
        Ok(Some(target.to_owned()))
    } else {
        Err(format!("{url}: the server does not have it"))
    }
}

fn get(client: &Client, url: &str, target: &Path, quiet: bool) -> Result<bool, String> {
    let progress = Progress::new(quiet);
    let outcome = client.fetch(url, target, &progress);
    progress.end();
    let outcome = outcome?;
    if !quiet {
        let what = match outcome {
            Outcome::Fetched => "fetched",
            Outcome::Unchanged => "unchanged",
            Outcome::Absent => "absent",
        };
        eprintln!("{what} {url}");
    }
    Ok(outcome != Outcome::Absent)
}

/// A path segment of a URL.
fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// A folder of that name and nowhere else.
fn folder_name(text: &str) -> String {
    let name: String = text.chars().map(|sign| if sign.is_ascii_alphanumeric() || sign == '.' { sign } else { '_' }).collect();
    name.trim_start_matches('.').to_owned()
}
