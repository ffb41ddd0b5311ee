//! The report for a terminal: the verdict first, then the reasons, as plain text without colours or control characters.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::signed::{digests_in_short, signatures_in_short, signed, verification};
use super::{CUT, Context, Exporter, WRAP, advisories, bytes, counted, issues, percent, plain, wrap};
use crate::{Integrity, Origin, Outcome, Report, StepState, Verification, Vulnerability};

/// Plain text for a terminal.
pub struct Table;

/// Rows of a list before it says how many more there are.
const ROWS: usize = 40;

impl Exporter for Table {
    fn id(&self) -> &'static str {
        "table"
    }

    fn media_type(&self) -> &'static str {
        "text/plain; charset=utf-8"
    }

    fn extension(&self) -> &'static str {
        "txt"
    }

    fn write(&self, report: &Report, context: &Context, out: &mut String) {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = write(report, context.columns, &mut text);
        out.push_str(&wrap(&text, context.columns));
    }
}

fn write(report: &Report, columns: Option<usize>, out: &mut String) -> std::fmt::Result {
    head(report, out)?;
    gaps(report, out)?;
    verdict(report, out)?;
    layers(report, out)?;
    packages(report, out)?;
    upgrades(report, columns, out)?;
    vulnerabilities(report, columns, out)?;
    secrets(report, out)?;
    checks(report, out)?;
    savings(report, out)?;
    signatures(report, out)?;
    digests(report, out)
}

fn head(report: &Report, out: &mut String) -> std::fmt::Result {
    let image = &report.image;
    writeln!(out, "{}", plain(&image.source))?;
    let mut row = |name: &str, value: &str| {
        if value.is_empty() { Ok(()) } else { writeln!(out, "  {name:<13} {WRAP}{}", plain(value)) }
    };
    row("names", &image.names.join(", "))?;
    let platform = &image.platform;
    let variant = platform.variant.as_ref().map_or_else(String::new, |variant| format!("/{variant}"));
    if !platform.architecture.is_empty() {
        row("platform", &format!("{}/{}{variant}", platform.os, platform.architecture))?;
    }
    row("digest", image.manifest_digest.as_deref().or(image.config_digest.as_deref()).unwrap_or_default())?;
    row("created", image.created.as_deref().unwrap_or_default())?;
    if let Some(distribution) = &image.distribution {
        let end = match &distribution.end_of_life {
            Some(day) if distribution.end_of_life_reached => format!(", support ended {day}"),
            Some(day) => format!(", supported until {day}"),
            None => String::new(),
        };
        row("distribution", &format!("{}{end}", distribution.pretty_name))?;
    }
    if let Some(base) = &image.base {
        row("base", &format!("{} ({} of {} layers)", base.name, base.layers, report.layers.len()))?;
    }
    if report.is_of_sbom() {
        return row("contents", "packages only: an SBOM says nothing of files, layers and configuration");
    }
    row("user", if image.config.user.is_empty() { "root (none set)" } else { &image.config.user })?;
    row("entrypoint", &image.config.entrypoint.join(" "))?;
    row("cmd", &image.config.cmd.join(" "))?;
    row("ports", &image.config.exposed_ports.join(", "))?;
    let sizes = [image.stored_size, image.uncompressed_size, image.visible_size].map(bytes);
    row("size", &format!("{} stored, {} unpacked, {} visible", sizes[0], sizes[1], sizes[2]))
}

fn gaps(report: &Report, out: &mut String) -> std::fmt::Result {
    if report.gaps.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nnot read ({})", report.gaps.len())?;
    for gap in report.gaps.iter().take(ROWS) {
        let layer = gap.layer.map_or_else(String::new, |layer| format!("layer {layer}: "));
        let path = if gap.path.is_empty() { String::new() } else { format!("{}: ", plain(&gap.path)) };
        writeln!(out, "  {WRAP}{layer}{path}{}", plain(&gap.message))?;
    }
    more(report.gaps.len(), out)
}

