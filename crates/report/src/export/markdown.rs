//! Markdown: a comment for a pull request, and the longer summary of a CI job (GitHub Flavored Markdown).

use std::collections::BTreeSet;

use super::finding::{Finding, findings, subject};
use super::signed::{digests_in_short, signed};
use super::{Context, Exporter, advisories, bytes, counted, issues, percent, plain};
use crate::sorting;
use crate::{Report, Severity};

/// A comment for a pull request: the counts, then what is worst.
pub struct Markdown;

/// The summary of a CI job: the same with longer lists, folded away.
pub struct JobSummary;

impl Exporter for Markdown {
    fn id(&self) -> &'static str {
        "markdown"
    }

    fn media_type(&self) -> &'static str {
        "text/markdown"
    }

    fn extension(&self) -> &'static str {
        "md"
    }

    fn write(&self, report: &Report, _context: &Context, out: &mut String) {
        write(report, 10, false, out);
    }
}

impl Exporter for JobSummary {
    fn id(&self) -> &'static str {
        "github-summary"
    }

    fn media_type(&self) -> &'static str {
        "text/markdown"
    }

    fn extension(&self) -> &'static str {
        "md"
    }

    fn write(&self, report: &Report, _context: &Context, out: &mut String) {
        write(report, 100, true, out);
    }
}

fn write(report: &Report, rows: usize, fold: bool, out: &mut String) {
    let all = findings(report);
    // One row an issue, as the page has it: the packages of one source are upgraded together.
    let mut seen = BTreeSet::new();
    let open: Vec<&Finding<'_>> = all
        .iter()
        .filter(|finding| finding.suppressed.is_none() && finding.issue.is_none_or(|issue| seen.insert(issue)))
        .collect();
    let count = |kind: &str, severity: Severity| {
        open.iter().filter(|finding| finding.kind == kind && finding.severity == severity).count()
    };
    out.push_str(&format!("### Porthole: {}\n\n", md(&subject(report))));
    let image = &report.image;
    let distribution = image
        .distribution
        .as_ref()
        .map_or("no distribution".into(), |distribution| plain(&distribution.pretty_name).into_owned());
    let packages = report.packages.iter().filter(|package| package.visible).count();
    if report.is_of_sbom() {
        out.push_str(&format!(
            "{}, {packages} packages of an SBOM: nothing is said of files, layers and configuration\n\n",
            md(&distribution)
        ));
    } else {
        out.push_str(&format!(
            "{}, {packages} packages, {} layers, {} unpacked, {} efficient\n\n",
            md(&distribution),
            report.layers.len(),
            bytes(image.uncompressed_size),
            percent(report.efficiency.score),
        ));
    }
    out.push_str("| | critical | high | medium | low | other |\n| --- | ---: | ---: | ---: | ---: | ---: |\n");
    let kinds = [("vulnerability", "vulnerabilities"), ("secret", "secrets"), ("check", "checks")];
    for (kind, title) in kinds.into_iter().take(if report.is_of_sbom() { 1 } else { 3 }) {
        let other = count(kind, Severity::Negligible) + count(kind, Severity::Unknown);
        let [critical, high, medium, low] =
            [Severity::Critical, Severity::High, Severity::Medium, Severity::Low].map(|severity| count(kind, severity));
        let note =
            if kind == "vulnerability" && report.vulnerabilities.database.is_empty() { " (no advisory database)" } else { "" };
        out.push_str(&format!("| {title}{note} | {critical} | {high} | {medium} | {low} | {other} |\n"));
    }
    let set_aside = match issues::suppressed(report) {
        0 => None,
        count => Some(format!("{count} set aside by VEX or ignore rules")),
    };
    let data = [advisories::database(report), advisories::missing(report), set_aside];
    if data.iter().any(Option::is_some) {
        let sentences: Vec<String> = data.into_iter().flatten().map(|sentence| md(&sentence)).collect();
        out.push_str(&format!("\nAdvisories: {}\n", sentences.join("; ")));
    }
    for (kind, title) in [("vulnerability", "Vulnerabilities"), ("secret", "Secrets"), ("check", "Checks")] {
        let mut list: Vec<_> = open.iter().filter(|finding| finding.kind == kind).collect();
        sorting::sort_by_key(&mut list, |finding| std::cmp::Reverse(finding.severity));
        if list.is_empty() {
            continue;
        }
        out.push_str(&if fold {
            format!("\n<details><summary>{title} ({})</summary>\n\n", list.len())
        } else {
            format!("\n**{title}**\n\n")
        });
        out.push_str("| severity | what | where | layer |\n| --- | --- | --- | --- |\n");
        for finding in list.iter().take(rows) {
            let layer = finding.layer.map(|layer| format!("{layer} {}", finding.origin())).unwrap_or_default();
            let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
            out.push_str(&format!(
                "| {} | {} | {}{line} | {} |\n",
                finding.severity.word(),
                cell(&finding.message),
                cell(&finding.path),
                layer.trim_end()
            ));
        }
        if list.len() > rows {
            out.push_str(&format!("\n{} more are not shown\n", list.len() - rows));
        }
        if fold {
            out.push_str("\n</details>\n");
        }
    }
    origin(report, rows, fold, out);
    if !report.gaps.is_empty() {
        out.push_str(&format!("\n{}:\n\n", counted(report.gaps.len() as u64, "thing could not be read")));
        for gap in report.gaps.iter().take(rows) {
            out.push_str(&format!("- {} {}\n", md(&gap.path), md(&gap.message)));
        }
    }
}

/// Signatures and attestations, in the words of their verification.
fn origin(report: &Report, rows: usize, fold: bool, out: &mut String) {
    let signed = signed(report);
    out.push_str(&format!("\n**Signatures and attestations** (digests: {})\n\n", md(&digests_in_short(report))));
    if signed.is_empty() {
        out.push_str("None came with the image.\n");
        return;
    }
    out.push_str("| state | what | proven, and not |\n| --- | --- | --- |\n");
    for one in signed.iter().take(rows) {
        let mut words = md(&one.statement);
        if fold {
            for (name, value) in &one.details {
                words.push_str(&format!("<br>{}: {}", md(name), md(value)));
            }
        }
        out.push_str(&format!("| {} | {} {} | {words} |\n", one.state, one.kind, md(&one.format)));
    }
    if signed.len() > rows {
        out.push_str(&format!("\n{} more are not shown\n", signed.len() - rows));
    }
}

/// Characters of one cell: GitHub refuses comments above 65,536 and summaries above a megabyte, and names can be of any length.
const CELL: usize = 160;

/// Text for a cell: cut where it is longer than anybody reads.
pub(crate) fn cell(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        Some((at, _)) => md(text.get(..at).unwrap_or_default()) + "…",
        None => md(text),
    }
}

/// Text that is only text in Markdown: no markup, no HTML, no mention, no link, one line.
pub(crate) fn md(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Mentions, issue numbers and bare links are made by GitHub, not by Markdown.
            '@' => out.push_str("&#64;"),
            ':' => out.push_str("&#58;"),
            '#' => out.push_str("&#35;"),
            '|' => out.push_str("&#124;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '!' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out.replace("www.", "www&#46;")
}
