//! What the person says about findings: VEX documents and ignore files, read into rules. What they mean is
//! `porthole-advisory`'s to say. Proof: `crates/cli/tests/suppress.rs`.

use std::path::{Path, PathBuf};

use clap::Args;
use porthole_report::export::plain;
use porthole_scan::advisory::Error;
use porthole_scan::advisory::suppress::{Rule, ignore_file, vex};

/// Which findings do not count.
#[derive(Debug, Default, Args)]
pub(crate) struct Suppress {
    /// VEX document, OpenVEX or CycloneDX: findings that it calls not affected or fixed do not count. Can be given several times.
    #[arg(long, value_name = "FILE", help_heading = "Vulnerabilities")]
    vex: Vec<PathBuf>,
    /// Ignore file (TOML): `[[ignore]]` tables with id, reason, and where wanted package and expires. Can be given several times.
    #[arg(long, value_name = "FILE", help_heading = "Vulnerabilities")]
    ignore: Vec<PathBuf>,
}

impl Suppress {
    /// Reads every document. A rule that is not understood ends the scan: it must not silently do nothing.
    pub(crate) fn rules(&self) -> Result<Vec<Rule>, String> {
        let mut rules = Vec::new();
        for path in &self.vex {
            rules.extend(read(path, vex)?);
        }
        for path in &self.ignore {
            rules.extend(read(path, ignore_file)?);
        }
        Ok(rules)
    }
}

fn read(path: &Path, parse: fn(&str, &[u8]) -> Result<Vec<Rule>, Error>) -> Result<Vec<Rule>, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    parse(&path.display().to_string(), &bytes).map_err(|error| error.to_string())
}

/// Says on standard error which rules have run out: their findings count again, and somebody may wonder why.
pub(crate) fn tell_expired(rules: &[Rule], today: &str) {
    for rule in rules.iter().filter(|rule| rule.has_expired(Some(today))) {
        let day = rule.expires.as_deref().unwrap_or_default();
        eprintln!("porthole: {}: the rule for {} held until {day}", plain(&rule.source), plain(&rule.ids.join(", ")));
    }
}
