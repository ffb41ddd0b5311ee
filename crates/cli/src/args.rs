//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// A window into container images: what is inside, what is known to be wrong with it, without a network.
#[derive(Debug, Parser)]
#[command(name = "porthole", version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Shown below every help text.
pub(crate) const EXIT_CODES: &str =
    "Exit codes: 0 done, policies passed; 1 a policy or threshold failed; 2 no report (bad usage, unreadable input).";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan an image and print a report.
    Scan(Box<Scan>),
    /// Compare two images, SBOMs or saved reports: what got better, what worse.
    Diff(Box<Diff>),
    /// Build, update, show or check the advisory database.
    Db(crate::db::Db),
}

/// Options of `porthole scan`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Scan {
    /// Image: the output of `docker save` or another archive, an OCI layout folder, an SBOM (CycloneDX, SPDX), a report
    /// saved as JSON, `-` for standard input, or `docker://NAME` for a public image in a registry.
    pub(crate) image: PathBuf,
    /// Output format.
    #[arg(long, short, default_value = "table", value_parser = formats())]
    pub(crate) format: String,
    /// File to write to instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Policy to hold the report against, TOML or, named `*.rego`, Rego; may be given several times. A failure ends with
    /// exit code 1.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Vec<PathBuf>,
    /// Which image, and what it is matched with.
    #[command(flatten)]
    pub(crate) source: Source,
}

/// Options of `porthole diff`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Diff {
    /// The image before: anything that `porthole scan` takes but standard input.
    pub(crate) before: PathBuf,
    /// The image after.
    pub(crate) after: PathBuf,
    /// Output format.
    #[arg(long, short, default_value = "table", value_parser = ["table", "json", "markdown"])]
    pub(crate) format: String,
    /// File to write to instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// End with exit code 1 when something got worse: a vulnerability or secret more, a check that passed and fails.
    #[arg(long)]
    pub(crate) fail_on_worse: bool,
    /// Which images, and what they are matched with.
    #[command(flatten)]
    pub(crate) source: Source,
}

/// Which image of an archive, and what it is matched with.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// Platform of a multi-platform image, `os/architecture[/variant]`; default: linux/amd64, else another of its images.
    #[arg(long)]
    pub(crate) platform: Option<String>,
    /// Which image of an archive with several, by name (`repo:tag`) or digest.
    #[arg(long, value_name = "NAME")]
    pub(crate) image_name: Option<String>,
    /// Folder with the advisory database; default: where `porthole db` keeps it, if it is there.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) db: Option<PathBuf>,
    /// Threads that read layers; default: one a core, and three at least for a registry.
    #[arg(long, value_name = "COUNT")]
    pub(crate) jobs: Option<usize>,
    /// Time that ages are measured against, RFC 3339; default: now. Fixing it makes reports reproducible.
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
    /// Which findings do not count.
    #[command(flatten)]
    pub(crate) suppress: crate::suppress::Suppress,
    /// Whom to trust.
    #[command(flatten)]
    pub(crate) signatures: crate::signatures::Signatures,
    /// How registries are talked to.
    #[command(flatten)]
    pub(crate) registry: crate::registry::Registry,
    /// How much an image may cost.
    #[command(flatten)]
    pub(crate) limits: crate::limits::LimitOptions,
    /// No progress on standard error.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

fn formats() -> clap::builder::PossibleValuesParser {
    porthole_report::export::ALL.iter().map(|exporter| exporter.id()).collect::<Vec<_>>().into()
}
