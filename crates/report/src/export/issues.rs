//! One issue an advisory and source package: a distribution files one advisory against `openssl`, and it hits three
//! binaries. This is what people count; formats that machines read list every package.

use std::collections::BTreeMap;

use crate::{Report, Severity, Vulnerability};

/// An advisory against a source package, and how many of its binaries are installed.
pub(super) struct Issue<'a> {
    /// The finding that speaks for all; one that counts, where there is one.
    pub(super) first: &'a Vulnerability,
    /// Name of the source package, or of the package where it has none.
    pub(super) source: &'a str,
    /// Packages that it counts for.
    pub(super) packages: usize,
}

/// All issues in the report's order, those set aside too.
fn all(report: &Report) -> Vec<Issue<'_>> {
    let mut places = BTreeMap::new();
    let mut issues: Vec<Issue<'_>> = Vec::new();
    for finding in &report.vulnerabilities.findings {
        let source = finding.source();
        let at = *places.entry((&finding.id, source, &finding.installed)).or_insert(issues.len());
        let counted = usize::from(finding.counts());
        match issues.get_mut(at) {
            Some(issue) => {
                if issue.packages == 0 && counted > 0 {
                    issue.first = finding;
                }
                issue.packages += counted;
            }
            None => issues.push(Issue { first: finding, source, packages: counted }),
        }
    }
    issues
}

/// Issues that count, in the report's order.
pub(super) fn open(report: &Report) -> Vec<Issue<'_>> {
    all(report).into_iter().filter(|issue| issue.packages > 0).collect()
}

/// How many issues are set aside by VEX documents or ignore rules.
pub(super) fn suppressed(report: &Report) -> usize {
    all(report).iter().filter(|issue| issue.packages == 0 && issue.first.suppressed.is_some()).count()
}

/// How many of them have each severity, the worst first, those that none has left out.
pub(super) fn by_severity(issues: &[Issue<'_>]) -> Vec<(Severity, usize)> {
    let count = |severity| issues.iter().filter(|issue| issue.first.severity == severity).count();
    Severity::WORST_FIRST.into_iter().map(|severity| (severity, count(severity))).filter(|(_, count)| *count > 0).collect()
}
