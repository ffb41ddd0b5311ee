//! A difference for a terminal: what got worse first, then what got better, then the rest.

use std::fmt::Write as _;

use super::{Diff, FindingRef};
use crate::Outcome;
use crate::export::{WRAP, bytes, plain, wrap};

/// Rows of a list before it says how many more there are.
const ROWS: usize = 40;

/// The difference as text of so many columns; without a number lines are as long as they are.
pub fn table(diff: &Diff, columns: Option<usize>) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(diff, &mut out);
    wrap(&out, columns)
}

/// Word for an outcome.
pub(super) fn outcome(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        None => "not asked",
        Some(Outcome::Fail) => "fail",
        Some(Outcome::Warn) => "warn",
        Some(Outcome::Pass) => "pass",
        Some(Outcome::NotApplicable) => "not applicable",
    }
}

/// `+1.20 MB`, `-3`.
pub(super) fn change(what: &str, from: u64, to: u64) -> String {
    let sign = if to >= from { '+' } else { '-' };
    format!("{sign}{}", amount(what, from.abs_diff(to)))
}

/// Bytes as bytes, numbers as numbers.
pub(super) fn amount(what: &str, number: u64) -> String {
    if what.ends_with("bytes") { bytes(number) } else { number.to_string() }
}

fn write(diff: &Diff, out: &mut String) -> std::fmt::Result {
    writeln!(out, "before  {WRAP}{}\nafter   {WRAP}{}", plain(&diff.before), plain(&diff.after))?;
    if !diff.vulnerabilities_known {
        writeln!(out, "\nvulnerabilities: {WRAP}not compared, no advisory database was loaded for both")?;
    }
    if diff.is_empty() {
        return writeln!(out, "\nno difference");
    }
    writeln!(out, "\nworse")?;
    findings('+', "vulnerability", &diff.vulnerabilities_added, out)?;
    findings('+', "secret", &diff.secrets_added, out)?;
    let worse = checks(diff, true, out)?;
    if diff.vulnerabilities_added.is_empty() && diff.secrets_added.is_empty() && worse == 0 {
        writeln!(out, "  nothing")?;
    }
    writeln!(out, "\nbetter")?;
    findings('-', "vulnerability", &diff.vulnerabilities_removed, out)?;
    findings('-', "secret", &diff.secrets_removed, out)?;
    let better = checks(diff, false, out)?;
    if diff.vulnerabilities_removed.is_empty() && diff.secrets_removed.is_empty() && better == 0 {
        writeln!(out, "  nothing")?;
    }
    packages(diff, out)?;
    config(diff, out)?;
    files(diff, out)?;
    writeln!(out, "\nsizes")?;
    for size in &diff.sizes {
        let (from, to) = (amount(&size.what, size.from), amount(&size.what, size.to));
        let change = if size.from == size.to { "same".to_owned() } else { change(&size.what, size.from, size.to) };
        writeln!(out, "  {:<15} {from:>10}  {to:>10}  {change:>10}", size.what)?;
    }
    Ok(())
}

fn findings(sign: char, kind: &str, list: &[FindingRef], out: &mut String) -> std::fmt::Result {
    for found in list.iter().take(ROWS) {
        let place = if kind == "secret" { "in" } else { "of" };
        let (word, id, subject) = (found.severity.word(), plain(&found.id), plain(&found.subject));
        writeln!(out, "  {sign} {kind:<13}  {word:<10} {WRAP}{id} {place} {subject}")?;
    }
    more(list.len(), out)
}

fn checks(diff: &Diff, worse: bool, out: &mut String) -> Result<usize, std::fmt::Error> {
    let list: Vec<_> =
        diff.checks_changed.iter().filter(|check| if worse { check.is_worse() } else { check.is_better() }).collect();
    for check in list.iter().take(ROWS) {
        let sign = if worse { '+' } else { '-' };
        let (code, from, to) = (plain(&check.code), outcome(check.from), outcome(check.to));
        writeln!(
            out,
            "  {sign} {:<13}  {:<10} {WRAP}{code} {from} → {to}: {}",
            "check",
            check.severity.word(),
            plain(&check.message)
        )?;
    }
    more(list.len(), out)?;
    Ok(list.len())
}

fn packages(diff: &Diff, out: &mut String) -> std::fmt::Result {
    let (added, removed, changed) = (&diff.packages_added, &diff.packages_removed, &diff.packages_changed);
    writeln!(out, "\npackages: {} added, {} removed, {} of another version", added.len(), removed.len(), changed.len())?;
    for (sign, list) in [('+', added), ('-', removed)] {
        for package in list.iter().take(ROWS) {
            writeln!(out, "  {sign} {WRAP}{} {} ({})", plain(&package.name), plain(&package.version), plain(&package.kind))?;
        }
        more(list.len(), out)?;
    }
    for package in changed.iter().take(ROWS) {
        let [from, to] = [&package.from, &package.to]
            .map(|versions| if versions.is_empty() { "the same".to_owned() } else { plain(&versions.join(", ")).into_owned() });
        writeln!(out, "  ~ {WRAP}{} {from} → {to} ({})", plain(&package.name), plain(&package.kind))?;
    }
    more(changed.len(), out)
}

fn config(diff: &Diff, out: &mut String) -> std::fmt::Result {
    if diff.config_changed.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nconfiguration")?;
    for field in diff.config_changed.iter().take(ROWS) {
        let [from, to] = [&field.from, &field.to].map(|value| value.as_deref().map_or("(none)".into(), plain));
        writeln!(out, "  ~ {WRAP}{}: {from} → {to}", plain(&field.field))?;
    }
    more(diff.config_changed.len(), out)
}

fn files(diff: &Diff, out: &mut String) -> std::fmt::Result {
    let Some(files) = &diff.files else { return writeln!(out, "\nfiles: not compared, one of the two has no layers") };
    writeln!(
        out,
        "\nfiles: {WRAP}{} added ({}), {} removed ({}), {} changed, {} with another time alone",
        files.added,
        bytes(files.added_bytes),
        files.removed,
        bytes(files.removed_bytes),
        files.changed,
        files.touched
    )?;
    for file in files.largest.iter().take(ROWS) {
        let path = plain(&file.path);
        match (file.from, file.to) {
            (None, Some(size)) => writeln!(out, "  + {:>9}  {WRAP}{path}", bytes(size))?,
            (Some(size), None) => writeln!(out, "  - {:>9}  {WRAP}{path}", bytes(size))?,
            (_, to) => writeln!(out, "  ~ {:>9}  {WRAP}{path} ({})", bytes(to.unwrap_or(0)), plain(&file.what.join(", ")))?,
        }
    }
    let total = files.added + files.removed + files.changed;
    let shown = files.largest.len().min(ROWS) as u64;
    if total > shown { writeln!(out, "  … and {} more", total - shown) } else { Ok(()) }
}

fn more(total: usize, out: &mut String) -> std::fmt::Result {
    if total > ROWS { writeln!(out, "  … and {} more", total - ROWS) } else { Ok(()) }
}
