//! Requirement files (pip documentation, "Requirements File Format"): only pins name a package that can be looked up.

use super::super::language::{declared, is_name, is_version, parsed};
use super::super::syntax::text;
use crate::facts::{PackageFact, Parsed};

pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let text = text(bytes);
    let mut packages = Vec::new();
    let mut logical = String::new();
    for line in text.lines() {
        // A backslash joins lines; hashes are mostly written that way.
        if let Some(start) = line.trim_end().strip_suffix('\\') {
            logical.push_str(start);
            logical.push(' ');
            continue;
        }
        logical.push_str(line);
        packages.extend(pin(&logical));
        logical.clear();
    }
    packages.extend(pin(&logical));
    parsed(packages, Ok(()))
}

/// The package that a requirement pins: `name[extra] == 1.0 ; marker --hash=…  # comment`.
fn pin(line: &str) -> Option<PackageFact> {
    let line = line.trim();
    if line.starts_with(['#', '-']) {
        return None;
    }
    let line = line.split_once(" #").map_or(line, |(line, _)| line);
    let line = line.split_once(';').map_or(line, |(line, _)| line);
    let line = line.split_once(" --").map_or(line, |(line, _)| line);
    let (name, specifiers) = line.split_once("==")?;
    let name = name.split_once('[').map_or(name, |(name, _)| name).trim();
    let version = specifiers.trim_start_matches('=').split(',').next()?.trim();
    // `a>=1,b==2`-like lines have an operator in the name; `==1.*` is a range.
    if name.contains(['<', '>', '!', '~', '=', '@', ',', '/']) || version.contains('*') || !is_name(name) || !is_version(version)
    {
        return None;
    }
    Some(declared("pypi", name, version))
}