fn verdict(report: &Report, out: &mut String) -> std::fmt::Result {
    writeln!(out, "\nverdict")?;
    let mut row = |name: &str, value: String| writeln!(out, "  {name:<16} {WRAP}{value}");
    let open = issues::open(report);
    if report.vulnerabilities.database.is_empty() {
        row("vulnerabilities", "unknown: no advisory database loaded".into())?;
    } else {
        let counts: Vec<String> =
            issues::by_severity(&open).into_iter().map(|(severity, count)| format!("{count} {}", severity.word())).collect();
        let fixable = open.iter().filter(|issue| issue.first.fixed.is_some()).count();
        let set_aside = match issues::suppressed(report) {
            0 => String::new(),
            count => format!("; {count} set aside by VEX or ignore rules"),
        };
        row(
            "vulnerabilities",
            if counts.is_empty() {
                format!("none known{set_aside}")
            } else {
                format!("{} ({fixable} with a fix){set_aside}", counts.join(", "))
            },
        )?;
    }
    for sentence in [advisories::database(report), advisories::missing(report)].into_iter().flatten() {
        row("advisories", sentence)?;
    }
    for ended in &report.vulnerabilities.past_end_of_life {
        let (package, version) = (plain(&ended.package), plain(&ended.version));
        row("past its end", format!("{package} {version}: no security updates since {}", plain(&ended.ended)))?;
    }
    if report.is_of_sbom() {
        return row("packages", report.packages.len().to_string());
    }
    let secrets = report.secrets.iter().filter(|secret| secret.harmless.is_none() && secret.allowed_by.is_none()).count();
    row("secrets", secrets.to_string())?;
    let count = |outcome| report.checks.iter().filter(|check| check.outcome == outcome).count();
    row(
        "checks",
        format!(
            "{} failed, {}, {} run",
            count(Outcome::Fail),
            counted(count(Outcome::Warn) as u64, "warning"),
            report.checks.len()
        ),
    )?;
    let visible = report.packages.iter().filter(|package| package.visible).count();
    row("packages", format!("{visible} ({} more hidden in lower layers)", report.packages.len() - visible))?;
    row(
        "application",
        format!("{} in {}", bytes(report.application.bytes), counted(report.application.files, "file that no package owns")),
    )?;
    row("signatures", signatures_in_short(report))?;
    row("digests", digests_in_short(report))?;
    let efficiency = &report.efficiency;
    row("waste", format!("{} wasted, efficiency {}", bytes(efficiency.wasted_bytes), percent(efficiency.score)))
}

fn layers(report: &Report, out: &mut String) -> std::fmt::Result {
    if report.layers.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nlayers\n  {:>3}  {:>9}  {:>9}  {:>7}  {:<10}  command", "#", "stored", "unpacked", "files", "digests")?;
    for layer in &report.layers {
        let states = [&layer.digest_state, &layer.diff_id_state];
        let any = |wanted: fn(&Verification) -> bool| states.iter().any(|state| wanted(state));
        let state = if any(|state| matches!(state, Verification::Mismatch { .. })) {
            "MISMATCH"
        } else if any(|state| matches!(state, Verification::Unread)) {
            "unread"
        } else if any(|state| matches!(state, Verification::Pending)) {
            "pending"
        } else {
            "verified"
        };
        let command: String = layer.created_by.as_deref().unwrap_or_default().chars().take(100).collect();
        writeln!(
            out,
            "  {:>3}  {:>9}  {:>9}  {:>7}  {state:<10}  {CUT}{}",
            layer.index,
            bytes(layer.stored_size),
            bytes(layer.uncompressed_size),
            layer.added.count + layer.changed.count,
            plain(&command)
        )?;
    }
    Ok(())
}

fn packages(report: &Report, out: &mut String) -> std::fmt::Result {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for package in report.packages.iter().filter(|package| package.visible) {
        *kinds.entry(&package.kind).or_default() += 1;
    }
    if kinds.is_empty() {
        return writeln!(out, "\npackages: none found");
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    writeln!(out, "\npackages: {WRAP}{} (every one: --format json)", plain(&kinds.join(", ")))
}

/// Upgrades listed: the first few close most.
const UPGRADES: usize = 10;

fn upgrades(report: &Report, columns: Option<usize>, out: &mut String) -> std::fmt::Result {
    let all: Vec<_> = report.vulnerabilities.upgrades.iter().filter(|upgrade| !upgrade.closes.is_empty()).collect();
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nupgrades that close most")?;
    for upgrade in all.iter().take(UPGRADES) {
        let exploited = if upgrade.kev > 0 { format!(", {} exploited", upgrade.kev) } else { String::new() };
        let remain = if upgrade.remain.is_empty() { String::new() } else { format!(", {} remain", upgrade.remain.len()) };
        let (package, installed) = (plain(&upgrade.package), plain(&upgrade.installed));
        let to = plain(upgrade.to.as_deref().unwrap_or_default());
        let closes = format!("{} go away, the worst {}{exploited}{remain}", upgrade.closes.len(), upgrade.severity.word());
        if columns.is_some_and(|columns| columns < 120) {
            writeln!(out, "  {WRAP}{package} {installed} to {to}: {closes}")?;
        } else {
            writeln!(out, "  {package:<28} {installed:<24} to {to:<24} {WRAP}{closes}")?;
        }
    }
    if all.len() > UPGRADES { writeln!(out, "  … and {} more", all.len() - UPGRADES) } else { Ok(()) }
}

fn vulnerabilities(report: &Report, columns: Option<usize>, out: &mut String) -> std::fmt::Result {
    let findings = issues::open(report);
    if findings.is_empty() {
        return Ok(());
    }
    let rows: Vec<[String; 4]> = findings
        .iter()
        .take(ROWS)
        .map(|issue| {
            let (finding, count) = (issue.first, issue.packages);
            let fixed = plain(finding.fixed.as_deref().unwrap_or("-"));
            let packages = if count > 1 { format!(" ({count} packages)") } else { String::new() };
            [
                plain(&finding.id).into_owned(),
                format!("{}{packages}", plain(issue.source)),
                plain(&finding.installed).into_owned(),
                format!("{fixed}{}", marks(finding)),
            ]
        })
        .collect();
    let width = |column: usize, head: &str| {
        rows.iter().map(|row| row[column].chars().count()).chain([head.len()]).max().unwrap_or_default()
    };
    let [id, package, installed] = [(0, "id"), (1, "package"), (2, "installed")].map(|(at, head)| width(at, head));
    let words: Vec<&str> = findings.iter().map(|issue| issue.first.severity.word()).collect();
    if columns.is_some_and(|columns| 13 + id + package + installed + width(3, "fixed in") + 6 > columns) {
        // Too narrow for a table: a line each.
        writeln!(out, "\nvulnerabilities")?;
        for (word, [name, package, installed, fixed]) in words.iter().zip(&rows) {
            let fix = match fixed.strip_prefix('-') {
                Some(marks) => format!("no fix{marks}"),
                None => format!("fixed in {fixed}"),
            };
            writeln!(out, "  {word:<10} {name:<id$}  {WRAP}{package} {installed}, {fix}")?;
        }
        return more(findings.len(), out);
    }
    let head = ("severity", "id", "package", "installed");
    writeln!(out, "\nvulnerabilities\n  {:<10} {:<id$}  {:<package$}  {:<installed$}  fixed in", head.0, head.1, head.2, head.3)?;
    for (word, row) in words.iter().zip(&rows) {
        writeln!(out, "  {word:<10} {:<id$}  {:<package$}  {:<installed$}  {}", row[0], row[1], row[2], row[3])?;
    }
    more(findings.len(), out)
}

/// What a person should know of a finding before acting on it: who brought it, and how sure it is.
fn marks(finding: &Vulnerability) -> String {
    let origin = if finding.origin == Origin::Base { " of the base image" } else { "" };
    let mut said = format!("  (layer {}{origin}", finding.layer);
    for (is_so, words) in [
        (finding.kev, ", exploited"),
        (finding.changelog_claims_fix, ", the package's changelog claims the fix"),
        (finding.uncertain.is_some(), ", uncertain"),
    ] {
        said.push_str(if is_so { words } else { "" });
    }
    said + ")"
}

fn secrets(report: &Report, out: &mut String) -> std::fmt::Result {
    let secrets: Vec<_> =
        report.secrets.iter().filter(|secret| secret.harmless.is_none() && secret.allowed_by.is_none()).collect();
    if secrets.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nsecrets")?;
    for secret in secrets.iter().take(ROWS) {
        let line = secret.line.map_or_else(String::new, |line| format!(":{line}"));
        let hidden = match secret.removed_in {
            Some(layer) => format!(" (deleted by layer {layer}, still in layer {})", secret.layer.unwrap_or_default()),
            None => String::new(),
        };
        let word = secret.severity.word();
        let inside = secret.inner_path.as_deref().map(|inside| format!("!/{}", plain(inside))).unwrap_or_default();
        // A place in the configuration has a name of its own; the history's is its step.
        let place = if secret.place == "file" { String::new() } else { format!("{} ", plain(&secret.place)) };
        let (title, path, masked) = (plain(&secret.title), plain(&secret.path), plain(&secret.masked));
        writeln!(out, "  {word:<10} {WRAP}{title}: {place}{path}{inside}{line} {masked}{hidden}")?;
    }
    more(secrets.len(), out)
}

fn checks(report: &Report, out: &mut String) -> std::fmt::Result {
    let failed: Vec<_> = report.checks.iter().filter(|check| matches!(check.outcome, Outcome::Fail | Outcome::Warn)).collect();
    if failed.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nchecks")?;
    for check in failed.iter().take(ROWS) {
        let word = if check.outcome == Outcome::Fail { "FAIL" } else { "warn" };
        writeln!(out, "  {word}  {:<9} {:<24} {WRAP}{}", check.severity.word(), plain(&check.code), plain(&check.message))?;
    }
    more(failed.len(), out)
}

/// In words, with the steps of what is not verified: the reason stands where it is wanted.
fn signatures(report: &Report, out: &mut String) -> std::fmt::Result {
    let signed = signed(report);
    for (kind, title) in [("signature", "signatures"), ("attestation", "attestations")] {
        let of: Vec<_> = signed.iter().filter(|one| one.kind == kind).collect();
        if of.is_empty() {
            continue;
        }
        writeln!(out, "\n{title}")?;
        for one in of.iter().take(ROWS) {
            writeln!(out, "  {:<10} {}", one.state, one.format)?;
            writeln!(out, "             {WRAP}{}", one.statement)?;
            for step in one.signature.iter().flat_map(|signature| &signature.steps) {
                let mark = match step.state {
                    StepState::Proven => "proven",
                    StepState::Refused => "REFUSED",
                    StepState::NotChecked => "not checked",
                };
                writeln!(out, "             {mark:<12} {WRAP}{}: {}", plain(&step.what), plain(&step.detail))?;
            }
            for (name, value) in &one.details {
                writeln!(out, "             {WRAP}{name}: {value}")?;
            }
        }
        more(of.len(), out)?;
    }
    Ok(())
}

fn digests(report: &Report, out: &mut String) -> std::fmt::Result {
    // Layers that are right stand in their own table already.
    let layers = |row: &Integrity| row.what.starts_with("layer ") || row.what.starts_with("diff_id ");
    let rows: Vec<_> = report
        .signatures
        .integrity
        .iter()
        .filter(|row| !layers(row) || matches!(row.verification, Verification::Mismatch { .. }))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\ndigests")?;
    for row in rows.iter().take(ROWS) {
        let (what, digest, state) = (plain(&row.what), plain(&row.digest), verification(&row.verification));
        // What is wrong is said in full; a digest that is right may end with the line.
        let cut = if matches!(row.verification, Verification::Mismatch { .. }) { WRAP } else { CUT };
        writeln!(out, "  {what:<10}  {cut}{state}  {digest}")?;
    }
    more(rows.len(), out)
}

/// The remedies that save most. Each wasted byte is in one of them, so that their sums add up.
fn savings(report: &Report, out: &mut String) -> std::fmt::Result {
    let efficiency = &report.efficiency;
    let best: Vec<_> = efficiency.remedies.iter().filter(|remedy| remedy.bytes > 0).take(3).collect();
    if best.is_empty() {
        return Ok(());
    }
    let saved = best.iter().map(|remedy| remedy.bytes).fold(0, u64::saturating_add);
    let stored = (efficiency.wasted_stored_bytes as f64 * (saved as f64 / efficiency.wasted_bytes.max(1) as f64)) as u64;
    let things = if best.len() == 1 { "this".to_owned() } else { format!("these {} things", best.len()) };
    writeln!(out, "\nwaste: {WRAP}do {things} and save {} unpacked, about {} stored", bytes(saved), bytes(stored))?;
    for remedy in best {
        writeln!(out, "  {:>9}  {WRAP}{}", bytes(remedy.bytes), plain(&remedy.text))?;
    }
    Ok(())
}

fn more(total: usize, out: &mut String) -> std::fmt::Result {
    if total > ROWS { writeln!(out, "  … and {} more", total - ROWS) } else { Ok(()) }
}
